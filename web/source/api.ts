// The client of the interface: every path that the pages use, typed as docs/centre.md and docs/json.md describe it, and the
// only place that calls fetch.
import { makeState } from './state'
import { setLanguage, type Language } from './words'

// ---- what the server says ----

export type Role = 'examiner' | 'analyst' | 'liaison' | 'partner' | 'auditor' | 'administrator'
export const roles: Role[] = ['examiner', 'analyst', 'liaison', 'partner', 'auditor', 'administrator']

export interface Authority { id?: number; name: string; country: string; contact: string; centre?: boolean }
export interface Person {
  name: string; full_name: string; role: Role; language: string; authority: Authority
  /** Has one been set? */
  password?: boolean
}
export interface PersonRow {
  name: string; full_name: string; role: Role; authority: string; country: string; language: string; password: boolean
  certificate: string | null; blocked: boolean; seen: string | null
}
export interface Session { person: Person; token: string; rights: string[] }
export interface Totp { secret: string; uri: string }

export interface Case {
  case: string; country: string; authority: string; title: string; handling: string; retention: string | null
  evidence: number; own?: boolean
}
export interface Volume {
  number: number; start: number; length: number; description: string; file_system: string | null; encryption: string | null
}
export interface Gap {
  read: boolean; unit: string; start: number | null; length: number | null; file: string | null; path: string; reason: string
}
export interface Evidence {
  id: number; case: string; evidence: string; evidence_id: string; paths: string[]; format: string | null; size: number | null
  state: string; problem: string | null; md5: string | null; sha1: string | null; sha256: string | null
  recorded_md5: string | null; recorded_sha1: string | null; verified: boolean | null; files: number; sightings: number
  not_read: number; volumes: Volume[]; gaps: Gap[]; terms: string[]
  /** While it is read: bytes and units done, and how many there are. */
  bytes: number; total: number; units: number; units_total: number
}
export interface File {
  case: string; evidence: string; evidence_id: string; id: number; item: number; volume: number; path: string; size: number
  allocated: boolean; regular: boolean; md5: string | null; sha1: string | null; sha256: string | null; type: string | null
  modified: string | null; accessed: string | null; changed: string | null; created: string | null; known: string | null
}
export interface Moment {
  time: string; what: string; case: string; evidence: string; evidence_id: string; item: number; path: string; allocated: boolean
}
export interface Bar { time: string; count: number }
export interface Selector { id: string; kind: string; value: string; cases: string[]; countries: string[]; sightings: number }
export interface Kind { kind: string; selectors: number; sightings: number }
export interface Hit { authority: string; authority_id: number; country: string; contact: string }
export interface SelectorPage extends Selector { masked: boolean; stopped: boolean; elsewhere: Hit[] }
export interface Sighting {
  id: string; case: string; country: string; evidence: string; evidence_id: string; item: number; kind: string; value: string
  offset: number | null; path: string; file: string | null; file_offset: number | null; allocation: string; encoding: string
  count: number; context: string; known: string | null
}
export interface Link {
  id: string; kind: string; value: string; cases: string[]; countries: string[]; weight: number; sightings: number
}
export interface Network { cases: string[]; countries: string[]; selectors: number; weight: number }
export interface Node {
  id: string; type: 'case' | 'selector' | 'authority'; label: string; kind: string | null; country: string | null
  weight: number; community: number
  /** Of a case. */
  handling?: string | null
  /** Of a file that stands in a hash set. */
  known?: string | null
}
export interface Edge { source: string; target: string; weight: number }
export interface Graph { nodes: Node[]; edges: Edge[]; /** The lightest were left out. */ cut?: boolean }
/** What a search finds: values (own, and hits elsewhere), and by words cases and files that one may read. */
export interface SearchAnswer { hits: Found[]; cases?: Case[]; files?: File[] }
export interface Found { kind: string; id: string; value: string; own: string[]; elsewhere: Hit[] }
export interface Request {
  id: number; ours_to_answer: boolean; state: string; kind: string; value: string; selector: string; asking: string
  owning: string; asked_by: string; asked: string; reason: string; answered_by: string | null; answered: string | null
  answer: string | null; until: string | null; cases: string[]; grantable: string[]
}
export interface AuditRecord {
  id: number; time: string; person: string; authority: string; action: string; object: string; reason: string
  outcome: string; address: string; hash: string
}
export interface AuditVerified { records: number; heads: number; /** The first record that is not what it was. */ broken: number | null }
export interface Expired { case: string; country: string; authority: string; retention: string }
export interface Purged { evidence: number; files: number; sightings: number; selectors: number; left: number }
export interface NewEvidence {
  id: number; case: string; evidence: string; evidence_id: string; state: string; size: number | null; sightings: number
  added: string | null; ended: string | null
}
export interface Overview {
  counts: Record<string, number>
  new: { since: string | null; requests: number; answered: number; evidence: NewEvidence[]; links: Link[] }
  /** What is being read now. */
  working: NewEvidence[]
  countries: { from: string; to: string; selectors: number; weight: number }[]
  months: { month: string; sightings: number; evidence: number }[]
}
export interface Rows<T> { rows: T[]; next: string | null }
/** Of an event: how far the reading of one item is. `id` names it; `evidence` is its number in the case. */
export interface Progress {
  id: number; case: string; evidence: number; name: string; state: string; bytes: number; bytes_done: number
  units: number; units_done: number; files: number; sightings: number; gaps: number
}

