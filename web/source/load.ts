// Reading for components: one answer, or a listing that goes on. Both say what they are doing, and can be asked again.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { get, Problem, type Rows } from './api'

export interface Loaded<T> {
  data: T | null
  problem: Problem | null
  busy: boolean
  again(): void
}

const asProblem = (error: unknown) => (error instanceof Problem ? error : new Problem(-1, '', String(error)))

/** `path` null: nothing is asked yet. What was there stays while it is read anew. */
export function useLoad<T>(path: string | null): Loaded<T> {
  const [state, set] = useState<{ path: string | null; data: T | null; problem: Problem | null; busy: boolean }>(
    { path, data: null, problem: null, busy: path !== null })
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (path === null) return
    const stop = new AbortController()
    set((before) => ({ path, data: before.path === path ? before.data : null, problem: null, busy: true }))
    get<T>(path, stop.signal).then(
      (data) => set({ path, data, problem: null, busy: false }),
      (error) => stop.signal.aborted || set({ path, data: null, problem: asProblem(error), busy: false }))
    return () => stop.abort()
  }, [path, round])
  const again = useCallback(() => setRound((n) => n + 1), [])
  if (state.path !== path) return { data: null, problem: null, busy: path !== null, again }
  return { data: state.data, problem: state.problem, busy: state.busy, again }
}

export interface Listing<T> {
  rows: T[]
  problem: Problem | null
  busy: boolean
  /** The first page as it came: what stands in it besides rows. */
  first: Rows<T> | null
  /** There are more rows than these. */
  more: boolean
  readMore(): void
  again(): void
}

/** A listing of the interface, page by page (`after`); `path` has no `after` of its own. */
export function useRows<T>(path: string | null): Listing<T> {
  const empty = { path, rows: [] as T[], first: null as Rows<T> | null, next: null as string | null, problem: null as Problem | null, busy: path !== null }
  const [state, set] = useState(empty)
  const [round, setRound] = useState(0)
  const running = useRef<AbortController | null>(null)

  const read = useCallback((after: string | null, before: T[]) => {
    if (path === null) return
    running.current?.abort()
    const stop = (running.current = new AbortController())
    const from = after === null ? path : `${path}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(after)}`
    // What is read anew stays until the answer is there.
    set((now) => ({ path, rows: after === null && now.path === path ? now.rows : before, first: now.path === path ? now.first : null, next: now.path === path ? now.next : null, problem: null, busy: true }))
    get<Rows<T>>(from, stop.signal).then(
      (page) => set((now) => ({ path, rows: before.concat(page.rows), first: after === null ? page : now.first, next: page.next, problem: null, busy: false })),
      (error) => stop.signal.aborted || set((now) => ({ path, rows: before, first: now.first, next: after, problem: asProblem(error), busy: false })))
  }, [path])

  useEffect(() => {
    read(null, [])
    return () => running.current?.abort()
  }, [read, round])

  const now = state.path === path ? state : empty
  return {
    rows: now.rows,
    first: now.first,
    problem: now.problem,
    busy: now.busy,
    more: now.next !== null,
    readMore: () => void (now.next !== null && !now.busy && read(now.next, now.rows)),
    again: useCallback(() => setRound((n) => n + 1), []),
  }
}
