/** The log on SQLite: what is read here, what is written by the writer of the file. */

import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import type { Entry, Intent } from '../log/entry.ts'
import { newestOf } from '../log/heads.ts'
import { laneOf } from '../log/lanes.ts'
import { rewritten } from '../log/packing.ts'
import { headOf, recordOf } from '../log/row.ts'
import { type Notes, notesOver } from '../notes.ts'
import type { Grown, HeadsOf, Range, Search, SearchResult, Store } from '../store.ts'
import type { Database, Row } from './connection.ts'
import { storing } from './connection.ts'
import { documentRowsIn } from './documents.ts'
import { createKeyringCell } from './keyring.ts'
import { packingIn, recordsIn } from './layout/sqlite-records.ts'
import { rowOf } from './log-writes.ts'
import { createSqliteMirror } from './mirror/sqlite-mirror.ts'
import { createRecentEntries } from './recent-entries.ts'
import { HEADS, prepareLogReads } from './sqlite-schema.ts'
import { createWriter, type Writer } from './writer.ts'

/** A store on an open database; `close` closes the database too. `writer`: of the same file. */
export function createSqliteStore(
  database: Database,
  writer: Writer = createWriter(database),
): Store {
  const log = storing(() => prepareLogReads(database))

  const packing = storing(() => packingIn(database))

  const recent = createRecentEntries()
  // A file that is only read may have no table for them.
  let opened: Notes | undefined
  const notes = () => {
    opened ??= notesOver(documentRowsIn(database, writer))
    return opened
  }

  async function append(entry: Entry): Promise<boolean> {
    const spelled = stringifyJson(entry)
    const { text, remember } = await packing.pack(entry, spelled)
    const appended = await writer.write('log', 'append', [rowOf(entry, text)])
    if (!appended) return false
    remember()
    recent.put(entry, spelled.length)
    return true
  }

  async function erase(entries: readonly Entry[]): Promise<boolean> {
    const { resource = '' } = entries[0] ?? {}
    const rows = storing(() => log.oldestFirst.all(resource, 1, END, END)).map(recordOf)
    const texts = new Map(entries.map((entry) => [entry.seq, stringifyJson(entry)]))
    const next = storing(() => rewritten(rows, texts))
    const end = rows.at(-1)?.seq ?? 0
    if (!(await writer.write('log', 'erase', [resource, end, next]))) return false
    for (const entry of entries) recent.put(entry, texts.get(entry.seq)?.length ?? 0)
    return true
  }

  async function entriesOf(rows: readonly Row[]): Promise<readonly Entry[]> {
    const texts = await packing.unpack(rows.map(recordOf))
    return storing(() => texts.map((text = '') => parseJson(text) as unknown as Entry))
  }

  /** One entry; `undefined` where there is none of that number. */
  async function entryOf(resource: string, seq: number): Promise<Entry | undefined> {
    const one = recent.get(resource, seq)
    if (one !== undefined) return one
    const rows = storing(() => log.oldestFirst.all(resource, seq, seq + 1, 1)).map(recordOf)
    const [text] = await packing.unpack(rows)
    if (rows.length === 0) return undefined
    const entry = storing(() => parseJson(text ?? '') as unknown as Entry)
    recent.put(entry, text?.length ?? 0)
    return entry
  }

  async function last(resource: string): Promise<Entry | undefined> {
    const seq = storing(() => log.newest.get(resource)?.seq)
    return typeof seq === 'number' ? entryOf(resource, seq) : undefined
  }

  async function entries(resource: string, range: Range): Promise<readonly Entry[]> {
    const { from = 1, below = END, newestFirst = false, limit = END } = range
    if (limit === 1 && !newestFirst && below > from) {
      const one = recent.get(resource, from)
      if (one !== undefined) return [one]
    }
    const statement = newestFirst ? log.newestFirst : log.oldestFirst
    return entriesOf(storing(() => statement.all(resource, from, below, limit)))
  }

  function search({
    provider,
    actor,
    outcome,
    from,
    to = END,
    after,
    limit,
  }: Search): SearchResult[] {
    // Positions begin with 1: everything before a time is below its place 0.
    const [at, position] =
      after !== undefined && after.at < to ? [after.at, Number(after.mark)] : [to, 0]
    const lane = laneOf(provider, actor, outcome)
    const rows = log.search.all(lane, from ?? 0, at, position, limit)
    return rows.map((row) => ({
      place: { at: Number(row.at), mark: String(row.position).padStart(MARK_DIGITS, '0') },
      resource: String(row.resource),
      seq: Number(row.seq),
    }))
  }

  function heads(since = '0', of: HeadsOf = 'clients'): Grown {
    const end = log.end.get()?.position ?? since
    const rows = log[of].all(Number(since))
    const more = rows.length === HEADS
    // Where there is nothing more, it goes on behind what was looked through.
    const cursor = rows.length > 0 ? rows.at(-1)?.position : end
    return { heads: newestOf(rows.map(headOf)), cursor: String(cursor), more }
  }

  return {
    append,
    erase,
    last,
    entries: (resource, range = {}) => entries(resource, range),
    operation: async (operationId) => {
      const [intent] = await entriesOf(storing(() => log.operation.all(operationId)))
      return intent as Intent | undefined
    },
    search: async (request) => storing(() => search(request)),
    heads: async (since, of) => storing(() => heads(since, of)),
    records: (resource) => recordsIn(database, resource, packing),
    openIntents: async () => {
      const intents = (await entriesOf(storing(() => log.open.all()))) as readonly Intent[]
      return intents.toSorted((one, other) => one.at - other.at)
    },
    due: async (time) => storing(() => log.due.all(time).map(({ resource }) => String(resource))),
    check: () => writer.write('log', 'check', [Date.now()]),
    close: async () => {
      await writer.close()
      database.close()
    },
    keyring: createKeyringCell(database, (...values) => writer.write('keyring', 'replace', values)),
    notes: {
      read: async (name) => notes().read(name),
      replace: async (...values) => notes().replace(...values),
    },
    mirror: createSqliteMirror(database, writer),
  }
}

/** So many that marks sort as texts as they do as numbers. */
const MARK_DIGITS = 16

/** Beyond every sequence number and every time. */
const END = Number.MAX_SAFE_INTEGER
