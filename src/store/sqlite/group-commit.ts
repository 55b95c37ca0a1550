/**
 * One commit for all that waits. A commit waits for the disk, and the whole process with it; what
 * several requests write meanwhile is made durable together by the next one.
 */

import { type Database, storing, transaction } from './database.ts'

/**
 * Makes of a piece of work on the database one that resolves when it is durable. Work is done in the
 * order of the calls; what one throws is undone and thrown to its caller alone.
 * The promise rejects with `ClientError` `store_unavailable`, as `storing` does.
 */
export function committedInGroups<V, R>(
  database: Database,
  work: (value: V) => R,
): (value: V) => Promise<R> {
  let waiting: { run(): () => void; fail(error: unknown): void }[] = []

  function commit(): void {
    const group = waiting
    waiting = []
    try {
      const settle = storing(() => transaction(database, () => group.map(({ run }) => run())))
      for (const answer of settle) answer()
    } catch (error) {
      for (const { fail } of group) fail(error)
    }
  }

  return (value) =>
    new Promise((resolve, reject) => {
      waiting.push({
        run: () => {
          const outcome = attempt(database, () => work(value))
          // No caller gets an answer before the commit.
          return () => ('error' in outcome ? reject(outcome.error) : resolve(outcome.result))
        },
        fail: reject,
      })
      // After the answers that have come in by now, since they may bring more to write.
      if (waiting.length === 1) setImmediate(commit)
    })
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
