// The network: cases, what they share, and who else has it. A picture to explore, and the same as lists beside it for those
// who do not use a pointer or do not see it.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { api, ask, get, Problem, type Graph, type Node, type SelectorPage } from '../api'
import { useLoad } from '../load'
import type { Drawing } from '../network/drawing'
import { Choice, Filters } from '../parts/form'
import { CaseTabs, Page } from '../parts/page'
import { Busy, Empty, sentence, Trouble } from '../parts/states'
import { theme } from '../parts/theme'
import { Country, Kind, KnownTag } from '../parts/value'
import { Verbatim, visible } from '../parts/verbatim'
import { address, go, place, withQuery } from '../router'
import { country as countryName, named, t, tn, weight as written } from '../words'

const weights = ['0', '0.1', '', '0.5', '0.75', '1'] // '': the server's own, a strong link
const MOST = 10_000 // selectors

export function NetworkPage() {
  const { query } = place.use()
  const reference = query.get('case')
  const asked = { case: reference, kind: query.get('kind'), weight: query.get('weight'), country: query.get('country') }
  const loaded = useLoad<Graph>(api(['network'], { ...asked, limit: MOST }))
  // What can be chosen: of the whole network, however it is filtered now.
  const whole = useRef({ kinds: new Set<string>(), countries: new Set<string>() })
  const graph = loaded.data
  for (const node of graph?.nodes ?? []) {
    if (node.kind && node.type === 'selector') whole.current.kinds.add(node.kind)
    if (node.country) whole.current.countries.add(node.country)
  }
  const options = (all: Set<string>, chosen: string | null, name: (one: string) => string): [string, string][] =>
    [['', t('files.any')], ...[...new Set(chosen ? [...all, chosen] : all)].sort().map((one): [string, string] => [one, name(one)])]
  return (
    <Page title={t('nav.network')} class="full">
      {reference && <CaseTabs of={reference} />}
      <Filters label={t('network.filter')}>
        <Choice label={t('column.kind')} value={asked.kind ?? ''} onValue={(kind) => go(withQuery({ kind }))} options={options(whole.current.kinds, asked.kind, (one) => named('kind', one))} />
        <Choice label={t('network.weight')} value={asked.weight ?? ''} onValue={(weight) => go(withQuery({ weight }))}
          options={weights.map((one) => [one, one === '0' ? t('files.any') : t('network.at_least', { n: written(Number(one || '0.25')) })])} />
        <Choice label={t('column.country')} value={asked.country ?? ''} onValue={(country) => go(withQuery({ country }))} options={options(whole.current.countries, asked.country, countryName)} />
      </Filters>
      {loaded.problem && <Trouble problem={loaded.problem} again={loaded.again} />}
      {!graph && loaded.busy && <Busy />}
      {graph?.cut && <p class="note">{t('network.cut')}</p>}
      {graph && graph.nodes.length === 0 && <Empty>{t('network.none')}</Empty>}
      {graph && graph.nodes.length > 0 && <Explorer graph={graph} focus={query.get('focus')} />}
    </Page>
  )
}

const nothing: { ids: string[]; whole: boolean } = { ids: [], whole: false }

function Explorer({ graph, focus }: { graph: Graph; focus: string | null }) {
  const box = useRef<HTMLDivElement>(null)
  const drawing = useRef<Drawing | null>(null)
  const look = theme.use()
  const [marked, setMarked] = useState(nothing)
  const [drawn, setDrawn] = useState(0)
  const [shown, setShown] = useState(graph)
  const [said, setSaid] = useState('')

  useEffect(() => {
    let gone = false
    const began = performance.now()
    setShown(graph)
    setMarked(nothing)
    import('../network/drawing').then(({ draw }) => {
      if (gone || !box.current) return
      const made = (drawing.current = draw(box.current, graph, theme.get(), (id) => setMarked(id ? { ids: [id], whole: false } : nothing)))
      made.core.one('render', () => {
        if (box.current) box.current.dataset.drawn = String(Math.round(performance.now() - began))
      })
      const wanted = focus && graph.nodes.find((node) => node.id === focus || node.label === focus)
      if (wanted) setMarked({ ids: [wanted.id], whole: false })
      setDrawn((n) => n + 1)
    })
    return () => {
      gone = true
      drawing.current?.core.destroy()
      drawing.current = null
    }
  }, [graph])
  useEffect(() => drawing.current?.look(look), [look])
  // What is marked is said by the state alone, so that no answer that comes late marks something else.
  useEffect(() => {
    drawing.current?.mark(marked.ids, marked.whole)
    if (box.current) box.current.dataset.marked = String(drawing.current?.core.nodes('.chosen').length ?? 0)
  }, [marked, drawn])

  const byId = useMemo(() => new Map(shown.nodes.map((node) => [node.id, node])), [shown])
  const node = marked.whole ? undefined : byId.get(marked.ids[0] ?? '')
  const pick = (id: string) => {
    setMarked({ ids: [id], whole: false })
    const one = drawing.current?.core.getElementById(id)
    if (one?.nonempty()) drawing.current!.core.animate({ center: { eles: one }, zoom: Math.max(0.8, drawing.current!.core.zoom()) }, { duration: 150 })
  }
  const expand = async (of: Node) => {
    const more = await neighbours(of)
    const before = drawing.current!.core.nodes().length
    drawing.current!.add(more, of.id)
    setShown(drawing.current!.graph())
    setSaid(tn('network.added', drawing.current!.core.nodes().length - before))
    setMarked({ ids: [of.id], whole: false })
  }
  const showPath = async (from: string, to: string) => {
    const path = await get<Graph>(api(['network', 'path'], { from, to }))
    if (path.nodes.length === 0) return setSaid(t('network.no_path', { from, to }))
    drawing.current!.add(path, path.nodes[0]!.id)
    setShown(drawing.current!.graph())
    setMarked({ ids: path.nodes.map((one) => one.id), whole: true })
    setSaid(t('network.path_is', { path: path.nodes.map((one) => visible(one.label)).join(' → ') }))
  }
  return (
    <div class="explorer">
      <div class="canvas-box">
        <div ref={box} class="canvas" role="img" aria-label={t('network.label', { nodes: shown.nodes.length, edges: shown.edges.length })} />
        <Tools drawing={drawing} />
        <Legend nodes={shown.nodes} />
      </div>
      <aside class="panel" aria-label={t('network.panel')}>
        <p class="said" role="status">{said || t('network.size', { nodes: shown.nodes.length, edges: shown.edges.length })}</p>
        {node ? <Chosen of={node} graph={shown} byId={byId} pick={pick} expand={expand} /> : <p class="soft">{t('network.choose')}</p>}
        <Path nodes={shown.nodes} show={showPath} />
        <Nodes nodes={shown.nodes} pick={pick} />
      </aside>
    </div>
  )
}

