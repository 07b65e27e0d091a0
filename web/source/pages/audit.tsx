// Who did what, on what, why and when: for the auditor.
import { useState } from 'preact/hooks'
import { api, get, Problem, type AuditRecord, type AuditVerified, type Authority } from '../api'
import { useRows } from '../load'
import { Choice, Field, Filters } from '../parts/form'
import { Page } from '../parts/page'
import { sentence } from '../parts/states'
import { Stream } from '../parts/table'
import { StateTag, Time } from '../parts/value'
import { Verbatim } from '../parts/verbatim'
import { go, place, withQuery } from '../router'
import { named, number, t, tn } from '../words'

/** What the server records, as its routes name it. */
const actions = ['view', 'search', 'reveal', 'export', 'request', 'answer', 'end', 'add', 'change', 'purge', 'sign-in', 'sign-out', 'credentials',
  'set-up', 'person', 'person link', 'authority', 'audit', 'audit verify']

export function AuditPage() {
  const { query } = place.use()
  const asked = { person: query.get('person'), authority: query.get('authority'), action: query.get('action'), from: query.get('from'), to: query.get('to') }
  const records = useRows<AuditRecord>(api(['audit'], { ...asked, limit: 100 }))
  const authorities = useRows<Authority>('/api/authorities?limit=1000')
  const [person, setPerson] = useState(asked.person ?? '')
  return (
    <Page title={t('nav.audit')} lead={t('audit.lead')}>
      <Verify />
      <Filters label={t('audit.filter')} send={() => go(withQuery({ person: person.trim() }))}>
        <Field label={t('audit.person')} type="search" value={person} onValue={setPerson} />
        <Choice label={t('column.authority')} value={asked.authority ?? ''} onValue={(authority) => go(withQuery({ authority }))}
          options={[['', t('files.any')], ...[...new Set([...authorities.rows.map((one) => one.name), asked.authority ?? ''])].filter(Boolean).map((one): [string, string] => [one, one])]} />
        <Choice label={t('audit.action')} value={asked.action ?? ''} onValue={(action) => go(withQuery({ action }))}
          options={[['', t('files.any')], ...actions.map((one): [string, string] => [one, named('action', one)])]} />
        <Field label={t('timeline.from')} type="date" value={asked.from ?? ''} onValue={(from) => go(withQuery({ from }))} />
        <Field label={t('timeline.to')} type="date" value={asked.to ?? ''} onValue={(to) => go(withQuery({ to }))} />
      </Filters>
      <Stream<AuditRecord> of={records} caption={t('nav.audit')} empty={t('audit.none')} marked={(row) => row.outcome !== 'done'} columns={[
        { head: t('audit.number'), as: 'number', cell: (row) => number(row.id) },
        { head: t('chart.when'), as: 'main', cell: (row) => <Time of={row.time} /> },
        { head: t('audit.person'), as: 'short', cell: (row) => row.person ? <>{row.person.replace(/ \(command line\)$/, '')}{row.person.endsWith(' (command line)') && <span class="soft"> {t('audit.command_line')}</span>}</> : '–' },
        { head: t('column.authority'), as: 'narrow', cell: (row) => row.authority || '–' },
        { head: t('audit.action'), as: 'short', cell: (row) => <>{named('action', row.action)} {row.outcome !== 'done' && <StateTag of={row.outcome} />}</> },
        { head: t('audit.object'), as: 'mono wide', cell: (row) => <>{row.object === 'one-time link' ? t('people.link_what') : <Verbatim of={row.object} />}{row.reason && <q class="two">{row.reason}</q>}</> },
        { head: t('audit.address'), as: 'mono short', cell: (row) => row.address },
        { head: t('audit.hash'), as: 'mono short', cell: (row) => <abbr title={row.hash}>{row.hash?.slice(0, 8)}</abbr> },
      ]} />
    </Page>
  )
}

/** Lets the server recompute the chain, and says what came of it. */
function Verify() {
  const [busy, setBusy] = useState(false)
  const [found, setFound] = useState<AuditVerified | Problem | null>(null)
  const verify = () => {
    setBusy(true)
    get<AuditVerified>('/api/audit/verify')
      .then(setFound, (error) => setFound(error instanceof Problem ? error : new Problem(-1, '', String(error))))
      .then(() => setBusy(false))
  }
  const bad = found instanceof Problem || (found !== null && found.broken !== null)
  return (
    <div class="buttons">
      <button type="button" aria-disabled={busy} onClick={() => busy || verify()}>{busy ? t('state.working') : t('audit.verify')}</button>
      <p role="status" class={found === null ? '' : bad ? 'note bad' : 'note good'}>
        {found === null ? '' : found instanceof Problem ? sentence(found)
          : found.broken !== null ? t('audit.broken', { id: found.broken })
            : `${tn('audit.whole', found.records)} ${tn('audit.heads', found.heads)}`}
      </p>
    </div>
  )
}
