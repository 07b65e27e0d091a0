// The names of nodes, in one size however near one stands. Cases and authorities always have theirs, and so has what is marked;
// of the others the heaviest first, where there is room. Costs one pass over the nodes.
import type { Core, NodeSingular } from 'cytoscape'
import { visible } from '../parts/verbatim'

/** What one sees: how near, from where, how large letters are, and what else lies over the picture. */
export interface View { zoom: number; pan: { x: number; y: number }; width: number; height: number; size: number; taken?: [x: number, y: number, w: number, h: number][] }
export interface Name { text: string; x: number; y: number; size: number; bold: boolean; faint: boolean; crossing: boolean }

const LETTERS = 24
const CROWD = 4000 // from so many nodes in view on, only those that always have a name get one
const CELL = 5 // pixels of the grid in which room is kept
const LINES = 2
const MARKED_LINES = 6
const WIDE = 0.61 // of a letter, in its size

const shorten = (label: string) => (label.length > LETTERS ? label.slice(0, LETTERS - 1) + '…' : label)
const order = { case: 0, authority: 1, selector: 2 }

/** Nodes in the order in which they get their names. */
export function byImportance(core: Core): NodeSingular[] {
  const rank = (one: NodeSingular) => order[one.data('type') as keyof typeof order] ?? 2
  return core.nodes().toArray().sort((a, b) => rank(a) - rank(b) || b.data('node').weight - a.data('node').weight) as NodeSingular[]
}

/** A part of the picture, in cells: what is taken, and what is still free. */
class Room {
  private readonly wide: number
  private readonly high: number
  private readonly taken: Uint8Array
  constructor(width: number, height: number) {
    this.wide = Math.ceil(width / CELL) + 1
    this.high = Math.ceil(height / CELL) + 1
    this.taken = new Uint8Array(this.wide * this.high)
  }
  private *cells(x: number, y: number, w: number, h: number) {
    const right = Math.min(this.wide - 1, Math.floor((x + w) / CELL))
    const bottom = Math.min(this.high - 1, Math.floor((y + h) / CELL))
    for (let row = Math.max(0, Math.floor(y / CELL)); row <= bottom; row++) {
      for (let column = Math.max(0, Math.floor(x / CELL)); column <= right; column++) yield row * this.wide + column
    }
  }
  isFree(x: number, y: number, w: number, h: number): boolean {
    for (const cell of this.cells(x, y, w, h)) if (this.taken[cell]) return false
    return true
  }
  take(x: number, y: number, w: number, h: number): void {
    for (const cell of this.cells(x, y, w, h)) this.taken[cell] = 1
  }
}

/** A node in view: its place and half its size in the picture, and whether it has its name in any case. */
interface Seen { node: NodeSingular; x: number; y: number; far: number; always: boolean }

/** Where names stand: x is their middle, y their base line. */
export function placeNames(nodes: NodeSingular[], view: View): Name[] {
  const { zoom, pan, width, height, size } = view
  const room = new Room(width, height)
  const seen: Seen[] = []
  for (const node of nodes) {
    const at = node.position()
    const x = at.x * zoom + pan.x
    const y = at.y * zoom + pan.y
    const far = (node.data('size') * zoom) / 2
    if (x + far < 0 || y + far < 0 || x - far > width || y - far > height) continue
    seen.push({ node, x, y, far, always: node.data('type') !== 'selector' || node.hasClass('chosen') })
  }
  for (const part of view.taken ?? []) room.take(...part)
  const crowd = seen.length > CROWD
  const takeNodes = (some: Seen[]) => {
    for (const one of some) if (!one.node.hasClass('faint')) room.take(one.x - one.far * 0.8, one.y - one.far * 0.8, one.far * 1.6, one.far * 1.6)
  }
  // What is marked first, then what always has a name: that may lie over small nodes, but not over its like. What was made faint for
  // the marked has no name, but for cases.
  const isFirst = (one: Seen) => one.node.hasClass('chosen')
  const always = [...seen.filter(isFirst), ...seen.filter((one) => one.always && !isFirst(one))]
  const others = crowd ? [] : seen.filter((one) => !one.always)
  const names: Name[] = []
  takeNodes(always)
  for (const one of [...always, ...others]) {
    if (one === others[0]) takeNodes(others)
    const faint = one.node.hasClass('faint')
    if (!one.always && faint) continue
    const text = shorten(visible(one.node.data('label')))
    const letters = one.always ? size + 1 : size
    const w = text.length * letters * WIDE + 4
    const h = letters + 3
    const [up, aside] = [one.far + h / 2 + 1, one.far + w / 2 + 2]
    const places: [number, number][] = [[0, up], [0, -up], [aside, 0], [-aside, 0], [aside, up], [-aside, up], [aside, -up], [-aside, -up]]
    // A name that has to stand may go some lines away.
    for (let line = 1; one.always && line <= (isFirst(one) ? MARKED_LINES : LINES); line++) for (const side of [0, aside, -aside]) places.push([side, up + line * h], [side, -up - line * h])
    const fits = ([dx, dy]: [number, number]) => one.x + dx >= w / 2 && one.x + dx + w / 2 <= width && one.y + dy >= h / 2 && one.y + dy + h / 2 <= height
    const free = places.find(([dx, dy]) => fits([dx, dy]) && room.isFree(one.x + dx - w / 2, one.y + dy - h / 2, w, h))
    if (!free && (!one.always || faint)) continue
    const [dx, dy] = free ?? places[0]!
    room.take(one.x + dx - w / 2, one.y + dy - h / 2, w, h)
    names.push({ text, x: one.x + dx, y: one.y + dy + letters * 0.35, size: letters, bold: one.node.data('type') === 'case', faint, crossing: !free })
  }
  return names
}

export const FONT = 'ui-monospace, "DejaVu Sans Mono", monospace'

export function writeNames(pen: CanvasRenderingContext2D, names: Name[], ink: string, ground: string): void {
  pen.textAlign = 'center'
  pen.lineJoin = 'round'
  pen.strokeStyle = ground
  pen.fillStyle = ink
  for (const name of names) {
    pen.font = `${name.bold ? 'bold ' : ''}${name.size}px ${FONT}`
    pen.globalAlpha = name.faint ? 0.35 : 1
    pen.lineWidth = name.size / 4
    pen.strokeText(name.text, name.x, name.y)
    pen.fillText(name.text, name.x, name.y)
  }
  pen.globalAlpha = 1
}
