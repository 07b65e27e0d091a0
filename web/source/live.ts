// What the server tells by itself (server-sent events): progress of evidence, requests that wait. One stream for all pages, opened
// when the first of them wants to be told something: each opening is a line of the audit record.
import { useEffect } from 'preact/hooks'
import { makeState } from './state'

type Name = 'progress' | 'evidence' | 'request'
const names: Name[] = ['progress', 'evidence', 'request']
const listeners = new Map<Name, Set<(data: any) => void>>(names.map((name) => [name, new Set()]))
let stream: EventSource | null = null

/** Is the stream open, or was it a moment ago? */
export const connected = makeState(true)
const MOMENT = 8000 // milliseconds: as long as nobody has to be told
let wanted = false
let may = false
let late = 0

function lost(): void {
  late ||= window.setTimeout(() => connected.set(false), MOMENT)
  // The browser opens a broken stream again, but not one that was refused (too many windows, say).
  if (stream?.readyState === EventSource.CLOSED) {
    stream = null
    setTimeout(() => wanted && startEvents(), MOMENT / 2)
  }
}

function found(): void {
  clearTimeout(late)
  late = 0
  connected.set(true)
}

// A page that is left says so at once: the server counts each person's streams.
addEventListener('pagehide', () => stream?.close())

/** From now on somebody is signed in. */
export function allowEvents(): void {
  may = true
  if (wanted) startEvents()
}

function startEvents(): void {
  wanted = true
  if (stream || !may) return
  stream = new EventSource('/api/events')
  stream.onopen = found
  stream.onerror = lost
  for (const name of names) {
    stream.addEventListener(name, (event) => {
      let data: unknown
      try {
        data = JSON.parse((event as MessageEvent<string>).data)
      } catch {
        return
      }
      for (const listener of [...listeners.get(name)!]) listener(data)
    })
  }
}

export function stopEvents(): void {
  may = wanted = false
  stream?.close()
  stream = null
  found()
}

/** Calls `tell` for every event of that name while the component is shown. */
export function useEvents<T>(name: Name, tell: (data: T) => void): void {
  useEffect(() => {
    const all = listeners.get(name)!
    all.add(tell)
    startEvents()
    return () => void all.delete(tell)
  }, [name, tell])
}
