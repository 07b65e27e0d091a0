// Where the nodes of a network stand, without trying forces against each other: every community is a disc of its members, the
// heaviest in its middle and neighbours near each other, and the discs lie around the largest one. Costs n log n, and the same
// network always looks the same.
import type { Graph, Node } from '../api'

export interface Point { x: number; y: number }

const GOLDEN = Math.PI * (3 - Math.sqrt(5))
const SPACE = 26 // between neighbours in a disc
const APART = 1.25 // discs stand this much further from each other than they have to

export function arrange({ nodes, edges }: Graph): Map<string, Point> {
  const communities = new Map<number, Node[]>()
  for (const node of nodes) {
    const members = communities.get(node.community)
    if (members) members.push(node)
    else communities.set(node.community, [node])
  }
  const near = new Map<string, string[]>(nodes.map((node) => [node.id, []]))
  for (const edge of edges) {
    near.get(edge.source)?.push(edge.target)
    near.get(edge.target)?.push(edge.source)
  }

  const discs = [...communities].sort(([a, one], [b, other]) => other.length - one.length || a - b).map(([, members]) => members)
  const points = new Map<string, Point>()
  let before = 0 // what the discs so far cover, in squares of radius
  discs.forEach((members, rank) => {
    const radius = SPACE * Math.sqrt(members.length + 1) + SPACE
    const away = rank === 0 ? 0 : APART * Math.sqrt(before + radius * radius / 2) + radius * 0.3
    const middle = { x: away * Math.cos(rank * GOLDEN), y: away * Math.sin(rank * GOLDEN) }
    before += radius * radius
    outwards(members, near).forEach((node, i) => {
      const far = SPACE * Math.sqrt(i === 0 ? 0 : i + 1) // the one in the middle is large
      points.set(node.id, { x: middle.x + far * Math.cos(i * GOLDEN), y: middle.y + far * Math.sin(i * GOLDEN) })
    })
  })
  return points
}

const importance = (node: Node) => (node.type === 'case' ? 1e6 : 0) + node.weight

/** Members of a community from its heaviest case outwards, along their links. */
function outwards(members: Node[], near: Map<string, string[]>): Node[] {
  const left = new Map(members.map((node) => [node.id, node]))
  const order: Node[] = []
  for (const start of [...members].sort((a, b) => importance(b) - importance(a) || (a.id < b.id ? -1 : 1))) {
    if (!left.delete(start.id)) continue
    const from = order.length
    order.push(start)
    for (let i = from; i < order.length; i++) {
      for (const id of near.get(order[i]!.id)!) {
        const next = left.get(id)
        if (next && left.delete(id)) order.push(next)
      }
    }
  }
  return order
}
