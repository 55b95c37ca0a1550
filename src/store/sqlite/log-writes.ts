/** What is written to the log on SQLite. What belongs to one entry is written together. */

import { dueAfter } from '../log/due.ts'
import type { Entry } from '../log/entry.ts'
import { filingOf, lanesOf } from '../log/lanes.ts'
import type { Rewritten } from '../log/packing.ts'
import type { Database } from './connection.ts'
import { requireCurrentIn } from './layout/sqlite-layout.ts'
import { prepareBehind } from './mirror/sqlite-mirror-schema.ts'
import { prepareLogWrites } from './sqlite-schema.ts'

/** An entry as its rows need it. */
export interface LogRow {
  readonly resource: string
  readonly seq: number
  /** The entry as it is stored. */
  readonly text: string
  readonly at: number
  /** Whether it opens an operation, which it then names, or closes it. */
  readonly opens?: string
  readonly closes: boolean
  /** When something has to be done for the client by itself (epoch milliseconds). */
  readonly due?: number
  /** What it is filed under. */
  readonly lanes: readonly string[]
}

/** The rows of an entry that is stored as `text`. */
export function rowOf(entry: Entry, text: string): LogRow {
  const { resource, seq, kind, at } = entry
  const filing = filingOf(entry)
  const due = dueAfter(entry)
  return {
    resource,
    seq,
    text,
    at,
    closes: kind === 'outcome',
    lanes: filing === undefined ? [] : lanesOf(filing),
    ...(kind === 'intent' ? { opens: entry.operationId } : {}),
    ...(due === undefined ? {} : { due }),
  }
}

/** The writes, each a part of a transaction. */
export function logWrites(database: Database) {
  const log = prepareLogWrites(database)
  const mirror = prepareBehind(database)
  return {
    /** `false`: the number is taken. */
    append: ({ resource, seq, text, at, opens, closes, due, lanes }: LogRow): boolean => {
      const [row] = log.insert.all(resource, seq, text)
      if (row === undefined) return false
      const position = Number(row.position)
      if (opens !== undefined) {
        log.opened.run(resource, seq)
        log.named.run(opens, position)
      }
      if (closes) {
        log.closed.run(resource)
        mirror.fall.run(resource, at)
      }
      if (due === undefined) log.dueGone.run(resource)
      else log.dueSet.run(resource, due)
      for (const lane of lanes) {
        log.lane.run(lane)
        log.file.run(at, position, lane)
      }
      return true
    },
    /** `false`: the log is not what was read, whose newest entry is number `end`. */
    erase: (resource: string, end: number, rows: readonly Rewritten[]): boolean => {
      const isThere = rows.every(({ seq, before }) => log.one.get(resource, seq)?.entry === before)
      if (!isThere || log.newest.get(resource)?.seq !== end) return false
      requireCurrentIn(database)
      // https://www.sqlite.org/pragma.html#pragma_secure_delete
      database.exec('pragma secure_delete = on')
      for (const { seq, text } of rows) log.rewrite.run(text, resource, seq)
      return true
    },
    /** Proves that the file can be written; `now` in epoch milliseconds. */
    check: (now: number): void => {
      log.probe.run(now)
    },
  }
}
