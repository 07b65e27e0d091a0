// How far the reading of evidence is, as the server tells it.
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Evidence, Progress } from '../api'
import { useEvents } from '../live'
import { duration, number, size, t } from '../words'

export interface Pace extends Progress {
  /** Bytes a second, and seconds left, once they can be told. */
  speed: number | null
  left: number | null
}

/** The latest of each evidence item, by its number. */
export function useProgress(): Map<number, Pace> {
  const [all, setAll] = useState(new Map<number, { first: Progress; at: number; now: Pace }>())
  useEvents<Progress>('progress', useCallback((event) => setAll((before) => {
    const known = before.get(event.id)
    const first = known && known.first.bytes_done <= event.bytes_done ? known.first : event
    const at = known && first === known.first ? known.at : performance.now()
    const passed = (performance.now() - at) / 1000
    const speed = passed > 1.5 && event.bytes_done > first.bytes_done ? (event.bytes_done - first.bytes_done) / passed : null
    const left = speed && event.bytes > event.bytes_done ? (event.bytes - event.bytes_done) / speed : null
    return new Map(before).set(event.id, { first, at, now: { ...event, speed, left } })
  }), []))
  return new Map([...all].map(([id, one]) => [id, one.now]))
}

/** Is it waiting to be read, or being read? */
export const isRead = (of: { state: string }) => of.state === 'new' || of.state === 'mapped'

/** Reads anew now and then while something is being read: an event may have come before the page did. */
export function useWatch(reading: boolean, again: () => void): void {
  useEffect(() => {
    if (!reading) return
    const clock = setInterval(again, 4000)
    return () => clearInterval(clock)
  }, [reading, again])
}

/** How far an item was when its row was read, until an event tells more. */
export const paceOf = (of: Evidence): Pace => ({
  id: of.id, case: of.case, evidence: 0, name: of.evidence, state: of.state, bytes: of.total, bytes_done: of.bytes, units: of.units_total,
  units_done: of.units, files: of.files, sightings: of.sightings, gaps: of.not_read, speed: null, left: null,
})

const share = (of: Progress) => (of.bytes > 0 ? Math.min(1, of.bytes_done / of.bytes) : 0)

export const ProgressLine = ({ of }: { of: Pace }) => (
  <span class="progress-line">
    <progress value={share(of)} max={1} aria-label={t('progress.label')} />
    {number(share(of) * 100)} %
  </span>
)

export function ProgressBox({ of }: { of: Pace }) {
  return (
    <div class="progress-box">
      <progress value={share(of)} max={1} aria-label={t('progress.label')} />
      <p>
        <strong>{number(share(of) * 100)} %</strong>
        <span>{t('progress.bytes', { done: size(of.bytes_done), all: size(of.bytes) })}</span>
        <span>{t('progress.units', { done: of.units_done, all: of.units })}</span>
        <span>{t('progress.sightings', { n: of.sightings })}</span>
        {of.speed !== null && <span>{size(of.speed)}/s</span>}
        {of.left !== null && <span>{t('progress.left', { time: duration(of.left) })}</span>}
      </p>
    </div>
  )
}