/** What belongs to a node and may not be drawn yet. */
async function neighbours(of: Node): Promise<Graph> {
  if (of.type === 'case') return get<Graph>(api(['network'], { case: of.label }))
  if (of.type !== 'selector') return { nodes: [], edges: [] }
  const told = await get<SelectorPage>(api(['selectors', of.id]))
  const cases = told.cases.map((one): Node => ({ id: `case:${one}`, type: 'case', label: one, kind: null, country: null, weight: 1, community: of.community }))
  const others = told.elsewhere.map((hit): Node => ({ id: `authority:${hit.authority_id}`, type: 'authority', label: hit.authority, kind: null, country: hit.country, weight: 1, community: of.community }))
  const nodes = [...cases, ...others]
  return { nodes, edges: nodes.map((one) => ({ source: one.id, target: of.id, weight: of.weight })) }
}

function Chosen({ of, graph, byId, pick, expand }: {
  of: Node; graph: Graph; byId: Map<string, Node>; pick: (id: string) => void; expand: (of: Node) => Promise<void>
}) {
  const [trouble, setTrouble] = useState<unknown>(null)
  const near = useMemo(() => graph.edges
    .filter((edge) => edge.source === of.id || edge.target === of.id)
    .map((edge) => ({ node: byId.get(edge.source === of.id ? edge.target : edge.source), weight: edge.weight }))
    .filter((one): one is { node: Node; weight: number } => one.node !== undefined)
    .sort((a, b) => b.weight - a.weight), [graph, of.id])
  const to = of.type === 'case' ? address(['cases', of.label]) : of.type === 'selector' ? address(['selectors', of.id]) : null
  return (
    <section class="chosen">
      <h2 class="mono">{to ? <a href={to}><Verbatim of={of.label} /></a> : <Verbatim of={of.label} />}</h2>
      <p>{of.type === 'selector' && of.kind ? <Kind of={of.kind} /> : named('node', of.type)} {of.country && <Country of={of.country} />} <KnownTag of={of.known ?? null} /> <span class="soft">{t('network.weight')} {written(of.weight)}</span></p>
      {of.type !== 'authority' && <button type="button" onClick={() => expand(of).then(() => setTrouble(null), setTrouble)}>{t('network.expand')}</button>}
      {trouble !== null && <p class="wrong" role="alert">{t('network.no_expand')}</p>}
      <h3>{tn('network.neighbours', near.length)}</h3>
      <ul class="nodes">
        {near.slice(0, 60).map((one) => <li key={one.node.id}><NodeButton of={one.node} pick={pick} /></li>)}
      </ul>
      {near.length > 60 && <p class="soft">{t('network.more', { n: near.length - 60 })}</p>}
    </section>
  )
}

const NodeButton = ({ of, pick }: { of: Node; pick: (id: string) => void }) => (
  <button type="button" class="plain node" onClick={() => pick(of.id)}>
    <span class="mono"><Verbatim of={of.label} /></span> <span class="soft">{of.type === 'selector' && of.kind ? named('kind', of.kind) : of.country ?? named('node', of.type)}</span>
  </button>
)

