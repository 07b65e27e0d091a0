// Tables: rows that go on as one scrolls. Below 700 px each row is a block with its heads beside the values; roles are named
// because a browser forgets them when a table is shown otherwise.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Listing } from '../load'
import { Busy, Empty, Trouble } from './states'
import { t, tn } from '../words'

export interface Column<T> {
  head: string
  cell: (row: T) => ComponentChildren
  /** number: to the right, digits of one width; mono: a value; wide: takes what is left; main: names the row. */
  as?: 'number' | 'mono' | 'wide' | 'main' | 'mono main'
  /** Left out where this is false. */
  if?: boolean
}

interface TableProps<T> {
  caption: string
  columns: Column<T>[]
  rows: T[]
  marked?: (row: T) => boolean
}

export function Table<T>({ caption, columns, rows, marked }: TableProps<T>) {
  const shown = columns.filter((column) => column.if !== false)
  return (
    <table role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {shown.map((column) => <th key={column.head} scope="col" role="columnheader" class={column.as}>{column.head}</th>)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row, index) => (
          <tr key={index} role="row" class={marked?.(row) ? 'marked' : undefined}>
            {shown.map((column) => column.as?.includes('main')
              ? <th key={column.head} scope="row" role="rowheader" class={column.as}>{column.cell(row)}</th>
              : <td key={column.head} role="cell" class={column.as} data-head={column.head}><div>{column.cell(row)}</div></td>)}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A listing of the interface as a table: reads on when its end comes near, or when the button is pressed. */
export function Stream<T>({ of, empty, ...table }: Omit<TableProps<T>, 'rows'> & { of: Listing<T>; empty: ComponentChildren }) {
  const end = useRef<HTMLDivElement>(null)
  const read = useRef(of.readMore)
  read.current = of.readMore
  useEffect(() => {
    if (!end.current || !of.more || of.busy || of.problem) return
    const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && read.current(), { rootMargin: '600px' })
    watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [of.more, of.busy, of.problem, of.rows.length])
  return (
    <>
      {of.rows.length > 0 && <Table {...table} rows={of.rows} />}
      {of.rows.length === 0 && !of.busy && !of.problem && <Empty>{empty}</Empty>}
      {of.problem && <Trouble problem={of.problem} again={of.rows.length ? of.readMore : of.again} />}
      {of.busy && <Busy />}
      <div ref={end} class="foot">
        {of.rows.length > 0 && !of.busy && <span role="status">{tn(of.more ? 'table.so_far' : 'table.all', of.rows.length)}</span>}
        {of.more && !of.busy && <button type="button" onClick={of.readMore}>{t('table.more')}</button>}
      </div>
    </>
  )
}
