/**
 * One commit for all that waits. A commit waits for the disk, and its whole thread with it; what
 * several requests write meanwhile is made durable together by the next one.
 */

import { type Database, rest, storing, transaction } from './connection.ts'

/** How long the lock is left to another process that was waiting for it: it looks more often (milliseconds). */
const TURN_MS = 0.5

/**
 * Makes of a piece of work on the database one that resolves when it is durable. Work is done in the
 * order of the calls; what one throws is undone and thrown to its caller alone.
 * The promise rejects with `ClientError` `store_unavailable`, as `storing` does.
 *
 * `during` runs each commit. What is not `isDurable` need not survive a loss of power. A commit of nothing else does not wait for the disk
 * (https://sqlite.org/pragma.html#pragma_synchronous: in WAL mode it can be lost with the power, and nothing else).
 */
export function committedInGroups<V, R>(
  database: Database,
  work: (value: V) => R,
  isDurable: (value: V) => boolean = () => true,
  during: (commit: () => void) => void = (commit) => commit(),
): (value: V) => Promise<R> {
  let waiting: Piece[] = []
  const waitsForDisk = syncing(database)
  let isContended = false
  const onWait = () => {
    isContended = true
  }

  const commit = () => during(commitWaiting)

  function commitWaiting(): void {
    const group = waiting
    waiting = []
    isContended = false
    try {
      const settle = storing(() => {
        waitsForDisk(group.some(({ durable }) => durable))
        const isAlone = group.length === 1
        return transaction(database, () => group.map(({ run }) => run(isAlone)), onWait)
      })
      for (const answer of settle) answer()
    } catch (error) {
      for (const { fail } of group) fail(error)
    }
  }

  return (value) =>
    new Promise((resolve, reject) => {
      waiting.push({
        durable: isDurable(value),
        run: (isAlone) => {
          // A commit of one piece is undone with it, and needs no savepoint.
          const outcome = isAlone
            ? { result: storing(() => work(value)) }
            : attempt(database, () => work(value))
          // No caller gets an answer before the commit.
          return () => ('error' in outcome ? reject(outcome.error) : resolve(outcome.result))
        },
        fail: reject,
      })
      if (waiting.length > 1) return
      // Another process that waits for the lock has it in turn.
      if (isContended) rest(TURN_MS)
      // After the answers that have come in by now, since they may bring more to write.
      setImmediate(commit)
    })
}

/** What waits for the next commit. */
interface Piece {
  readonly durable: boolean
  /** Does it, and gives how to answer its caller after the commit. */
  run(isAlone: boolean): () => void
  fail(error: unknown): void
}

/** The same with a commit for each piece, before the call returns. */
export function committedAtOnce<V, R>(
  database: Database,
  work: (value: V) => R,
): (value: V) => Promise<R> {
  return async (value) => storing(() => transaction(database, () => work(value)))
}

/** Sets whether commits wait for the disk, as those of an opened database do. */
function syncing(database: Database): (waits: boolean) => void {
  let before = true
  return (waits) => {
    if (waits === before) return
    database.exec(`pragma synchronous = ${waits ? 'full' : 'normal'}`)
    before = waits
  }
}

/** Does one piece of work wholly or not at all, within the transaction. */
function attempt<R>(database: Database, work: () => R): { result: R } | { error: unknown } {
  database.exec('savepoint piece')
  try {
    const result = storing(work)
    database.exec('release piece')
    return { result }
  } catch (error) {
    database.exec('rollback to piece; release piece')
    return { error }
  }
}
