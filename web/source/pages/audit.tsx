// Who did what, on what, why and when: for the auditor.
import { useState } from 'preact/hooks'
import { api, type AuditRecord } from '../api'
import { useRows } from '../load'
import { Choice, Field, Filters } from '../parts/form'
import { Page } from '../parts/page'
import { Stream } from '../parts/table'
import { StateTag, Time } from '../parts/value'
import { go, place, withQuery } from '../router'
import { named, number, t } from '../words'

const actions = ['sign-in', 'sign-out', 'search', 'view', 'reveal', 'export', 'request', 'grant', 'refuse', 'add', 'change', 'purge', 'set-up', 'credentials']

export function AuditPage() {
  const { query } = place.use()
  const asked = { person: query.get('person'), action: query.get('action'), from: query.get('from'), to: query.get('to') }
  const records = useRows<AuditRecord>(api(['audit'], { ...asked, limit: 100 }))
  const [person, setPerson] = useState(asked.person ?? '')
  return (
    <Page title={t('nav.audit')} lead={t('audit.lead')}>
      <Filters label={t('audit.filter')} send={() => go(withQuery({ person: person.trim() }))}>
        <Field label={t('audit.person')} type="search" value={person} onValue={setPerson} />
        <Choice label={t('audit.action')} value={asked.action ?? ''} onValue={(action) => go(withQuery({ action }))}
          options={[['', t('files.any')], ...actions.map((one): [string, string] => [one, named('action', one)])]} />
        <Field label={t('timeline.from')} type="date" value={asked.from ?? ''} onValue={(from) => go(withQuery({ from }))} />
        <Field label={t('timeline.to')} type="date" value={asked.to ?? ''} onValue={(to) => go(withQuery({ to }))} />
      </Filters>
      <Stream<AuditRecord> of={records} caption={t('nav.audit')} empty={t('audit.none')} marked={(row) => row.outcome !== 'done'} columns={[
        { head: t('audit.number'), as: 'number', cell: (row) => number(row.id) },
        { head: t('chart.when'), as: 'main', cell: (row) => <Time of={row.time} /> },
        { head: t('audit.person'), cell: (row) => row.person || '–' },
        { head: t('column.authority'), cell: (row) => row.authority || '–' },
        { head: t('audit.action'), cell: (row) => named('action', row.action) },
        { head: t('audit.object'), as: 'mono', cell: (row) => row.object },
        { head: t('gap.reason'), as: 'wide', cell: (row) => row.reason },
        { head: t('audit.outcome'), cell: (row) => <StateTag of={row.outcome} /> },
        { head: t('audit.address'), as: 'mono', cell: (row) => row.address },
        { head: t('audit.hash'), as: 'mono', cell: (row) => <abbr title={row.hash}>{row.hash?.slice(0, 8)}</abbr> },
      ]} />
    </Page>
  )
}
