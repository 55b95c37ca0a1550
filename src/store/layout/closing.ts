/** What an operator decides about who may use a store. */

import { type Closed, checkLayout, checkOpen, type Layout, type Readable } from './layout.ts'
import type { LayoutHost } from './migrate.ts'

/**
 * Closes a store, or opens it again; `check` sees what it is in the lock, and may refuse.
 * @throws ClientError `store_unavailable`
 */
export function setClosed<S>(
  host: LayoutHost<S>,
  closed: Closed | undefined,
  check: (layout: Layout) => void = () => {},
): Promise<void> {
  return host.exclusively(async (session) => {
    const layout = await session.read()
    checkLayout(host.place, layout, host.readable)
    check(layout)
    const { closed: _, ...open } = layout
    await session.write(closed === undefined ? open : { ...open, closed })
  })
}

/** From now on only programs of this layout, or a later one, may use a store: it holds what earlier ones do not know. */
export function requireCurrent<S>(host: LayoutHost<S>): Promise<void> {
  return host.exclusively(async (session) => {
    const layout = await session.read()
    checkLayout(host.place, layout, host.readable)
    const next = currentOf(layout, host.readable)
    if (next === undefined) return
    await session.write(next)
    await session.refuseOutdated(next)
  })
}

/** The layout of a store that only programs of this one may use; `undefined`: it is so already. */
export function currentOf(layout: Layout, { current }: Readable): Layout | undefined {
  const readers = Math.min(current, layout.version)
  return readers <= layout.readers ? undefined : { ...layout, readers }
}

/** For how long a look at a store that cannot enforce it is taken for what it is (milliseconds). */
export const FRESH_MS = 5_000

/**
 * What a server asks before it writes to a store that cannot refuse by itself: the layout as it was read less than `FRESH_MS` ago.
 */
export function createGate<S>(
  { place, readable, read }: Pick<LayoutHost<S>, 'place' | 'readable' | 'read'>,
  now: () => number,
): () => Promise<Layout> {
  let until = Number.NEGATIVE_INFINITY
  let seen: Layout | undefined
  let looking: Promise<Layout> | undefined
  async function look(): Promise<Layout> {
    const begun = now()
    const layout = await read()
    checkLayout(place, layout, readable)
    checkOpen('The store of this server', layout)
    until = begun + FRESH_MS
    seen = layout
    return layout
  }
  return async () => {
    if (seen !== undefined && now() < until) return seen
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }
}
