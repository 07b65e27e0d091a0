// Cases whose day is over: the administrator, who reads no case, removes them with a reason, and sees what went.
import { useState } from 'preact/hooks'
import { api, ask, type Expired, type Purged } from '../api'
import { useRows } from '../load'
import { t } from '../words'
import { Dialog } from './dialog'
import { Area, Form } from './form'
import { Section } from './page'
import { Stream } from './table'
import { Country } from './value'

export function Retention() {
  const expired = useRows<Expired>('/api/retention')
  const [open, setOpen] = useState<Expired | null>(null)
  const [purged, setPurged] = useState<(Purged & { case: string }) | null>(null)
  const [reason, setReason] = useState('')
  return (
    <Section title={t('retention.title')}>
      {purged && <p class="note" role="status">{t('retention.done', { ...purged })}</p>}
      <Stream<Expired> of={expired} caption={t('retention.title')} empty={t('retention.none')} columns={[
        { head: t('column.case'), as: 'mono main', cell: (row) => row.case },
        { head: t('column.authority'), cell: (row) => <><Country of={row.country} /> {row.authority}</> },
        { head: t('column.retention'), cell: (row) => row.retention },
        { head: t('retention.purge'), cell: (row) => <button type="button" aria-label={t('retention.purge_of', { case: row.case })} onClick={() => setOpen(row)}>{t('retention.purge')}</button> },
      ]} />
      {open && (
        <Dialog title={t('retention.purge_of', { case: open.case })} close={() => setOpen(null)}>
          <Form label={t('retention.purge_of', { case: open.case })} button={t('retention.purge')} send={async () => {
            const answer = await ask<Purged>('POST', api(['cases', open.case, 'purge']), { reason })
            setPurged({ ...answer, case: open.case })
            setOpen(null)
            setReason('')
            expired.again()
          }}>
            <p>{t('retention.help')}</p>
            <Area label={t('gap.reason')} required minLength={5} maxLength={500} value={reason} onValue={setReason} />
          </Form>
        </Dialog>
      )}
    </Section>
  )
}
