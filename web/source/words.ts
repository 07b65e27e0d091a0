// The words of the pages, and how numbers, times and sizes are written, in the person's language. A dictionary is one file;
// the build fails when one has a key that another lacks.
import english from '../words/en.json'
import swedish from '../words/sv.json'
import { makeState, remember, remembered } from './state'

export type Key = keyof typeof english
export type Language = 'en' | 'sv'
export const languages: Record<Language, string> = { en: 'English', sv: 'Svenska' }
const dictionaries: Record<Language, Record<Key, string>> = { en: english, sv: swedish }

export const isLanguage = (text: string | null | undefined): text is Language => text === 'en' || text === 'sv'

function firstLanguage(): Language {
  const chosen = remembered('language')
  if (isLanguage(chosen)) return chosen
  return navigator.language.toLowerCase().startsWith('sv') ? 'sv' : 'en'
}

export const language = makeState<Language>(firstLanguage())

/** `lasting`: the person chose it here; otherwise it is what the account says. */
export function setLanguage(next: Language, lasting: boolean): void {
  if (lasting) remember('language', next)
  else if (isLanguage(remembered('language'))) return
  document.documentElement.lang = next
  if (next !== language.get()) language.set(next)
}

type Values = Record<string, string | number>

/** The words for `key`, its gaps filled in. Numbers are written as the language writes them. */
export function t(key: Key, values?: Values): string {
  const text = dictionaries[language.get()][key]
  if (!values) return text
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => {
    const value = values[name]
    return value === undefined ? gap : typeof value === 'number' ? number(value) : value
  })
}

/** Words that depend on how many: `key.one` and `key.other`. */
export function tn(key: PluralKey, n: number, values?: Values): string {
  const form = new Intl.PluralRules(language.get()).select(n) === 'one' ? 'one' : 'other'
  return t(`${key}.${form}` as Key, { n, ...values })
}
type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never

/** Words for what the server named (a kind, a role, a state): the name itself where there are none. */
export function named(family: 'kind' | 'role' | 'state' | 'handling' | 'allocation' | 'known' | 'request' | 'action'
  | 'outcome' | 'time' | 'node' | 'format', name: string): string {
  const key = `${family}.${name}` as Key
  return dictionaries[language.get()][key] ?? name
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.get(), { maximumFractionDigits: digits }).format(value)
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '–'
  let unit = 0
  let value = bytes
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${number(value, unit === 0 || value >= 100 ? 0 : 1)} ${units[unit]}`
}

export function weight(value: number): string {
  return new Intl.NumberFormat(language.get(), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value)
}

/** `2026-03-01 12:00:05`: as the interface says it, in UTC, so that it compares with other tools' reports. */
export function time(text: string | null | undefined): string {
  if (!text) return '–'
  return text.replace('T', ' ').replace(/(\.\d+)?Z$/, '')
}

/** How long something takes: `4 min`, `12 s`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${number(Math.max(0, Math.round(seconds)))} s`
  if (seconds < 5400) return `${number(Math.round(seconds / 60))} min`
  return `${number(seconds / 3600, 1)} h`
}

export function country(code: string | null | undefined): string {
  if (!code) return '–'
  try {
    return new Intl.DisplayNames(language.get(), { type: 'region' }).of(code) ?? code
  } catch {
    return code
  }
}

export function month(text: string): string {
  const at = new Date(`${text.slice(0, 7)}-01T00:00:00Z`)
  if (Number.isNaN(at.getTime())) return text
  return new Intl.DateTimeFormat(language.get(), { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(at)
}