// ---- how it is asked ----

/** What the server refused, in its own words (RFC 9457), or that it could not be reached (status 0). */
export class Problem extends Error {
  constructor(readonly status: number, readonly title: string, readonly detail: string, readonly wait = 0) {
    super(detail || title)
  }
}

/** Who is signed in: undefined until it was asked, null: nobody. */
export const session = makeState<Session | null | undefined>(undefined)

export async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const asker = session.get()
  const token = asker?.token
  if (token && method !== 'GET') headers['X-Samband-Token'] = token
  let answer: Response
  try {
    answer = await fetch(path, {
      method, headers, signal, credentials: 'same-origin', cache: 'no-store', redirect: 'error',
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Problem(0, '', '')
  }
  const json = /\bjson\b/.test(answer.headers.get('Content-Type') ?? '') ? await answer.json().catch(() => null) : null
  if (answer.ok) return json as T
  // A session that ended while a page was open: the shell shows the sign-in, and comes back here.
  if (answer.status === 401 && asker && session.get() === asker && !(method !== 'GET' && path === '/api/session')) session.set(null)
  throw new Problem(answer.status, json?.title ?? answer.statusText, json?.detail ?? '',
    Number(answer.headers.get('Retry-After') ?? 0))
}

export const get = <T>(path: string, signal?: AbortSignal) => ask<T>('GET', path, undefined, signal)

type Query = Record<string, string | number | null | undefined>

/** "/api/cases/SE-1?limit=5" from parts and parameters; what is empty is left out. */
export function api(parts: (string | number)[], query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return '/api/' + parts.map((part) => encodeURIComponent(String(part))).join('/') + (text ? '?' + text : '')
}

// ---- sessions ----

/** Asks who is signed in. Whoever signs in meanwhile (a one-time link) is not forgotten for an answer that came late. */
export async function whoAmI(): Promise<void> {
  const before = session.get()
  try {
    const answer = await get<Session>('/api/session')
    session.set(answer)
  } catch (error) {
    if (error instanceof Problem && error.status === 0) throw error
    if (session.get() === before) session.set(null)
  }
}

export async function signIn(how: { name: string; password: string; code: string } | { link: string }) {
  const answer = await ask<Session | { totp: Totp }>('POST', '/api/session', how)
  if ('person' in answer) session.set(answer)
  else await whoAmI()
}

export async function signOut(): Promise<void> {
  try {
    await ask('DELETE', '/api/session')
  } finally {
    session.set(null)
  }
}

/** In this browser, and in the account where somebody is signed in. */
export function chooseLanguage(language: Language): void {
  setLanguage(language, true)
  if (session.get()) ask('PATCH', '/api/session', { language }).catch(() => {})
}
