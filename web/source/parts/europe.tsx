// The map of Europe with an arc between countries that something links, the thicker the more. It is a picture for the eye;
// the same pairs stand in a table beside it.
import { useEffect, useState } from 'preact/hooks'
import { country, number, t, tn } from '../words'

export interface Arc { from: string; to: string; selectors: number }
interface Drawing { width: number; height: number; countries: { country: string; path: string; x: number; y: number }[] }

/** An arc bends to the north of its chord, so that many from one place part from each other. */
function bend(a: { x: number; y: number }, b: { x: number; y: number }): string {
  const [west, east] = a.x <= b.x ? [a, b] : [b, a]
  const across = east.x - west.x
  const down = east.y - west.y
  return `M${west.x},${west.y}Q${(west.x + east.x) / 2 + down * 0.18},${(west.y + east.y) / 2 - across * 0.18} ${east.x},${east.y}`
}

export function Europe({ arcs, own }: { arcs: Arc[]; own: string }) {
  const [drawing, setDrawing] = useState<Drawing | null>(null)
  const [near, setNear] = useState<string | null>(null)
  useEffect(() => {
    let gone = false
    import('europe').then((module) => gone || setDrawing(module.default))
    return () => void (gone = true)
  }, [])
  if (!drawing) return <div class="europe waiting" />
  const at = new Map(drawing.countries.map((one) => [one.country, one]))
  const most = Math.max(1, ...arcs.map((arc) => arc.selectors))
  const linked = new Set(arcs.flatMap((arc) => [arc.from, arc.to]))
  return (
    <svg class="europe" viewBox={`0 0 ${drawing.width} ${drawing.height}`} role="img" aria-label={tn('map.label', arcs.length)}
      onMouseLeave={() => setNear(null)}>
      <g>
        {drawing.countries.map((one) => (
          <g key={one.country} class={'land' + (linked.has(one.country) ? ' linked' : '') + (one.country === near ? ' near' : '')}
            onMouseEnter={() => setNear(linked.has(one.country) ? one.country : null)}>
            <title>{country(one.country)}</title>
            {one.path ? <path d={one.path} /> : <circle class="dot" cx={one.x} cy={one.y} r="3" />}
          </g>
        ))}
      </g>
      <g>
        {arcs.map((arc) => {
          const a = at.get(arc.from)
          const b = at.get(arc.to)
          if (!a || !b || a === b) return null
          const faint = near !== null && near !== arc.from && near !== arc.to
          return (
            <path key={arc.from + arc.to} d={bend(a, b)} class={'arc' + (faint ? ' faint' : '')}
              stroke-width={(1 + 4 * Math.sqrt(arc.selectors / most)).toFixed(1)}>
              <title>{t('map.arc', { from: country(arc.from), to: country(arc.to), n: number(arc.selectors) })}</title>
            </path>
          )
        })}
      </g>
      <g>
        {[...linked].map((code) => {
          const one = at.get(code)
          if (!one) return null
          return (
            <g key={code} class={'place' + (code === own ? ' own' : '')}>
              <circle cx={one.x} cy={one.y} r="3.5" />
              <text x={one.x + 6} y={one.y + 4}>{code}</text>
            </g>
          )
        })}
      </g>
    </svg>
  )
}
