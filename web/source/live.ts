// What the server tells by itself (server-sent events): progress of evidence, requests that wait. One stream for all pages.
import { useEffect } from 'preact/hooks'
import { makeState } from './state'

type Name = 'progress' | 'evidence' | 'request'
const names: Name[] = ['progress', 'evidence', 'request']
const listeners = new Map<Name, Set<(data: any) => void>>(names.map((name) => [name, new Set()]))
let stream: EventSource | null = null

/** Is the stream open? The browser opens it again by itself. */
export const connected = makeState(true)

export function startEvents(): void {
  if (stream) return
  stream = new EventSource('/api/events')
  stream.onopen = () => connected.set(true)
  stream.onerror = () => connected.set(false)
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
  stream?.close()
  stream = null
  connected.set(true)
}

/** Calls `tell` for every event of that name while the component is shown. */
export function useEvents<T>(name: Name, tell: (data: T) => void): void {
  useEffect(() => {
    const all = listeners.get(name)!
    all.add(tell)
    return () => void all.delete(tell)
  }, [name, tell])
}
