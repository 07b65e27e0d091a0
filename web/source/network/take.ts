// A network to be taken away: as a picture (PNG, SVG) and as GraphML for other programs.
import type { Core } from 'cytoscape'
import type { Edge, Graph, Node } from '../api'

const escaped = (text: string) =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '�').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

export function asPng(core: Core, ground: string): Promise<Blob> {
  const box = core.elements().boundingBox({})
  const scale = Math.min(2, 6000 / Math.max(box.w, box.h, 1))
  return core.png({ output: 'blob-promise', full: true, scale, bg: ground })
}

/** What is drawn, as it stands. */
export function asSvg(core: Core, ground: string, ink: string): Blob {
  const box = core.elements().boundingBox({})
  const of = (number: number) => number.toFixed(1)
  const lines = core.edges().map((edge) => {
    const a = edge.source().position()
    const b = edge.target().position()
    return `<line x1="${of(a.x)}" y1="${of(a.y)}" x2="${of(b.x)}" y2="${of(b.y)}" stroke-width="${of(edge.numericStyle('width'))}"/>`
  })
  const nodes = core.nodes().map((node) => {
    const { x, y } = node.position()
    const r = node.width() / 2
    const fill = escaped(node.data('colour') as string)
    const shape = node.data('type') === 'selector'
      ? `<circle cx="${of(x)}" cy="${of(y)}" r="${of(r)}" fill="${fill}"/>`
      : `<rect x="${of(x - r)}" y="${of(y - r)}" width="${of(2 * r)}" height="${of(2 * r)}" rx="4" fill="${fill}"/>`
    const name = escaped(node.data('label') as string)
    const label = node.data('type') === 'selector' ? '' : `<text x="${of(x)}" y="${of(y + r + 11)}">${name}</text>`
    return `<g><title>${name}</title>${shape}${label}</g>`
  })
  const margin = 20
  return new Blob([
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${of(box.x1 - margin)} ${of(box.y1 - margin)} ${of(box.w + 2 * margin)} ${of(box.h + 2 * margin)}">`,
    `<rect x="${of(box.x1 - margin)}" y="${of(box.y1 - margin)}" width="100%" height="100%" fill="${escaped(ground)}"/>`,
    '<g stroke="#9aa3ad">', ...lines, '</g>',
    `<g font-family="monospace" font-size="11" text-anchor="middle" fill="${escaped(ink)}">`, ...nodes, '</g></svg>',
  ], { type: 'image/svg+xml' })
}

/** GraphML (graphml.graphdrawing.org), undirected, with everything that is known of nodes and edges. */
export function asGraphMl(graph: Graph): Blob {
  const attributes: [keyof Node, string][] = [['type', 'string'], ['label', 'string'], ['kind', 'string'], ['country', 'string'], ['weight', 'double'], ['community', 'int']]
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
