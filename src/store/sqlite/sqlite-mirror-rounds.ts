/**
 * A round of reading a place, kept step by step in the database, so that a restart goes on where the last
 * server was. Each step belongs to the one who has the claim; for anyone else it does nothing.
 */

import type { Claim, Mirror, Place, Task } from '../mirror.ts'
import type { Database } from './database.ts'
import { storing } from './database.ts'
import {
  type MirrorStatements,
  placeNumber,
  placeRow,
  prepareRounds,
} from './sqlite-mirror-schema.ts'

/** A client that cannot be read so often is left as it is until the next round. */
const MAX_TRIES = 3
/** Rows that are removed in one transaction. */
const REMOVED_AT_ONCE = 200
/** A reading that began before a removal has ended by then (milliseconds). */
const LONGEST_READING_MS = 600_000

export type Rounds = Pick<
  Mirror,
  | 'claim'
  | 'release'
  | 'round'
  | 'task'
  | 'listed'
  | 'relist'
  | 'settled'
  | 'removeUnseen'
  | 'forget'
>

interface Parts {
  readonly sql: MirrorStatements
  write<T>(work: () => T): T
  removeRow(row: number): void
}

/** The rounds on an open database. */
export function createRounds(database: Database, { sql, write, removeRow }: Parts): Rounds {
  const rounds = storing(() => prepareRounds(database))
  const stateOf = (place: Place) => placeRow(sql, place)

  function task(place: Place): Task {
    const state = stateOf(place)
    if (state?.started == null) return { kind: 'done' }
    const next = rounds.next.get(Number(state.number), MAX_TRIES)
    // What failed is tried again when everything else has been done.
    if (next?.tries === 0) return { kind: 'read', id: String(next.id) }
    if (state.listed === 0) {
      return { kind: 'list', cursor: state.cursor === null ? undefined : String(state.cursor) }
    }
    return next === undefined ? { kind: 'remove' } : { kind: 'read', id: String(next.id) }
  }

  function removeUnseen({ place, owner }: Claim): number {
    const state = stateOf(place)
    if (state?.started == null || state.claimed_by !== owner) return 0
    const [number, started] = [Number(state.number), Number(state.started)]
    const rows = rounds.unseen.all(number, started, started, REMOVED_AT_ONCE)
    for (const { row } of rows) removeRow(Number(row))
    if (rows.length === REMOVED_AT_ONCE) return rows.length
    const complete = Number(rounds.unknown.get(number)?.count) === 0
    rounds.end.run(complete ? 1 : 0, number)
    rounds.clear.run(number)
    rounds.forgetRemoved.run(number, started - LONGEST_READING_MS)
    return rows.length
  }

  return {
    claim: async ({ place, owner }, now, until) =>
      write(
        () =>
          Number(rounds.claim.run(owner, until, placeNumber(sql, place), owner, now).changes) > 0,
      ),
    release: async ({ place, owner }) => {
      write(() => rounds.release.run(placeNumber(sql, place), owner))
    },
    round: async ({ place, owner }, now, due) =>
      write(() => {
        const state = stateOf(place)
        if (state === undefined || state.claimed_by !== owner) return undefined
        if (state.started !== null) return Number(state.started)
        if (state.begun_at !== null && Number(state.begun_at) > due) return undefined
        rounds.begin.run(now, now, Number(state.number), owner)
        return now
      }),
    task: async (place) => storing(() => task(place)),
    listed: async ({ place, owner }, { seen, unread }, next) => {
      write(() => {
        const state = stateOf(place)
        const [number, started] = [Number(state?.number), Number(state?.started)]
        for (const id of seen) rounds.saw.run(started, number, id, number, owner)
        for (const id of unread) rounds.unread.run(number, id, number, owner, number, id, started)
        rounds.turn.run(next ?? null, next === undefined ? 1 : 0, number, owner)
      })
    },
    relist: async ({ place, owner }) => {
      write(() => rounds.turn.run(null, 0, placeNumber(sql, place), owner))
    },
    settled: async ({ place, owner }, id, failed) => {
      write(() => {
        const number = placeNumber(sql, place)
        const statement = failed ? rounds.failed : rounds.done
        statement.run(number, id, number, owner)
      })
    },
    removeUnseen: async (claim) => write(() => removeUnseen(claim)),
    forget: async (place) => {
      write(() => {
        const number = placeNumber(sql, place)
        for (const { row } of rounds.rows.all(number)) removeRow(Number(row))
        rounds.clear.run(number)
        rounds.forget.run(number)
      })
    },
  }
}
