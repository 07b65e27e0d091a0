// Findings by kind: how many of each, the selectors of one kind, where each was seen. Opening one shows its places with context.
import { useState } from 'preact/hooks'
import { api, type Kind as KindRow, type Selector } from '../api'
import { useLoad, useRows } from '../load'
import { Field, Filters } from '../parts/form'
import { CaseTabs, Page } from '../parts/page'
import { Shown } from '../parts/states'
import { Stream } from '../parts/table'
import { CaseList, Countries, Kind } from '../parts/value'
import { address, go, place, withQuery } from '../router'
import { named, number, t } from '../words'

export function FindingsPage() {
  const { query } = place.use()
  const reference = query.get('case')
  const kind = query.get('kind')
  const value = query.get('value')
  const [text, setText] = useState(value ?? '')
  const kinds = useLoad<{ rows: KindRow[] }>(api(['kinds'], { case: reference }))
  const selectors = useRows<Selector>(api(['selectors'], { case: reference, kind, value, limit: 100 }))
  return (
    <Page title={t('nav.findings')} class="with-list">
      {reference && <CaseTabs of={reference} />}
      <div class="beside">
        <nav class="pick" aria-label={t('findings.kinds')}>
          <Shown of={kinds}>{({ rows }) => (
            <ul>
              <li><a href={withQuery({ kind: null })} aria-current={kind === null ? 'true' : undefined}>{t('findings.all')}</a></li>
              {rows.map((row) => (
                <li key={row.kind}>
                  <a href={withQuery({ kind: row.kind })} aria-current={kind === row.kind ? 'true' : undefined}>
                    <span>{named('kind', row.kind)}</span> <span class="number">{number(row.selectors)}</span>
                  </a>
                </li>
              ))}
            </ul>
          )}</Shown>
        </nav>
        <div>
          <Filters label={t('findings.filter')} send={() => go(withQuery({ value: text.trim() }))}>
            <Field label={t('column.value')} type="search" class="mono" value={text} onValue={setText} />
          </Filters>
          <Stream<Selector> of={selectors} caption={t('nav.findings')} empty={t('findings.none')} columns={[
            { head: t('column.value'), as: 'mono main', cell: (row) => <a href={address(['selectors', row.id])}>{row.value}</a> },
            { head: t('column.kind'), cell: (row) => <Kind of={row.kind} />, if: kind === null },
            { head: t('column.cases'), cell: (row) => <CaseList of={row.cases} most={3} /> },
            { head: t('column.countries'), cell: (row) => <Countries of={row.countries} /> },
            { head: t('count.sightings'), as: 'number', cell: (row) => number(row.sightings) },
          ]} />
        </div>
      </div>
    </Page>
  )
}
