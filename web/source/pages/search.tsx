// The answer of the one box: own findings in full, elsewhere hit or no hit and whom to ask.
import { api, session, type Case, type File, type Found, type SearchAnswer } from '../api'
import { useLoad } from '../load'
import { Elsewhere } from '../parts/asking'
import { Page, Section } from '../parts/page'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/table'
import { CaseLink, CaseList, Country, Kind, KnownTag, Tag, Time } from '../parts/value'
import { Verbatim, visible } from '../parts/verbatim'
import { address, place } from '../router'
import { size, t, tn } from '../words'

export function SearchPage() {
  const asked = place.use().query.get('q')?.trim() ?? ''
  const loaded = useLoad<SearchAnswer>(asked ? api(['search'], { q: asked }) : null)
  return (
    <Page title={t('search.title')} lead={asked ? undefined : t('search.lead')}>
      {asked && <Shown of={loaded}>{(data) => <Answer of={data} asked={asked} />}</Shown>}
    </Page>
  )
}

function Answer({ of: { hits, cases = [], files = [] }, asked }: { of: SearchAnswer; asked: string }) {
  return (
    <>
      <p role="status">{hits.length ? tn('search.hits', hits.length, { q: visible(asked) }) : t('search.no_hit_of', { q: visible(asked) })}</p>
      {hits.length + cases.length + files.length === 0 && <Empty>{t('search.no_hit')}</Empty>}
      {hits.length > 0 && <ul class="found">{hits.map((hit) => <Hit key={hit.id} of={hit} />)}</ul>}
      {cases.length > 0 && (
        <Section title={t('nav.cases')}>
          <Table<Case> caption={t('nav.cases')} rows={cases} columns={[
            { head: t('column.case'), as: 'mono main', cell: (row) => <CaseLink of={row.case} /> },
            { head: t('column.country'), cell: (row) => <Country of={row.country} /> },
            { head: t('column.title'), as: 'wide', cell: (row) => row.title },
          ]} />
        </Section>
      )}
      {files.length > 0 && (
        <Section title={t('nav.files')} beside={<a href={address(['files'], { path: asked })}>{t('search.all_files')}</a>}>
          <Table<File> caption={t('nav.files')} rows={files} columns={[
            { head: t('column.path'), as: 'mono main', cell: (row) => <><Verbatim of={row.path} /> <KnownTag of={row.known} /></> },
            { head: t('column.case'), cell: (row) => <CaseLink of={row.case} /> },
            { head: t('column.size'), as: 'number', cell: (row) => size(row.size) },
            { head: t('column.modified'), cell: (row) => <Time of={row.modified} /> },
          ]} />
        </Section>
      )}
    </>
  )
}

function Hit({ of }: { of: Found }) {
  const role = session.get()!.person.role
  const reader = role !== 'partner'
  return (
    <li>
      <h2>
        <Kind of={of.kind} />{' '}
        {reader ? <a class="mono" href={address(['selectors', of.id])}><Verbatim of={of.value} /></a> : <span class="mono"><Verbatim of={of.value} /></span>}
        {' '}<Tag as="good">{t('search.hit')}</Tag>
      </h2>
      {of.own.length > 0 && <p><span class="soft">{t('search.own')}</span> <CaseList of={of.own} most={8} /></p>}
      {of.elsewhere.length > 0 && (
        <>
          <p class="soft">{t('search.elsewhere')}</p>
          <Elsewhere selector={of.id} hits={of.elsewhere} may={role === 'analyst' || role === 'liaison'} />
        </>
      )}
    </li>
  )
}

