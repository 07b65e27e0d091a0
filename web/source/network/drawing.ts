// A network on the canvas (Cytoscape): how nodes and edges look, what is marked, and what of it can be taken away.
import cytoscape, { type Core, type ElementDefinition, type NodeSingular, type StylesheetStyle } from 'cytoscape'
import type { Edge, Graph, Node } from '../api'
import { arrange } from './arrange'
import { byImportance, placeNames, writeNames } from './names'

const FEW = 250 // so many nodes may push and pull each other into place
const MANY = 1500 // from so many on, edges are left out while one moves

// Communities by colour, the largest first; told apart with the usual weaknesses of colour vision too (Okabe and Ito's,
// made a little darker or lighter to stand on both grounds). Position tells the same.
const colours = {
  light: ['#0072b2', '#c25700', '#00805e', '#b0478a', '#8a6d00', '#2f8fc4', '#7a3db8', '#a33b3b', '#4f7a1f', '#6b7280'],
  dark: ['#4aa8e0', '#f0914a', '#2fc79b', '#e08abf', '#d9b93a', '#86c9f0', '#b48cf0', '#ef8383', '#9dcc63', '#a3adb8'],
}
export type Look = 'light' | 'dark'

export interface Drawing {
  core: Core
  add(more: Graph, from: string): void
  look(look: Look): void
  /** These with their neighbours; or, where they are a whole (a path), these alone, and near enough to read their names. */
  mark(ids: string[], whole: boolean): void
  /** Nodes in the order in which they get their names. */
  nodes(): NodeSingular[]
  fit(): void
  graph(): Graph
}

export const colourOf = (rank: number, look: Look) => colours[look][Math.min(rank, colours[look].length - 1)]!

/** Communities in the order of their size. */
export function ranks(graph: Graph): Map<number, number> {
  const sizes = new Map<number, number>()
  for (const node of graph.nodes) sizes.set(node.community, (sizes.get(node.community) ?? 0) + 1)
  return new Map([...sizes].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([community], rank) => [community, rank]))
}

const bigness = (node: Node) =>
  node.type === 'case' ? 20 + Math.min(20, Math.sqrt(Math.max(0, node.weight)) * 3) : node.type === 'authority' ? 18 : 9 + Math.min(9, Math.max(0, node.weight) * 4)

export function draw(container: HTMLElement, graph: Graph, look: Look, choose: (id: string | null) => void): Drawing {
  const order = ranks(graph)
  let now = look
  const asNode = (node: Node, position: { x: number; y: number }): ElementDefinition => ({
    group: 'nodes',
    data: { id: node.id, label: node.label, type: node.type, kind: node.kind ?? '', known: node.known ?? '', node, size: bigness(node), colour: colourOf(order.get(node.community) ?? 99, now) },
    position,
  })
  const asEdge = (edge: Edge): ElementDefinition => ({
    group: 'edges',
    data: { id: `${edge.source}>${edge.target}`, source: edge.source, target: edge.target, weight: edge.weight, edge, width: 0.6 + Math.min(3, edge.weight * 1.6) },
  })

  const points = arrange(graph)
  const known = new Set(graph.nodes.map((node) => node.id))
  const many = graph.nodes.length > MANY
  const few = graph.nodes.length <= FEW
  const core = cytoscape({
    container,
    elements: [
      ...graph.nodes.map((node) => asNode(node, points.get(node.id)!)),
      ...graph.edges.filter((edge) => known.has(edge.source) && known.has(edge.target)).map(asEdge),
    ],
    style: styles(look),
    layout: few
      ? { name: 'cose', randomize: false, animate: false, nodeRepulsion: () => 60_000, idealEdgeLength: () => 110, nodeOverlap: 16, componentSpacing: 80, gravity: 0.4, numIter: 500, nodeDimensionsIncludeLabels: false }
      : { name: 'preset', fit: false },
    hideEdgesOnViewport: many,
    textureOnViewport: many,
    pixelRatio: many ? 1 : 'auto',
    boxSelectionEnabled: false,
    selectionType: 'single',
    minZoom: 0.01,
    maxZoom: 4,
  })
  fit(core)
  let nodes = byImportance(core)
  const layer = new NameLayer(container, core, () => nodes, () => inkOf(now))
  core.on('tap', (event) => choose(event.target === core ? null : event.target.isNode?.() ? event.target.id() : null))

  return {
    core,
    add(more, from) {
      const at = core.getElementById(from).nonempty() ? core.getElementById(from).position() : { x: 0, y: 0 }
      const fresh = more.nodes.filter((node) => core.getElementById(node.id).empty())
      for (const node of fresh) if (!order.has(node.community)) order.set(node.community, order.size)
      core.batch(() => {
        core.add(fresh.map((node, i) => {
          const far = 50 + 12 * Math.sqrt(i)
          return asNode(node, { x: at.x + far * Math.cos(i * 2.4), y: at.y + far * Math.sin(i * 2.4) })
        }))
        core.add(more.edges.map(asEdge).filter((edge) => core.getElementById(edge.data.id!).empty()
          && core.getElementById(edge.data.source).nonempty() && core.getElementById(edge.data.target).nonempty()))
      })
      nodes = byImportance(core)
    },
    look(next) {
      now = next
      core.batch(() => core.nodes().forEach((one: NodeSingular) => {
        one.data('colour', colourOf(order.get((one.data('node') as Node).community) ?? 99, now))
      }))
      core.style(styles(next))
    },
    mark(ids, whole) {
      core.batch(() => {
        core.elements('.near, .faint, .chosen').removeClass('near faint chosen')
        if (ids.length === 0) return
        const chosen = core.collection(ids.map((id) => core.getElementById(id)).filter((one) => one.nonempty()) as any)
        const near = whole ? chosen.union(chosen.edgesWith(chosen)) : chosen.closedNeighborhood()
        core.elements().not(near).addClass('faint')
        near.addClass('near')
        chosen.addClass('chosen')
      })
      if (whole && ids.length > 0) near(core)
      layer.draw()
    },
    nodes: () => nodes,
    fit: () => fit(core),
    graph: () => ({
      nodes: core.nodes().map((one) => one.data('node') as Node),
      edges: core.edges().map((one) => one.data('edge') as Edge),
    }),
  }
}

