/** The table: as many rows as fit are in the page, whatever their number; one of them takes the focus. */

import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from 'react'
import { visible } from '../../core/page/text.ts'
import type { ListedClient } from '../../sdk/index.ts'
import { goTo } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { FIRST_LIMIT, hrefOfClient } from './client-search.ts'
import { Cell, type ColumnName, WIDTHS } from './columns.tsx'

/** Of a row, wide and narrow (CSS pixels); styles.css has the same. */
const ROW_HEIGHT = 40
const NARROW_ROW_HEIGHT = 68
/** Below it a row shows its cells in two lines; styles.css has the same. */
const NARROW = window.matchMedia('(max-width: 48rem)')
/** So many rows before the last one the next page is asked for; of the first page once someone goes on in it. */
const AHEAD = 60
const FIRST_AHEAD = 8

export interface TableHandle {
  /** Puts the focus on the row that had it last. */
  focus(): void
}

interface Props {
  readonly clients: readonly ListedClient[]
  readonly columns: readonly ColumnName[]
  readonly handle: Ref<TableHandle>
  readonly hasMore: boolean
  more(): void
  /** The arrow goes from the first row back to the search. */
  toSearch(): void
}

/** Drawn again for other clients or columns only: the search is typed in beside it. */
export const ClientTable = memo(function ClientTable({
  clients,
  columns,
  handle,
  hasMore,
  more,
  toSearch,
}: Props): ReactNode {
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const [wantsFocus, setWantsFocus] = useState(false)
  const rows = useVirtualizer({
    count: clients.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (NARROW.matches ? NARROW_ROW_HEIGHT : ROW_HEIGHT),
    overscan: 8,
  })
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  const current = Math.min(active, Math.max(0, clients.length - 1))

  useEffect(() => {
    const ahead = clients.length > FIRST_LIMIT ? AHEAD : FIRST_AHEAD
    if (hasMore && last >= clients.length - ahead) more()
  }, [hasMore, last, clients.length, more])
  useEffect(() => {
    const resized = () => rows.measure()
    NARROW.addEventListener('change', resized)
    return () => NARROW.removeEventListener('change', resized)
  }, [rows])
  // The row may have to be drawn first.
  useEffect(() => {
    if (!wantsFocus) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${current}"] a`)
    if (row === null || row === undefined) return
    row.focus({ preventScroll: true })
    setWantsFocus(false)
  })
  useImperativeHandle(handle, () => ({ focus: () => move(current) }))

  function move(index: number): void {
    const next = Math.max(0, Math.min(clients.length - 1, index))
    setActive(next)
    rows.scrollToIndex(next)
    setWantsFocus(true)
  }

  function pressed(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: clients.length - 1,
    }
    const next = steps[event.key]
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    if (event.key === 'ArrowUp' && current === 0) toSearch()
    else move(next)
  }

  const template = {
    gridTemplateColumns: columns.map((name) => WIDTHS[name]).join(' '),
    // Narrower than that the table is scrolled; where rows have two lines it is nothing to them.
    '--least': `${columns.length * 8.5}rem`,
  } as CSSProperties
  return (
    <div
      className="table"
      role="grid"
      aria-label={TEXTS.clients}
      aria-rowcount={hasMore ? -1 : clients.length + 1}
      aria-colcount={columns.length}
      ref={scroller}
      onKeyDown={pressed}
    >
      <div className="head" role="row" aria-rowindex={1} tabIndex={-1} style={template}>
        {columns.map((name) => (
          <div key={name} role="columnheader" tabIndex={-1}>
            {TEXTS.columnNames[name]}
          </div>
        ))}
      </div>
      <div className="rows" role="rowgroup" style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, start, size }) => {
          const client = clients[index]
          if (client === undefined) return null
          return (
            <div
              key={hrefOfClient(client)}
              className={client.disabled ? 'row is-off' : 'row'}
              role="row"
              aria-rowindex={index + 2}
              tabIndex={-1}
              data-index={index}
              style={{ ...template, transform: `translateY(${start}px)`, height: size }}
              onClick={(event) => {
                if (!(event.target instanceof HTMLAnchorElement)) goTo(hrefOfClient(client))
              }}
              onKeyDown={() => undefined}
            >
              {columns.map((name) => (
                <div key={name} role="gridcell" className={`cell ${name}`} tabIndex={-1}>
                  {name === 'name' ? (
                    <a
                      href={hrefOfClient(client)}
                      tabIndex={index === current ? 0 : -1}
                      onFocus={() => setActive(index)}
                      title={visible(client.name ?? client.id)}
                    >
                      <Cell name={name} client={client} />
                      {client.disabled && <span className="tag">{TEXTS.off}</span>}
                    </a>
                  ) : (
                    <Cell name={name} client={client} />
                  )}
                </div>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
})
