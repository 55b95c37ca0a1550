/**
 * A round of reading a place, kept step by step in the database, so that a restart goes on where the last
 * server was. Each step belongs to the one who has the claim; for anyone else it does nothing.
 */

import type { Claim, Place, Task } from '../../mirror.ts'
import type { Database } from '../connection.ts'
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

/** What the rounds read. */
export function roundReads(database: Database, sql: MirrorStatements) {
  const { next: following } = prepareRounds(database)
  return {
    task: (place: Place): Task => {
      const state = placeRow(sql, place)
      if (state?.started == null) return { kind: 'done' }
      const next = following.get(Number(state.number), MAX_TRIES)
      // What failed is tried again when everything else has been done.
      if (next?.tries === 0) return { kind: 'read', id: String(next.id) }
      if (state.listed === 0) {
        return { kind: 'list', cursor: state.cursor === null ? undefined : String(state.cursor) }
      }
      return next === undefined ? { kind: 'remove' } : { kind: 'read', id: String(next.id) }
    },
  }
}

interface Parts {
  readonly sql: MirrorStatements
  removeRow(row: number): void
}

/** What the rounds write, each a part of a transaction. */
export function roundWrites(database: Database, { sql, removeRow }: Parts) {
  const rounds = prepareRounds(database)
  const stateOf = (place: Place) => placeRow(sql, place)

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
    claim: ({ place, owner }: Claim, now: number, until: number): boolean =>
      Number(rounds.claim.run(owner, until, placeNumber(sql, place), owner, now).changes) > 0,
    release: ({ place, owner }: Claim): void => {
      rounds.release.run(placeNumber(sql, place), owner)
    },
    round: ({ place, owner }: Claim, now: number, due: number): number | undefined => {
      const state = stateOf(place)
      if (state === undefined || state.claimed_by !== owner) return undefined
      if (state.started !== null) return Number(state.started)
      if (state.begun_at !== null && Number(state.begun_at) > due) return undefined
      rounds.begin.run(now, now, Number(state.number), owner)
      return now
    },
    listed: ({ place, owner }: Claim, { seen, unread }: Listed, next: string | undefined): void => {
      const state = stateOf(place)
      const [number, started] = [Number(state?.number), Number(state?.started)]
      for (const id of seen) rounds.saw.run(started, number, id, number, owner)
      for (const id of unread) rounds.unread.run(number, id, number, owner, number, id, started)
      rounds.turn.run(next ?? null, next === undefined ? 1 : 0, number, owner)
    },
    relist: ({ place, owner }: Claim): void => {
      rounds.turn.run(null, 0, placeNumber(sql, place), owner)
    },
    settled: ({ place, owner }: Claim, id: string, failed: boolean): void => {
      const number = placeNumber(sql, place)
      const statement = failed ? rounds.failed : rounds.done
      statement.run(number, id, number, owner)
    },
    removeUnseen,
    forget: (place: Place): void => {
      const number = placeNumber(sql, place)
      for (const { row } of rounds.rows.all(number)) removeRow(Number(row))
      rounds.clear.run(number)
      rounds.forget.run(number)
    },
  }
}

/** A page of a list. */
interface Listed {
  readonly seen: readonly string[]
  readonly unread: readonly string[]
}
