// When things happened on the disks: files' times in order, with a histogram in which one chooses a span of time.
import { useMemo, useState } from 'preact/hooks'
import { api, type Bar, type Case, type Moment, type Rows } from '../api'
import { useRows } from '../load'
import { Chart } from '../parts/chart'
import { Field, Filters } from '../parts/form'
import { CaseTabs, Page } from '../parts/page'
import { Stream } from '../parts/table'
import { Country, Tag, Time } from '../parts/value'
import { Verbatim } from '../parts/verbatim'
import { go, place, withQuery } from '../router'
import { named, t, time } from '../words'

type Told = Rows<Moment> & { histogram?: Bar[]; step?: number }

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
  const told = moments.first as Told | null // bars come with the first page
  const [begin, setBegin] = useState(from ?? '')
  const [end, setEnd] = useState(to ?? '')
  const choose = (first: string, last: string) => {
    setBegin(first)
    setEnd(last)
    go(withQuery({ from: first, to: last }))
  }
  const [times, counts, step] = useMemo(() => {
    const bars = told?.histogram ?? []
    const wide = told?.step ?? DAY
    const counted = new Map(bars.map((bar) => [Date.parse(bar.time) / 1000, bar.count]))
    // Of a few days every hour is shown, those without a time too, so that one sees when it was quiet.
    const [first, last] = [Math.min(...counted.keys()), Math.max(...counted.keys())]
    for (let at = Math.floor(first / DAY) * DAY; wide < DAY && at < Math.floor(last / DAY + 1) * DAY; at += wide) if (!counted.has(at)) counted.set(at, 0)
    const at = [...counted.keys()].sort((a, b) => a - b)
    return [at, at.map((one) => counted.get(one)!), wide] as const
  }, [told])
  return (
    <Page title={t('nav.timeline')} lead={t('timeline.lead')}>
      <CaseTabs of={reference} />
      <Filters label={t('timeline.filter')} send={() => go(withQuery({ from: begin, to: end }))}>
        <Field label={t('timeline.from')} type="date" value={begin.slice(0, 10)} onValue={setBegin} />
        <Field label={t('timeline.to')} type="date" value={end.slice(0, 10)} onValue={setEnd} />
        {(from || to) && <button type="button" onClick={() => choose('', '')}>{t('timeline.all')}</button>}
      </Filters>
      {times.length > 0 && (
        <Chart label={t('timeline.chart')} times={[...times]} counts={[...counts]} step={step} what={t('timeline.events')} height={130}
          spell={(at) => day(at, step)} choose={(first, last) => choose(step < DAY ? exact(first) : day(first, DAY), step < DAY ? exact(last) : day(last, DAY))} />
      )}
      <Stream<Moment> of={moments} caption={t('nav.timeline')} empty={t('timeline.none')} columns={[
        { head: t('chart.when'), as: 'main', cell: (row) => <Time of={row.time} /> },
        { head: t('timeline.what'), cell: (row) => named('time', row.what) },
        { head: t('column.path'), as: 'mono wide', cell: (row) => <span class="path"><Verbatim of={row.path} /> {!row.allocated && <Tag as="warn">{named('allocation', 'deleted')}</Tag>}</span> },
        { head: t('column.evidence'), as: 'mono short', cell: (row) => row.evidence_id },
      ]} />
    </Page>
  )
}

const DAY = 86400
const exact = (seconds: number) => new Date(Math.round(seconds) * 1000).toISOString().slice(0, 19) + 'Z'

/** A time to the exactness of a bar. */
function day(seconds: number, step: number): string {
  const text = new Date(seconds * 1000).toISOString()
  return step >= 300 * 86400 ? text.slice(0, 4) : step >= 27 * 86400 ? text.slice(0, 7) : step >= 86400 ? text.slice(0, 10) : time(text).slice(0, 16)
}