/** All of it, without room for labels, which are not drawn when one stands that far away. */
function fit(core: Core): void {
  const box = core.elements().boundingBox({ includeLabels: false })
  const [beside, above] = core.nodes().length > FEW ? [40, 80] : [240, 130] // of a few, the names are to be read
  const zoom = Math.min(1.8, Math.max(core.minZoom(), Math.min((core.width() - beside) / Math.max(box.w, 1), (core.height() - above) / Math.max(box.h, 1))))
  core.viewport({ zoom, pan: { x: core.width() / 2 - zoom * (box.x1 + box.x2) / 2, y: core.height() / 2 - zoom * (box.y1 + box.y2) / 2 } })
}

/** What is marked, so near that its names have room. */
function near(core: Core): void {
  const box = core.nodes('.chosen').boundingBox({ includeLabels: false })
  const zoom = Math.min(2.5, Math.max(core.minZoom(), Math.min((core.width() - 200) / Math.max(box.w, 1), (core.height() - 120) / Math.max(box.h, 1))))
  core.viewport({ zoom, pan: { x: core.width() / 2 - zoom * (box.x1 + box.x2) / 2, y: core.height() / 2 - zoom * (box.y1 + box.y2) / 2 } })
}

/** The names, on a layer above the library's own, drawn whenever that is. */
class NameLayer {
  private readonly sheet = document.createElement('canvas')
  constructor(private readonly box: HTMLElement, private readonly core: Core, private readonly nodes: () => NodeSingular[], private readonly ink: () => [string, string]) {
    this.sheet.className = 'names'
    box.append(this.sheet)
    core.on('render', () => this.draw())
    core.on('destroy', () => this.sheet.remove())
  }
  draw(): void {
    const pen = this.sheet.getContext('2d')
    const [width, height, dense] = [this.core.width(), this.core.height(), devicePixelRatio]
    if (!pen || width <= 0 || height <= 0) return
    if (this.sheet.width !== Math.round(width * dense) || this.sheet.height !== Math.round(height * dense)) {
      this.sheet.width = Math.round(width * dense)
      this.sheet.height = Math.round(height * dense)
    }
    pen.setTransform(dense, 0, 0, dense, 0, 0)
    pen.clearRect(0, 0, width, height)
    const names = placeNames(this.nodes(), { zoom: this.core.zoom(), pan: this.core.pan(), width, height, size: 11, taken: [[8, 8, 330, 28], [8, height - 34, 420, 28]] })
    writeNames(pen, names, ...this.ink())
    this.box.dataset.names = String(names.length)
    this.box.dataset.crossing = String(names.filter((name) => name.crossing).length)
  }
}

const inkOf = (look: Look): [ink: string, ground: string] => (look === 'dark' ? ['#e6e9ec', '#15181c'] : ['#1a1e23', '#ffffff'])

function styles(look: Look): StylesheetStyle[] {
  const [ink] = inkOf(look)
  const [line, strong, bad, own] = look === 'dark' ? ['#3b434c', '#ffffff', '#ff7d75', '#6cb6e6'] : ['#c3c9d0', '#000000', '#c4211d', '#0b5c8a']
  return [
    {
      selector: 'node',
      style: {
        'background-color': 'data(colour)', width: 'data(size)', height: 'data(size)', 'overlay-opacity': 0,
      },
    },
    { selector: 'node[type="case"]', style: { shape: 'round-rectangle' } },
    { selector: 'node[type="authority"]', style: { shape: 'hexagon', 'background-opacity': 0.35, 'border-width': 2, 'border-color': 'data(colour)' } },
    { selector: 'node[kind="file"]', style: { shape: 'diamond' } },
    { selector: 'node[known="bad"]', style: { 'border-width': 3, 'border-color': bad } },
    { selector: 'node[known="own"]', style: { 'border-width': 3, 'border-color': own } },
    { selector: 'edge', style: { 'curve-style': 'haystack', 'haystack-radius': 0, width: 'data(width)', 'line-color': line, 'overlay-opacity': 0 } },
    { selector: 'edge.near', style: { 'line-color': ink, 'z-index': 5 } },
    { selector: '.faint', style: { opacity: 0.15 } },
    { selector: 'node.chosen', style: { 'border-width': 3, 'border-color': strong } },
  ] as StylesheetStyle[]
}
