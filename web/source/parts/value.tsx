// Small things that stand everywhere: a kind, a country, a value, a time, a way of being known.
import { useState } from 'preact/hooks'
import { address } from '../router'
import { country, named, t, time, weight as written } from '../words'

export const Kind = ({ of }: { of: string }) => <span class="kind">{named('kind', of)}</span>

export const Country = ({ of }: { of: string }) => <abbr class="country" title={country(of)}>{of}</abbr>

export const Countries = ({ of }: { of: string[] }) => (
  <span class="list">{of.map((code) => <Country key={code} of={code} />)}</span>
)

export const CaseLink = ({ of }: { of: string }) => <a class="mono nowrap" href={address(['cases', of])}>{of}</a>

/** So many cases by name; of more the first ones, and how many there are besides. */
export function CaseList({ of, most = 4 }: { of: string[]; most?: number }) {
  const [all, setAll] = useState(false)
  const shown = all ? of : of.slice(0, most)
  return (
    <span class="list">
      {shown.map((one) => <CaseLink key={one} of={one} />)}
      {shown.length < of.length && <button type="button" class="plain more" aria-label={t('table.show_all', { n: of.length })} onClick={() => setAll(true)}>+{of.length - shown.length}</button>}
    </span>
  )
}

export const Time = ({ of }: { of: string | null | undefined }) =>
  of ? <time class="nowrap" dateTime={of} title="UTC">{time(of)}</time> : <span class="none">–</span>

export const Tag = ({ children, as }: { children: string; as?: 'good' | 'bad' | 'warn' | 'busy' }) => (
  <span class={'tag ' + (as ?? '')}>{children}</span>
)

const stateLooks: Record<string, 'good' | 'bad' | 'warn' | 'busy'> = {
  complete: 'good', incomplete: 'warn', failed: 'bad', mapped: 'busy', new: 'busy',
  granted: 'good', refused: 'bad', asked: 'busy', done: 'good', denied: 'bad',
}
export const StateTag = ({ of }: { of: string }) => <Tag as={stateLooks[of]}>{named('state', of)}</Tag>

export const KnownTag = ({ of }: { of: string | null }) =>
  of ? <Tag as={of === 'bad' ? 'bad' : of === 'good' ? 'good' : undefined}>{named('known', of)}</Tag> : null

/** How much a link says: a number with a bar, 0 to 1. */
export function Weight({ of }: { of: number }) {
  return (
    <span class="weight">
      <svg width="40" height="6" aria-hidden="true"><rect class="rail" width="40" height="6" rx="1" /><rect class="fill" width={Math.max(1, Math.min(40, of * 40))} height="6" rx="1" /></svg>
      {written(of)}
    </span>
  )
}

/** A value to be taken elsewhere: digests, addresses, paths. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false)
  if (!navigator.clipboard) return null
  return (
    <button type="button" class="plain copy" aria-label={t('action.copy', { what })} onClick={() => {
      navigator.clipboard.writeText(text).then(() => {
        setDone(true)
        setTimeout(() => setDone(false), 1500)
      }, () => {})
    }}>{done ? t('state.copied') : t('action.copy_short')}</button>
  )
}
