// What one sees first: what is new, which countries have something in common, how much was found when.
import { useCallback, useMemo } from 'preact/hooks'
import { session, type Link, type NewEvidence, type Overview } from '../api'
import { useEvents } from '../live'
import { useLoad } from '../load'
import { Chart } from '../parts/chart'
import { Europe } from '../parts/europe'
import { Page, Section } from '../parts/page'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/table'
import { CaseList, Country, Kind, StateTag, Time, Weight } from '../parts/value'
import { Verbatim } from '../parts/verbatim'
import { address } from '../router'
import { month, number, t, tn, type Key } from '../words'

const MONTH = 30.44 * 86400
const YOUNG = 6 // months
const readers = ['examiner', 'analyst', 'liaison']

export function OverviewPage() {
  const role = session.use()!.person.role
  if (!readers.includes(role)) return <Elsewhere role={role} />
  return <Readers />
}

/** Those who read no cases begin where their work is. */
function Elsewhere({ role }: { role: string }) {
  const place: Record<string, [string, Key]> = {
    partner: ['/search', 'nav.search'], auditor: ['/audit', 'nav.audit'], administrator: ['/people', 'nav.people'],
  }
  const [to, key] = place[role] ?? ['/search', 'nav.search']
  return (
    <Page title={t('nav.overview')} lead={t(`overview.lead_${role}` as Key)}>
      <p><a class="button" href={to}>{t(key)}</a></p>
    </Page>
  )
}

function Readers() {
  const loaded = useLoad<Overview>('/api/overview')
  const own = session.get()!.person.authority.country
  useEvents('evidence', useCallback(loaded.again, []))
  useEvents('request', useCallback(loaded.again, []))
  return (
    <Page title={t('nav.overview')}>
      <Shown of={loaded}>{(data) => (
        <>
          <Counts of={data.counts} />
          <div class="columns">
            <div>
              {data.working.length > 0 && <Section title={t('overview.working')}><Items of={data.working} caption={t('column.evidence')} /></Section>}
              <News of={data} />
              <Trend months={data.months} />
            </div>
            <Section title={t('overview.countries')}>
              <Europe arcs={data.countries} own={own} />
              {data.countries.length > 0
                ? <Pairs of={data.countries} />
                : <Empty>{t('overview.no_countries')}</Empty>}
            </Section>
          </div>
        </>
      )}</Shown>
    </Page>
  )
}

const counted: [name: string, key: Key, to?: string][] = [
  ['cases', 'count.cases', '/cases'], ['evidence', 'count.evidence', '/cases'], ['files', 'count.files', '/files'],
  ['sightings', 'count.sightings', '/findings'], ['selectors', 'count.selectors', '/findings'], ['links', 'count.links', '/links'],
  ['networks', 'count.networks', '/network'], ['requests', 'count.requests', '/requests'],
]

const Counts = ({ of }: { of: Record<string, number> }) => (
  <dl class="counts">
    {counted.filter(([name]) => of[name] !== undefined).map(([name, key, to]) => (
      <div key={name}>
        <dt>{t(key)}</dt>
        <dd><a href={to}>{number(of[name]!)}</a></dd>
      </div>
    ))}
  </dl>
)

function News({ of }: { of: Overview }) {
  const { evidence, links, requests, answered, since } = of.new
  const nothing = evidence.length === 0 && links.length === 0 && requests === 0 && answered === 0
  return (
    <Section title={t('overview.new')} beside={since ? <span class="soft">{t('overview.since')} <Time of={since} /></span> : undefined}>
      {requests > 0 && <p class="note"><a href="/requests">{tn('overview.requests', requests)}</a></p>}
      {answered > 0 && <p class="note"><a href="/requests">{tn('overview.answered', answered)}</a></p>}
      {nothing && <Empty>{t('overview.nothing')} <a href="/links">{t('overview.nothing_next')}</a></Empty>}
      {links.length > 0 && <h3>{t('overview.new_links')}</h3>}
      {links.length > 0 && (
        <Table<Link> caption={t('overview.new_links')} rows={links} columns={[
          { head: t('column.value'), as: 'mono main wide', cell: (row) => <a href={address(['selectors', row.id])}><Verbatim of={row.value} /></a> },
          { head: t('column.kind'), cell: (row) => <Kind of={row.kind} /> },
          { head: t('column.cases'), cell: (row) => <CaseList of={row.cases} most={2} /> },
          { head: t('column.weight'), as: 'number', cell: (row) => <Weight of={row.weight} /> },
        ]} />
      )}
      {evidence.length > 0 && <h3>{t('overview.new_evidence')}</h3>}
      {evidence.length > 0 && <Items of={evidence} caption={t('overview.new_evidence')} />}
    </Section>
  )
}

const Items = ({ of, caption }: { of: NewEvidence[]; caption: string }) => (
  <Table<NewEvidence> caption={caption} rows={of} columns={[
    { head: t('column.evidence'), as: 'mono main', cell: (row) => <a href={address(['evidence', String(row.id)])}>{row.evidence_id}</a> },
    { head: t('column.name'), as: 'mono', cell: (row) => <Verbatim of={row.evidence} /> },
    { head: t('column.state'), cell: (row) => <StateTag of={row.state} /> },
    { head: t('count.sightings'), as: 'number', cell: (row) => number(row.sightings) },
  ]} />
)

function Trend({ months }: { months: Overview['months'] }) {
  const [times, counts] = useMemo(() => {
    const known = months.filter((one) => !Number.isNaN(Date.parse(one.month.slice(0, 7) + '-01')))
    const counted = new Map(known.map((one) => [one.month.slice(0, 7), one.sightings]))
    // A young store has a month or two: the half year before them is shown as the nothing that it was.
    for (let back = 0, last = new Date(Math.max(...known.map((one) => Date.parse(one.month.slice(0, 7) + '-01')))); known.length > 0 && back < YOUNG; back++) {
      const month = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - back)).toISOString().slice(0, 7)
      if (!counted.has(month)) counted.set(month, 0)
    }
    const all = [...counted].sort(([a], [b]) => (a < b ? -1 : 1))
    return [all.map(([month]) => Date.parse(month + '-01') / 1000), all.map(([, sightings]) => sightings)] as const
  }, [months])
  return (
    <Section title={t('overview.trend')}>
      {times.length > 0
        ? <Chart label={t('overview.trend')} times={[...times]} counts={[...counts]} step={MONTH} what={t('count.sightings')}
            spell={(at) => month(new Date(at * 1000).toISOString())} />
        : <Empty>{t('overview.no_trend')}</Empty>}
    </Section>
  )
}

const Pairs = ({ of }: { of: Overview['countries'] }) => (
  <Table caption={t('overview.countries')} rows={[...of].sort((a, b) => b.selectors - a.selectors).slice(0, 8)} columns={[
    { head: t('column.countries'), as: 'main', cell: (row) => <span class="list"><Country of={row.from} /><Country of={row.to} /></span> },
    { head: t('column.shared'), as: 'number', cell: (row) => number(row.selectors) },
    { head: t('nav.network'), cell: (row) => <a href={address(['network'], { country: row.from })}>{t('action.look')}</a> },
  ]} />
)
