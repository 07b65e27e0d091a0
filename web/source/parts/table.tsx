// Tables: rows that go on as one scrolls. Below 700 px each row is a block with its heads beside the values; roles are named
// because a browser forgets them when a table is shown otherwise.
import type { ComponentChildren } from 'preact'
import { Fragment } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Listing } from '../load'
import { Busy, Empty, Trouble } from './states'
import { t, tn } from '../words'

export interface Column<T> {
  head: string
  cell: (row: T) => ComponentChildren
  /** number: to the right, digits of one width; mono: a value; wide: takes what is left; main: names the row; short: in one line. */
  as?: 'number' | 'mono' | 'wide' | 'main' | 'mono main' | 'mono main wide' | 'mono wide' | 'short' | 'mono short' | 'narrow'
  /** Left out where this is false. */
  if?: boolean
}

interface TableProps<T> {
  caption: string
  columns: Column<T>[]
  rows: T[]
  marked?: (row: T) => boolean
  /** What a row opens to, below it; `key` names it while the listing goes on. */
  detail?: { key: (row: T) => string; label: (row: T) => string; show: (row: T) => ComponentChildren }
}

export function Table<T>({ caption, columns, rows, marked, detail }: TableProps<T>) {
  const [open, setOpen] = useState<string[]>([])
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
        {rows.map((row, index) => {
          const key = detail?.key(row) ?? ''
          const opened = detail !== undefined && open.includes(key)
          return (
            <Fragment key={index}>
              <tr role="row" class={marked?.(row) ? 'marked' : undefined}>
                {shown.map((column) => column.as?.includes('main')
                  ? (
                    <th key={column.head} scope="row" role="rowheader" class={column.as + (detail ? ' opens' : '')}>
                      {detail && (
                        <button type="button" class="plain open-row" aria-expanded={opened} aria-label={detail.label(row)}
                          onClick={() => setOpen(opened ? open.filter((one) => one !== key) : [...open, key])}>{opened ? '▾' : '▸'}</button>
                      )}
                      {column.cell(row)}
                    </th>
                  )
                  : <td key={column.head} role="cell" class={column.as} data-head={column.head}><div>{column.cell(row)}</div></td>)}
              </tr>
              {opened && <tr role="row" class="detail"><td role="cell" colSpan={shown.length}><div>{detail.show(row)}</div></td></tr>}
            </Fragment>
          )
        })}
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
