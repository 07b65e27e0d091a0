// A network to be taken away: as a picture (PNG, SVG) and as GraphML for other programs. Handling codes go with it.
import type { Core, NodeSingular } from 'cytoscape'
import type { Edge, Graph, Node } from '../api'
import { visible } from '../parts/verbatim'
import { FONT, placeNames, writeNames } from './names'

const escaped = (text: string) =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '�').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

export interface Colours { ground: string; ink: string }

const MARGIN = 80 // round the nodes, for names that stand out
const FOOT = 34 // below, for the line that says what this is

/** What is drawn as it stands, names included, and below it the line `foot`. */
export async function asPng(core: Core, nodes: NodeSingular[], { ground, ink }: Colours, foot: string): Promise<Blob> {
  const box = core.elements().boundingBox({ includeLabels: false })
  const scale = Math.min(2, 6000 / Math.max(box.w, box.h, 1))
  const drawn = await createImageBitmap(await core.png({ output: 'blob-promise', full: true, scale, bg: ground }))
  const sheet = document.createElement('canvas')
  const margin = MARGIN * scale
  const size = Math.max(14, 14 * scale)
  sheet.width = drawn.width + 2 * margin
  sheet.height = drawn.height + 2 * margin + FOOT * scale
  const pen = sheet.getContext('2d')!
  pen.fillStyle = ground
  pen.fillRect(0, 0, sheet.width, sheet.height)
  pen.drawImage(drawn, margin, margin)
  const view = { zoom: scale, pan: { x: margin - box.x1 * scale, y: margin - box.y1 * scale }, width: sheet.width, height: sheet.height, size }
  writeNames(pen, placeNames(nodes, view), ink, ground)
  pen.textAlign = 'left'
  pen.font = `${size}px ${FONT}`
  pen.fillStyle = ink
  pen.fillText(foot, 12 * scale, sheet.height - 12 * scale, sheet.width - 24 * scale)
  return new Promise((resolve, reject) => sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'))
}

export function asSvg(core: Core, nodes: NodeSingular[], { ground, ink }: Colours, foot: string): Blob {
  const box = core.elements().boundingBox({ includeLabels: false })
  const of = (number: number) => number.toFixed(1)
  const [width, height] = [box.w + 2 * MARGIN, box.h + 2 * MARGIN + FOOT]
  const [left, top] = [MARGIN - box.x1, MARGIN - box.y1]
  const lines = core.edges().map((edge) => {
    const a = edge.source().position()
    const b = edge.target().position()
    return `<line x1="${of(a.x + left)}" y1="${of(a.y + top)}" x2="${of(b.x + left)}" y2="${of(b.y + top)}" stroke-width="${of(edge.numericStyle('width'))}"/>`
  })
  const shapes = core.nodes().map((node) => {
    const [x, y, r] = [node.position().x + left, node.position().y + top, node.width() / 2]
    const fill = escaped(node.data('colour') as string)
    const shape = node.data('type') === 'selector'
      ? `<circle cx="${of(x)}" cy="${of(y)}" r="${of(r)}" fill="${fill}"/>`
      : `<rect x="${of(x - r)}" y="${of(y - r)}" width="${of(2 * r)}" height="${of(2 * r)}" rx="4" fill="${fill}"/>`
    return `<g><title>${escaped(visible(node.data('label') as string))}</title>${shape}</g>`
  })
  const names = placeNames(nodes, { zoom: 1, pan: { x: left, y: top }, width, height, size: 14 }).map((name) =>
    `<text x="${of(name.x)}" y="${of(name.y)}" font-size="${name.size}"${name.bold ? ' font-weight="bold"' : ''}>${escaped(name.text)}</text>`)
  return new Blob([
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${of(width)} ${of(height)}">`,
    `<rect width="100%" height="100%" fill="${escaped(ground)}"/>`, '<g stroke="#9aa3ad">', ...lines, '</g>', ...shapes,
    `<g font-family="monospace" text-anchor="middle" fill="${escaped(ink)}" stroke="${escaped(ground)}" stroke-width="3" paint-order="stroke">`, ...names, '</g>',
    `<text font-family="monospace" font-size="12" fill="${escaped(ink)}" x="12" y="${of(height - 12)}">${escaped(foot)}</text></svg>`,
  ], { type: 'image/svg+xml' })
}

/** GraphML (graphml.graphdrawing.org), undirected, with everything that is known of nodes and edges. */
export function asGraphMl(graph: Graph): Blob {
  const attributes: [keyof Node, string][] = [
    ['type', 'string'], ['label', 'string'], ['kind', 'string'], ['country', 'string'], ['handling', 'string'], ['known', 'string'],
    ['weight', 'double'], ['community', 'int'],
  ]
  const data = (key: string, value: unknown) => (value === null || value === undefined ? '' : `<data key="${key}">${escaped(String(value))}</data>`)
  const node = (one: Node) => `<node id="${escaped(one.id)}">${attributes.map(([name]) => data(name, one[name])).join('')}</node>\n`
  const edge = (one: Edge) => `<edge source="${escaped(one.source)}" target="${escaped(one.target)}">${data('shared', one.weight)}</edge>\n`
  return new Blob([
    '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n',
    ...attributes.map(([name, type]) => `<key id="${name}" for="node" attr.name="${name}" attr.type="${type}"/>\n`),
    '<key id="shared" for="edge" attr.name="weight" attr.type="double"/>\n<graph edgedefault="undirected">\n',
    ...graph.nodes.map(node), ...graph.edges.map(edge), '</graph>\n</graphml>\n',
  ], { type: 'application/xml' })
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
