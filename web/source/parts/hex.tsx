// The bytes of a spot, as a locked worker read them: offsets, hexadecimal, text. One can go on to either side.
import { useEffect, useState } from 'preact/hooks'
import { api } from '../api'
import { useLoad } from '../load'
import { number, t } from '../words'
import { Shown } from './states'

const ROW = 16
const PART = 512
const BEFORE = 128

const printable = (byte: number) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')

interface HexProps {
  evidence: number | string
  offset: number
  /** How many bytes are meant, from `offset` on. */
  length: number
  size?: number | null
}

export function Hex({ evidence, offset, length, size }: HexProps) {
  const first = Math.max(0, Math.floor((offset - BEFORE) / ROW) * ROW)
  const [begin, setBegin] = useState(first)
  useEffect(() => setBegin(first), [first, evidence])
  const loaded = useLoad<{ offset: number; hex: string }>(api(['evidence', evidence, 'bytes'], { offset: begin, length: PART }))
  return (
    <div class="hex">
      <div class="buttons">
        <button type="button" disabled={begin === 0} onClick={() => setBegin(Math.max(0, begin - PART))}>{t('hex.before')}</button>
        <button type="button" disabled={begin === first} onClick={() => setBegin(first)}>{t('hex.here')}</button>
        <button type="button" disabled={size != null && begin + PART >= size} onClick={() => setBegin(begin + PART)}>{t('hex.behind')}</button>
        <span class="soft">{t('hex.offset', { offset: number(offset) })}</span>
      </div>
      <Shown of={loaded}>{(data) => <Bytes data={data} from={offset} to={offset + length} />}</Shown>
    </div>
  )
}

function Bytes({ data, from, to }: { data: { offset: number; hex: string }; from: number; to: number }) {
  const bytes = (data.hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16))
  if (bytes.length === 0) return <p class="state empty">{t('hex.none')}</p>
  const rows = []
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.slice(at, at + ROW)
    const meant = (i: number) => data.offset + at + i >= from && data.offset + at + i < to
    rows.push(
      <tr key={at}>
        <th scope="row">{(data.offset + at).toString(16).padStart(10, '0')}</th>
        <td class="bytes">{runs(row, meant, (byte) => byte.toString(16).padStart(2, '0'), ' ')}</td>
        <td class="text">{runs(row, meant, printable, '')}</td>
      </tr>)
  }
  return (
    <div class="hex-scroll" tabIndex={0} role="region" aria-label={t('hex.label')}>
      <table class="hex-table">
        <caption class="unseen">{t('hex.label')}</caption>
        <thead class="unseen"><tr><th scope="col">{t('hex.place')}</th><th scope="col">{t('hex.bytes')}</th><th scope="col">{t('hex.text')}</th></tr></thead>
        <tbody>{rows}</tbody>
      </table>
    </div>
  )
}

/** A row's bytes, those that are meant within marks: one element a run, not one a byte. */
function runs(row: number[], meant: (i: number) => boolean, write: (byte: number) => string, between: string) {
  const parts = []
  for (let i = 0; i < row.length;) {
    const marked = meant(i)
    let end = i
    while (end < row.length && meant(end) === marked) end++
    const text = row.slice(i, end).map(write).join(between) + (end < row.length ? between : '')
    parts.push(marked ? <mark key={i}>{text}</mark> : text)
    i = end
  }
  return parts
}
