// Bars over time (uPlot, loaded when the first one is shown). The numbers stand in a table below, for those who read rather
// than see; a part can be chosen by drawing over it.
import { useEffect, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import { language, number, t } from '../words'
import { theme } from './theme'

interface ChartProps {
  label: string
  /** Seconds since 1970, in order. */
  times: number[]
  counts: number[]
  /** How long one bar lasts, in seconds. */
  step: number
  height?: number
  what: string
  spell: (seconds: number) => string
  choose?: (from: number, to: number) => void
}

export function Chart({ label, times, counts, step, height = 150, what, spell, choose }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const shownTheme = theme.use()
  const shownLanguage = language.use()
  useEffect(() => {
    let plot: uPlot | undefined
    let gone = false
    let watcher: ResizeObserver | undefined
    import('uplot').then(({ default: Plot }) => {
      const element = box.current
      if (gone || !element) return
      const style = getComputedStyle(element)
      const [ink, line, accent] = ['--soft', '--line', '--accent'].map((name) => style.getPropertyValue(name).trim()) as [string, string, string]
      const font = '11px ' + style.fontFamily
      const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 4 } }
      plot = new Plot({
        width: element.clientWidth, height, legend: { show: false }, tzDate: (seconds) => Plot.tzDate(new Date(seconds * 1000), 'UTC'),
        cursor: { y: false, points: { show: false }, drag: { x: !!choose, y: false, setScale: false } },
        scales: {
          x: { range: () => [times[0]! - step / 2, times[times.length - 1]! + step * 0.5] },
          y: { range: (_, __, most) => [0, Math.max(1, most * 1.08)] },
        },
        axes: [
          {
            ...axis, size: 28, grid: { show: false }, values: (_, splits) => splits.map((at) => spell(at)),
            splits: (self) => {
              const wide = Math.max(90, spell(times[0]!).length * 7 + 14)
              const every = Math.ceil(times.length / Math.max(1, Math.floor(self.width / wide)))
              return times.filter((_, i) => i % every === 0)
            },
          },
          { ...axis, size: 54, values: (_, splits) => splits.map((n) => (Number.isInteger(n) ? number(n) : '')) },
        ],
        series: [{}, {
          stroke: accent, fill: accent, width: 0, points: { show: false },
          paths: Plot.paths.bars!({ size: [0.8, 40], align: 0 }),
        }],
        hooks: {
          setSelect: [(self) => {
            if (!choose || self.select.width < 3) return
            choose(self.posToVal(self.select.left, 'x'), self.posToVal(self.select.left + self.select.width, 'x'))
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          }],
        },
      }, [times, counts], element)
      watcher = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }))
      watcher.observe(element)
    })
    return () => {
      gone = true
      watcher?.disconnect()
      plot?.destroy()
    }
  }, [times, counts, shownTheme, shownLanguage, step, height])
  return (
    <figure class="chart" aria-label={label}>
      <div ref={box} class={'plot' + (choose ? ' drawable' : '')} aria-hidden="true" />
      <details>
        <summary>{t('chart.as_table')}</summary>
        <table>
          <caption class="unseen">{label}</caption>
          <thead><tr><th scope="col">{t('chart.when')}</th><th scope="col" class="number">{what}</th></tr></thead>
          <tbody>
            {times.map((at, i) => counts[i]! > 0 && <tr key={at}><th scope="row">{spell(at)}</th><td class="number">{number(counts[i]!)}</td></tr>)}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
