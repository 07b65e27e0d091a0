// Addresses and pages: the browser's own history, and links that are ordinary links.
import { makeState } from './state'

export interface Place {
  path: string
  query: URLSearchParams
  hash: string
}

const here = (): Place => ({
  path: location.pathname,
  query: new URLSearchParams(location.search),
  hash: location.hash.slice(1),
})

export const place = makeState<Place>(here())

export function go(to: string, replace = false): void {
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  const before = place.get().path
  place.set(here())
  if (!replace && before !== place.get().path) scrollTo(0, 0)
}

/** The present page with other parameters; '' takes one away. */
export function withQuery(changes: Record<string, string | null>): string {
  const query = new URLSearchParams(place.get().query)
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const text = query.toString()
  return place.get().path + (text ? '?' + text : '')
}

/** An address from parts that came from the server: each one encoded. */
export function address(parts: string[], query: Record<string, string | number | null | undefined> = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== undefined && value !== '') search.set(name, String(value))
  const text = search.toString()
  return '/' + parts.map(encodeURIComponent).join('/') + (text ? '?' + text : '')
}

/** What stands in the path for {…}; null when it is another path. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const given = path.replace(/\/+$/, '').split('/')
  if (wanted.length !== given.length) return null
  const found: Record<string, string> = {}
  for (let i = 0; i < wanted.length; i++) {
    const part = wanted[i]!
    if (part.startsWith('{')) {
      try {
        found[part.slice(1, -1)] = decodeURIComponent(given[i]!)
      } catch {
        return null
      }
    } else if (part !== given[i]) return null
  }
  return found
}

export function startRouter(): void {
  addEventListener('popstate', () => place.set(here()))
  addEventListener('hashchange', () => place.set(here()))
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element).closest('a')
    const to = link?.getAttribute('href')
    // "/api/…" is the server's: a report, say.
    if (!link || !to || !to.startsWith('/') || to.startsWith('/api/') || link.target || link.hasAttribute('download')) return
    event.preventDefault()
    go(to)
  })
}