function Path({ nodes, show }: { nodes: Node[]; show: (from: string, to: string) => Promise<unknown> }) {
  const cases = useMemo(() => nodes.filter((node) => node.type === 'case').map((node) => node.label).sort(), [nodes])
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [trouble, setTrouble] = useState(false)
  if (cases.length < 2) return null
  const options = cases.map((one): [string, string] => [one, one])
  const [first, last] = [from || cases[0]!, to || cases[1]!]
  return (
    <details>
      <summary>{t('network.path')}</summary>
      <form class="form" aria-label={t('network.path')} onSubmit={(event) => {
        event.preventDefault()
        show(first, last).then(() => setTrouble(false), () => setTrouble(true))
      }}>
        <Choice label={t('network.from')} value={first} onValue={setFrom} options={options} />
        <Choice label={t('network.to')} value={last} onValue={setTo} options={options} />
        {trouble && <p class="wrong" role="alert">{t('network.no_path', { from: first, to: last })}</p>}
        <button type="submit">{t('network.show_path')}</button>
      </form>
    </details>
  )
}

/** All nodes that match some letters, the heaviest first. */
function Nodes({ nodes, pick }: { nodes: Node[]; pick: (id: string) => void }) {
  const [text, setText] = useState('')
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase()
    return nodes.filter((node) => !wanted || node.label.toLowerCase().includes(wanted))
      .sort((a, b) => (a.type === b.type ? b.weight - a.weight : a.type < b.type ? -1 : 1)).slice(0, 60)
  }, [nodes, text])
  return (
    <details>
      <summary>{t('network.list')}</summary>
      <input type="search" aria-label={t('network.find')} placeholder={t('network.find')} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <ul class="nodes">{found.map((node) => <li key={node.id}><NodeButton of={node} pick={pick} /></li>)}</ul>
    </details>
  )
}

function Tools({ drawing }: { drawing: { current: Drawing | null } }) {
  const zoom = (by: number) => {
    const core = drawing.current?.core
    core?.zoom({ level: core.zoom() * by, renderedPosition: { x: core.width() / 2, y: core.height() / 2 } })
  }
  const [trouble, setTrouble] = useState('')
  // An export is recorded before there is a file; what cannot be recorded is not saved.
  const take = async (as: 'png' | 'svg' | 'graphml') => {
    if (!drawing.current) return
    setTrouble('')
    const { core } = drawing.current
    const graph = drawing.current.graph()
    const cases = graph.nodes.filter((node) => node.type === 'case')
    await ask('POST', '/api/exports', { what: 'network', format: as, cases: cases.map((node) => node.label) })
    const { asGraphMl, asPng, asSvg, save } = await import('../network/take')
    const style = getComputedStyle(document.documentElement)
    const colours = { ground: style.getPropertyValue('--surface').trim(), ink: style.getPropertyValue('--ink').trim() }
    const handling = [...new Set(cases.map((node) => node.handling).filter((code): code is string => !!code))].sort()
    const foot = ['Samband', new Date().toISOString().slice(0, 10), handling.map((code) => named('handling', code)).join(', ')].filter(Boolean).join(' · ')
    const nodes = drawing.current.nodes()
    save(as === 'png' ? await asPng(core, nodes, colours, foot) : as === 'svg' ? asSvg(core, nodes, colours, foot) : asGraphMl(graph), `network.${as}`)
  }
  const tried = (error: unknown) => setTrouble(t('network.not_saved', { why: sentence(error instanceof Problem ? error : new Problem(-1, '', String(error))) }))
  return (
    <div class="tools" role="group" aria-label={t('network.tools')}>
      <button type="button" aria-label={t('network.closer')} onClick={() => zoom(1.4)}>+</button>
      <button type="button" aria-label={t('network.further')} onClick={() => zoom(1 / 1.4)}>−</button>
      <button type="button" onClick={() => drawing.current?.fit()}>{t('network.fit')}</button>
      {(['png', 'svg', 'graphml'] as const).map((as) => (
        <button key={as} type="button" aria-label={t('network.save_as', { as: as.toUpperCase() })} onClick={() => take(as).catch(tried)}>{as === 'graphml' ? 'GraphML' : as.toUpperCase()}</button>
      ))}
      <p class="wrong" role="alert">{trouble}</p>
    </div>
  )
}

const Legend = ({ nodes }: { nodes: Node[] }) => (
  <p class="legend">
    <span><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="3" /></svg> {t('node.case')}</span>
    <span><svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5" /></svg> {t('node.selector')}</span>
    {nodes.some((node) => node.kind === 'file') && <span><svg width="12" height="12" aria-hidden="true"><path d="M6 0l6 6-6 6-6-6z" /></svg> {t('node.file')}</span>}
    {nodes.some((node) => node.known === 'bad') && <span><svg width="12" height="12" aria-hidden="true"><circle class="ring" cx="6" cy="6" r="4.5" /></svg> {t('known.bad')}</span>}
    {nodes.some((node) => node.type === 'authority') && <span><svg width="12" height="12" aria-hidden="true"><path d="M3 1h6l3 5-3 5H3L0 6z" /></svg> {t('node.authority')}</span>}
    <span>{t('network.communities')}</span>
  </p>
)
