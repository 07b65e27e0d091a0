// What a suspect wrote, shown so that it cannot lie: a file name may hold signs that turn the reading order around, or that nobody
// sees. Each such sign stands as an escape, and the whole is set apart from the words around it (Unicode Annex 9, isolates).
import type { ComponentChildren } from 'preact'

/** Controls, formats (bidirectional ones, zero-width ones, tags), lone halves of pairs, other line ends, and blank letters. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/gu
const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escape(sign: string): string {
  const code = sign.codePointAt(0)!.toString(16).toUpperCase()
  return short[sign] ?? (code.length > 4 ? `\\u{${code}}` : '\\u' + code.padStart(4, '0'))
}

/** As a text: for titles, labels, pictures. */
export const visible = (text: string) => text.replace(unseen, escape)

function pieces(text: string): ComponentChildren[] {
  const all: ComponentChildren[] = []
  let from = 0
  for (const found of text.matchAll(unseen)) {
    if (found.index! > from) all.push(text.slice(from, found.index))
    all.push(<span key={found.index} class="escape">{escape(found[0])}</span>)
    from = found.index! + found[0].length
  }
  if (from < text.length) all.push(text.slice(from))
  return all
}

/** As an element; `mark`: what of it is meant, in whatever case. */
export function Verbatim({ of, mark }: { of: string; mark?: string }) {
  const at = mark ? of.toLowerCase().indexOf(mark.toLowerCase()) : -1
  const end = at + (mark?.length ?? 0)
  return (
    <bdi dir="ltr" class="verbatim">
      {at < 0 ? pieces(of) : <>{pieces(of.slice(0, at))}<mark>{pieces(of.slice(at, end))}</mark>{pieces(of.slice(end))}</>}
    </bdi>
  )
}
