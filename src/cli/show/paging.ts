/** How much of a list is shown, page by page, and the note about the rest. */

import type { PageQuery } from '../../sdk/types.ts'
import { UsageError } from '../exit.ts'
import type { Values } from '../options.ts'
import type { Terminal } from '../terminal.ts'

/** The number of items that a terminal shows by default. */
const LIMIT = 20
/** The largest page that the server returns. */
const PAGE = 100

export interface Part<Item> {
  readonly items: readonly Item[]
  /** The cursor of the next page. */
  readonly next?: string | undefined
}

export type PageOf<Item> = (query: PageQuery) => Promise<Part<Item>>

/** Where to start, and how many items at most. */
export interface Range {
  readonly most: number
  readonly cursor: string | undefined
}

/**
 * The range that the options ask for. A program that reads the output gets everything, since it
 * would miss the last line.
 * @throws UsageError
 */
export function rangeOf({ limit, all, cursor }: Values, { pages }: Terminal): Range {
  if (all === true && limit !== undefined) throw new UsageError('Give either --limit or --all.')
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    throw new UsageError('--limit must be a whole number of at least 1.')
  }
  const most = pages && all !== true ? LIMIT : Number.POSITIVE_INFINITY
  return { most: limit === undefined ? most : Number(limit), cursor }
}

/**
 * Passes the items of each page to `take`; if it stops before the end, returns the cursor of the
 * rest.
 */
export async function walk<Item>(
  pageOf: PageOf<Item>,
  { most, cursor }: Range,
  take: (items: readonly Item[]) => void,
): Promise<string | undefined> {
  let remaining = most
  let next = cursor
  do {
    const limit = Math.min(remaining, PAGE)
    const page = await pageOf(next === undefined ? { limit } : { limit, cursor: next })
    take(page.items)
    remaining -= page.items.length
    next = page.next
  } while (next !== undefined && remaining > 0)
  return next
}

/** Prints the last line: how many more there are, counted up to a bound, and how to get them. */
export async function noteMore<Item>(
  terminal: Terminal,
  pageOf: PageOf<Item>,
  { most, cursor }: Range,
): Promise<void> {
  if (cursor === undefined) return
  let count = 0
  const counting = walk(pageOf, { most, cursor }, (items) => {
    count += items.length
    terminal.progress(`counting: ${count} more`)
  })
  // The items have been shown, so a failure to count the rest does not fail the command.
  const next = await counting.catch(() => cursor)
  terminal.progress('')
  if (count === 0 && next === undefined) return
  terminal.note(`${next === undefined ? count : `More than ${count}`} more; --all shows them.`)
}
