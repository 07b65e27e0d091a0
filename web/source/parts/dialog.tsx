// A question above the page: the browser's own dialog, which keeps the focus in and gives it back.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../words'

export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => {
      event.preventDefault()
      close()
    }}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="plain" aria-label={t('action.close')} onClick={close}>✕</button>
      </header>
      {children}
    </dialog>
  )
}
