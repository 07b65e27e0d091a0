// The two questions that want a reason: to see a masked value in full, and to read another authority's case.
import { useState } from 'preact/hooks'
import { api, ask, type Hit } from '../api'
import { t } from '../words'
import { Dialog } from './dialog'
import { Area, Form } from './form'
import { Copy, Country } from './value'
import { Verbatim } from './verbatim'

export const isMasked = (value: string) => value.includes('**')

/** The value, masked until a reason was given; the reason is recorded. */
export function Reveal({ id, value }: { id: string; value: string }) {
  const [open, setOpen] = useState(false)
  const [clear, setClear] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  return (
    <span class="reveal">
      <span class="mono strong" aria-live="polite"><Verbatim of={clear ?? value} /></span>
      <Copy text={clear ?? value} what={t('selector.value')} />
      {isMasked(value) && clear === null && <button type="button" onClick={() => setOpen(true)}>{t('reveal.button')}</button>}
      {clear !== null && <button type="button" onClick={() => setClear(null)}>{t('reveal.hide')}</button>}
      {open && (
        <Dialog title={t('reveal.title')} close={() => setOpen(false)}>
          <Form label={t('reveal.title')} button={t('reveal.send')} send={async () => {
            const answer = await ask<{ value: string }>('POST', api(['selectors', id, 'reveal']), { reason })
            setClear(answer.value)
            setOpen(false)
          }}>
            <p>{t('reveal.help')}</p>
            <Area label={t('reveal.reason')} required minLength={5} maxLength={500} value={reason} onValue={setReason} />
          </Form>
        </Dialog>
      )}
    </span>
  )
}

/** Hits elsewhere: who to ask, and the asking. */
export function Elsewhere({ selector, hits, may }: { selector: string; hits: Hit[]; may: boolean }) {
  const [asked, setAsked] = useState<Hit | null>(null)
  const [done, setDone] = useState<string[]>([])
  const [reason, setReason] = useState('')
  return (
    <>
      <ul class="hits">
        {hits.map((hit) => (
          <li key={hit.authority}>
            <Country of={hit.country} /> <strong>{hit.authority}</strong>
            <span class="soft">{hit.contact || t('hit.no_contact')}</span>
            {done.includes(hit.authority)
              ? <span role="status">{t('hit.asked')} <a href="/requests">{t('nav.requests')}</a></span>
              : may && <button type="button" aria-label={t('hit.ask_of', { authority: hit.authority })} onClick={() => setAsked(hit)}>{t('hit.ask')}</button>}
          </li>
        ))}
      </ul>
      {asked && (
        <Dialog title={t('hit.ask_of', { authority: asked.authority })} close={() => setAsked(null)}>
          <Form label={t('hit.ask_of', { authority: asked.authority })} button={t('hit.send')} send={async () => {
            await ask('POST', '/api/requests', { selector, authority: asked.authority_id, reason })
            setDone([...done, asked.authority])
            setReason('')
            setAsked(null)
          }}>
            <p>{t('hit.help')}</p>
            <Area label={t('hit.reason')} required minLength={5} maxLength={500} value={reason} onValue={setReason} />
          </Form>
        </Dialog>
      )}
    </>
  )
}
