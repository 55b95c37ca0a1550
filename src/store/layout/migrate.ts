/**
 * The one way in which the layout of a store changes: forward, one row of its table after the other, under a lock and
 * wholly or not at all. Before, the chain of every log is verified; in the lock the logs must come out as they went
 * in, and where a row rewrites entries their chains are verified again.
 */

import { ClientError } from '../../core/errors.ts'
import { VERSION } from '../../core/version.ts'
import type { RawRecord } from '../store.ts'
import { type Chains, type Fault, readChains } from './chains.ts'
import { checkLayout, type Layout, type Readable } from './layout.ts'

/** One row of a store's table: how the layout before it becomes `to`. What has landed is never edited. */
export interface Migration<S> {
  readonly to: number
  /** What changes, as a clause. */
  readonly says: string
  /** The oldest layout whose programs may use a store that has this one; the store refuses what older ones write. */
  readonly readers: number
  /** Whether stored entries become others. */
  readonly rewrites?: true
  readonly steps: readonly S[]
}

/** A store, as far as its layout goes. */
export interface LayoutHost<S> {
  /** As messages name it. */
  readonly place: string
  readonly readable: Readable
  readonly migrations: readonly Migration<S>[]
  read(): Promise<Layout>
  records(): AsyncIterable<RawRecord>
  /** Does a piece of work wholly or not at all, while no one else can write what it writes. */
  exclusively<T>(work: (session: LayoutSession<S>) => Promise<T>): Promise<T>
}

/** Inside of the lock. */
export interface LayoutSession<S> {
  read(): Promise<Layout>
  run(step: S): Promise<void>
  /** Records a layout; also whether the store is closed, which the store then enforces. */
  write(layout: Layout): Promise<void>
  /** Has the store refuse entries of programs of a lower layout than its `readers`, which may be running. */
  refuseOutdated(layout: Layout): Promise<void>
  records(): AsyncIterable<RawRecord>
  /** Another text for another number or order of entries, at little cost. */
  extent(): Promise<string>
}

/** What a migration does, or did. */
export interface MigrationPlan {
  readonly place: string
  readonly from: number
  readonly to: number
  /** What changes, in its order. */
  readonly changes: readonly string[]
  /** Whether servers of the layout before can go on while it is done, and after it. */
  readonly sideBySide: boolean
  /** Of the logs, as they were read before; absent: nothing is to be done. */
  readonly records?: number
}

type Progress = (records: number) => void

/**
 * What would be done. It only reads.
 * @throws ClientError `store_unavailable`
 */
export async function planMigration<S>(
  host: LayoutHost<S>,
  progress?: Progress,
): Promise<MigrationPlan> {
  const layout = await host.read()
  checkLayout(host.place, layout, host.readable)
  const plan = planOf(host, layout)
  if (plan.changes.length === 0 || layout.version === 0) return plan
  return { ...plan, records: await verified(host, host.records(), progress) }
}

/**
 * Brings a store up to date; several processes may do so at once, and one of them does it.
 * @throws ClientError `store_unavailable`: then nothing has changed
 */
export async function migrate<S>(host: LayoutHost<S>, progress?: Progress): Promise<MigrationPlan> {
  const plan = await planMigration(host, progress)
  if (plan.changes.length === 0) return plan
  return host.exclusively(async (session) => {
    // Another process may have been first.
    const layout = await session.read()
    checkLayout(host.place, layout, host.readable)
    const pending = pendingOf(host, layout)
    if (pending.length === 0) return planOf(host, layout)
    await carryOut(host, session, layout)
    return { ...plan, ...planOf(host, layout) }
  })
}

async function carryOut<S>(
  host: LayoutHost<S>,
  session: LayoutSession<S>,
  layout: Layout,
): Promise<void> {
  const pending = pendingOf(host, layout)
  const isNew = layout.version === 0
  const before = isNew ? undefined : await session.extent()
  for (const { steps } of pending) {
    for (const step of steps) await session.run(step)
  }
  const version = pending.at(-1)?.to ?? layout.version
  // No earlier program has a new store open, and what is in it from the start may be nothing that it knows.
  const readers = isNew ? version : Math.max(layout.readers, ...pending.map((row) => row.readers))
  const after = { ...layout, version, readers, program: VERSION }
  await session.write(after)
  if (isNew) return
  if (readers > layout.readers) await session.refuseOutdated(after)
  if (pending.some(({ rewrites }) => rewrites === true)) {
    await verified(host, session.records())
  } else if ((await session.extent()) !== before) {
    throw refused(`${host.place} would lose entries by its migration, so nothing was changed.`)
  }
}

/** The rows that a layout lacks. */
const pendingOf = <S>({ migrations }: LayoutHost<S>, { version }: Layout) =>
  migrations.filter(({ to }) => to > version)

function planOf<S>(host: LayoutHost<S>, layout: Layout): MigrationPlan {
  const pending = pendingOf(host, layout)
  return {
    place: host.place,
    from: layout.version,
    to: pending.at(-1)?.to ?? layout.version,
    changes: pending.map(({ says }) => says),
    sideBySide: pending.every(({ readers }) => readers <= layout.version),
  }
}

/** The number of records, if all of them are intact. */
async function verified<S>(
  { place }: LayoutHost<S>,
  all: AsyncIterable<RawRecord>,
  progress?: Progress,
): Promise<number> {
  const { records, fault }: Chains = await readChains(all, progress)
  if (fault !== undefined) throw notIntact(place, fault)
  return records
}

/** What is not as it was written is not made into something else. */
function notIntact(place: string, { resource, seq, why }: Fault): ClientError {
  return refused(
    `${place} was not changed, because record ${seq} of ${resource} is not as it was written: ${why}. Run \`clientry verify\`, and restore a backup in which it is.`,
  )
}

const refused = (says: string) => new ClientError('store_unavailable', says)
