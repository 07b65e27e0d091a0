// When things happened on the disks: files' times in order, with a histogram in which one chooses a span of time.
import { useMemo, useState } from 'preact/hooks'
import { api, type Bar, type Case, type Moment } from '../api'
import { useLoad, useRows } from '../load'
import { Chart } from '../parts/chart'
import { Field, Filters } from '../parts/form'
import { CaseTabs, Page } from '../parts/page'
import { Stream } from '../parts/table'
import { Country, Tag, Time } from '../parts/value'
import { go, place, withQuery } from '../router'
import { named, t, time } from '../words'

interface Told { rows: Moment[]; next: string | null; histogram?: Bar[] }

/** A timeline is that of a case: without one, it is chosen. */
export function TimelinePage() {
  const reference = place.use().query.get('case')
  const cases = useRows<Case>(reference ? null : api(['cases'], { limit: 100 }))
  if (reference) return <Timeline key={reference} reference={reference} />
  return (
    <Page title={t('nav.timeline')} lead={t('timeline.choose')}>
      <Stream<Case> of={cases} caption={t('nav.cases')} empty={t('case.none')} columns={[
        { head: t('column.case'), as: 'mono main', cell: (row) => <a href={withQuery({ case: row.case })}>{row.case}</a> },
        { head: t('column.country'), cell: (row) => <Country of={row.country} /> },
        { head: t('column.title'), as: 'wide', cell: (row) => row.title },
      ]} />
    </Page>
  )
}

function Timeline({ reference }: { reference: string }) {
  const { query } = place.use()
  const from = query.get('from')
  const to = query.get('to')
  const asked = { case: reference, from, to }
  const moments = useRows<Moment>(api(['timeline'], { ...asked, limit: 200 }))
  const histogram = useLoad<Told>(api(['timeline'], { ...asked, limit: 1 })).data?.histogram
  const [begin, setBegin] = useState(from ?? '')
  const [end, setEnd] = useState(to ?? '')
  const choose = (first: string, last: string) => {
    setBegin(first)
    setEnd(last)
    go(withQuery({ from: first, to: last }))
  }
  const [times, counts, step] = useMemo(() => {
    const bars = histogram ?? []
    const at = bars.map((bar) => Date.parse(bar.time.length === 7 ? bar.time + '-01' : bar.time) / 1000)
    const steps = at.slice(1).map((one, i) => one - at[i]!)
    return [at, bars.map((bar) => bar.count), steps.length ? Math.min(...steps) : 86400] as const
  }, [histogram])
  return (
    <Page title={t('nav.timeline')} lead={t('timeline.lead')}>
      <CaseTabs of={reference} />
      <Filters label={t('timeline.filter')} send={() => go(withQuery({ from: begin, to: end }))}>
        <Field label={t('timeline.from')} type="date" value={begin.slice(0, 10)} onValue={setBegin} />
        <Field label={t('timeline.to')} type="date" value={end.slice(0, 10)} onValue={setEnd} />
        {(from || to) && <button type="button" onClick={() => choose('', '')}>{t('timeline.all')}</button>}
      </Filters>
      {times.length > 1 && (
        <Chart label={t('timeline.chart')} times={[...times]} counts={[...counts]} step={step} what={t('timeline.events')} height={130}
          spell={(at) => day(at, step)} choose={(first, last) => choose(day(first, 86400), day(last, 86400))} />
      )}
      <Stream<Moment> of={moments} caption={t('nav.timeline')} empty={t('timeline.none')} columns={[
        { head: t('chart.when'), as: 'main', cell: (row) => <Time of={row.time} /> },
        { head: t('timeline.what'), cell: (row) => named('time', row.what) },
        { head: t('column.path'), as: 'mono', cell: (row) => <span class="path">{row.path} {!row.allocated && <Tag as="warn">{named('allocation', 'deleted')}</Tag>}</span> },
        { head: t('column.evidence'), as: 'mono', cell: (row) => row.evidence_id },
      ]} />
    </Page>
  )
}

/** A time to the exactness of a bar. */
function day(seconds: number, step: number): string {
  const text = new Date(seconds * 1000).toISOString()
  return step >= 300 * 86400 ? text.slice(0, 4) : step >= 27 * 86400 ? text.slice(0, 7) : step >= 86400 ? text.slice(0, 10) : time(text).slice(0, 16)
}
