// Findings by kind: how many of each, the selectors of one kind, where each was seen. A row opens to its first places, with what
// stands around them; the selector's own page has all.
import { useState } from 'preact/hooks'
import { api, type Kind as KindRow, type Rows, type Selector, type Sighting } from '../api'
import { useLoad, useRows } from '../load'
import { Field, Filters } from '../parts/form'
import { CaseTabs, Page } from '../parts/page'
import { Shown } from '../parts/states'
import { Stream, Table } from '../parts/table'
import { CaseLink, CaseList, Countries, Kind, KnownTag, Tag } from '../parts/value'
import { Verbatim, visible } from '../parts/verbatim'
import { address, go, place, withQuery } from '../router'
import { language, named, number, t } from '../words'

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
              {[...rows].sort((a, b) => named('kind', a.kind).localeCompare(named('kind', b.kind), language.get())).map((row) => (
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
          <Stream<Selector> of={selectors} caption={t('nav.findings')} empty={t('findings.none')}
            detail={{ key: (row) => row.id, label: (row) => t('findings.open', { value: visible(row.value) }), show: (row) => <First of={row} reference={reference} /> }} columns={[
            { head: t('column.value'), as: 'mono main wide', cell: (row) => <a href={address(['selectors', row.id])}><Verbatim of={row.value} /></a> },
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

const SOME = 5 // places of a row that was opened

function First({ of, reference }: { of: Selector; reference: string | null }) {
  const loaded = useLoad<Rows<Sighting>>(api(['sightings'], { selector: of.id, case: reference, limit: SOME }))
  return (
    <Shown of={loaded}>{({ rows, next }) => (
      <>
        <Table<Sighting> caption={t('selector.places')} rows={rows} columns={[
          { head: t('column.case'), cell: (row) => <CaseLink of={row.case} />, if: !reference },
          { head: t('column.file'), as: 'mono', cell: (row) => row.file === null ? <Tag>{named('allocation', row.allocation)}</Tag> : <><Verbatim of={row.file} /> <KnownTag of={row.known} /></> },
          { head: t('column.context'), as: 'wide', cell: (row) => <span class="context"><Verbatim of={row.context} mark={row.value} /></span> },
        ]} />
        {next !== null && <p><a href={address(['selectors', of.id])}>{t('findings.all_places', { n: of.sightings })}</a></p>}
      </>
    )}</Shown>
  )
}
