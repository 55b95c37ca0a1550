/**
 * All that is written to a file, as pieces of work with names, so that they can be done on another thread. One
 * writer of a file puts what waits at the same time into one commit, whatever it is about.
 */

import type { Database } from './connection.ts'
import { storing } from './connection.ts'
import { documentWrites } from './document-writes.ts'
import { committedInGroups } from './group-commit.ts'
import { keyringWrites } from './keyring.ts'
import { logWrites } from './log-writes.ts'
import { mirrorWrites } from './mirror/sqlite-mirror-writes.ts'

const WRITES = {
  log: logWrites,
  documents: documentWrites,
  keyring: keyringWrites,
  mirror: mirrorWrites,
}
/**
 * What need not survive a loss of power: the mirror, which is repaired from the log, and a document in place of another
 * one, which is a step of a change. Its outcome follows it in the same file, so that the sync of that before the
 * answer is a sync of both (docs/decisions/0094-what-waits-for-the-disk.md).
 */
const isLoose = ({ section, name }: Job) =>
  section === 'mirror' || (section === 'documents' && name === 'replace')

type Writes = { [S in keyof typeof WRITES]: ReturnType<(typeof WRITES)[S]> }
export type Section = keyof Writes
type ValuesOf<F> = F extends (...values: infer V) => unknown ? V : never
type ResultOf<F> = F extends (...values: never) => infer R ? R : never

export interface Writer {
  /**
   * Does one piece of work, wholly or not at all; resolves when it is durable.
   * @throws ClientError `store_unavailable`
   */
  write<S extends Section, N extends keyof Writes[S]>(
    section: S,
    name: N,
    values: ValuesOf<Writes[S][N]>,
  ): Promise<ResultOf<Writes[S][N]>>
  /** Resolves when all that waits has been written. */
  close(): Promise<void>
}

/** A piece of work as it travels. */
export interface Job {
  readonly section: Section
  readonly name: string
  readonly values: readonly unknown[]
}

type Committed = <V, R>(
  database: Database,
  work: (value: V) => R,
  isDurable?: (value: V) => boolean,
) => (value: V) => Promise<R>

/** Does jobs on an open database; each resolves with its result when it is durable. */
export function createJobs(
  database: Database,
  committed: Committed = committedInGroups,
): (job: Job) => Promise<unknown> {
  const opened = new Map<Section, Readonly<Record<string, (...values: never[]) => unknown>>>()
  const open = (section: Section) => {
    const writes = opened.get(section) ?? storing(() => WRITES[section](database))
    opened.set(section, writes)
    return writes
  }
  const commit = committed(
    database,
    ({ section, name, values }: Job) => opened.get(section)?.[name]?.(...(values as never[])),
    (job) => !isLoose(job),
  )
  return async (job) => {
    // Tables are made before the transaction.
    open(job.section)
    return commit(job)
  }
}

/**
 * A writer on an open database, in this thread; its owner closes the database. `committed`: what is written at
 * the same time is one commit, unless it says otherwise.
 */
export function createWriter(database: Database, committed?: Committed): Writer {
  const jobs = createJobs(database, committed)
  let last: Promise<unknown> = Promise.resolve()
  const run = (job: Job) => {
    const done = jobs(job)
    last = done.catch(() => undefined)
    return done
  }
  return {
    write: (section, name, values) =>
      run({ section, name: String(name), values: values as readonly unknown[] }) as Promise<never>,
    close: async () => {
      await last
    },
  }
}
