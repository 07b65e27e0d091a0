// Forms: a label for each field, what is wrong beside the button, and a button that says when it is at work.
import type { ComponentChildren, JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { Problem } from '../api'
import { sentence } from './states'
import { t } from '../words'

type InputProps = Omit<JSX.IntrinsicElements['input'], 'label' | 'onChange'> & {
  label: string
  help?: string
  onValue?: (value: string) => void
}

export function Field({ label, help, onValue, ...input }: InputProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} autoComplete="off" spellcheck={false} aria-describedby={help ? id + 'h' : undefined}
        onInput={onValue && ((event) => onValue(event.currentTarget.value))} {...input} />
      {help && <small id={id + 'h'}>{help}</small>}
    </div>
  )
}

export function Area({ label, help, onValue, ...area }: Omit<JSX.IntrinsicElements['textarea'], 'label'> & {
  label: string; help?: string; onValue?: (value: string) => void
}) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea id={id} rows={3} aria-describedby={help ? id + 'h' : undefined}
        onInput={onValue && ((event) => onValue(event.currentTarget.value))} {...area} />
      {help && <small id={id + 'h'}>{help}</small>}
    </div>
  )
}

export function Choice({ label, value, options, onValue, ...select }: Omit<JSX.IntrinsicElements['select'], 'label' | 'value'> & {
  label: string; value: string; options: [value: string, label: string][]; onValue: (value: string) => void
}) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onValue(event.currentTarget.value)} {...select}>
        {options.map(([name, text]) => <option key={name} value={name} selected={name === value}>{text}</option>)}
      </select>
    </div>
  )
}

interface FormProps {
  label: string
  children: ComponentChildren
  button: string
  /** Rejects with what went wrong. */
  send: () => Promise<void>
  also?: ComponentChildren
  class?: string
}

export function Form({ label, children, button, send, also, class: name }: FormProps) {
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  return (
    <form class={name ?? 'form'} aria-label={label} onSubmit={(event) => {
      event.preventDefault()
      if (busy) return
      setBusy(true)
      setProblem(null)
      send().catch((error) => setProblem(error instanceof Problem ? error : new Problem(-1, '', String(error)))).then(() => setBusy(false))
    }}>
      {children}
      <p class="wrong" role="alert">{problem && sentence(problem)}</p>
      <div class="buttons">
        <button class="first" type="submit" aria-disabled={busy}>{busy ? t('state.working') : button}</button>
        {also}
      </div>
    </form>
  )
}

/** Filters above a listing: they hold as soon as they are chosen, texts with Enter. */
export function Filters({ label, children, send }: { label: string; children: ComponentChildren; send?: () => void }) {
  return (
    <form class="filters" role="search" aria-label={label} onSubmit={(event) => {
      event.preventDefault()
      send?.()
    }}>
      {children}
      {send && <button type="submit">{t('action.show')}</button>}
    </form>
  )
}
