/**
 * The log on PostgreSQL: the "append if absent" is one `insert ... on conflict do nothing` on the unique pair of log
 * and number, in one statement with all that belongs to the entry, and so in one transaction.
 *
 * Lost answers: each append has an id of its own. Where the connection is lost, it is sent again until it is answered; where
 * the number is taken then, the id says whether by the first copy.
 *
 * Positions are given out in an order, and committed in another one. Who continues from a position first waits until every
 * append that has one has ended, so that none comes in behind.
 */

import { randomUUID } from 'node:crypto'
import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import { dueAfter } from '../log/due.ts'
import type { Entry, Intent } from '../log/entry.ts'
import { newestOf } from '../log/heads.ts'
import { filingOf, laneOf, lanesOf } from '../log/lanes.ts'
import type { Packing } from '../log/packing.ts'
import { headOf, recordOf } from '../log/row.ts'
import type { Grown, HeadsOf, Range, Search, SearchResult, Store } from '../store.ts'
import { type Access, CALL_MS, type Connections, type Row, type Value } from './connections.ts'
import { digestOf } from './digests.ts'
import { createPostgresNotes } from './documents.ts'
import { eraseOn } from './erase.ts'
import { createPostgresKeyring } from './keyring.ts'
import { packingOn, recordsOn } from './layout/postgres-records.ts'
import { createListener } from './listener.ts'
import { HEADS, LOG } from './log-statements.ts'
import { createPostgresMirror } from './mirror/postgres-mirror.ts'

/** A store whose tables are there (`postgres-schema.ts`); `close` closes the connections too. */
export function createPostgresStore(connections: Connections): Store {
  const { within, settings } = connections
  const listener = createListener(settings)
  const whenever = within(() => CALL_MS)
  const packing = packingOn({
    run: async (statement, values) => (await whenever.run(statement, values)).result,
  })
  const bounded = (access: Access): Store => ({
    ...logOf(access, packing, listener.announce),
    erase: (entries) => eraseOn(access, settings.schema, entries),
    keyring: createPostgresKeyring(access),
    notes: createPostgresNotes(access),
    mirror: createPostgresMirror(access),
    within: (remainingMs) => bounded(within(remainingMs)),
    watch: listener.watch,
    aheadMs: connections.aheadMs,
    close: async () => {
      await listener.close()
      await connections.close()
    },
  })
  return bounded(whenever)
}

/** The log within the time of its user. */
function logOf(
  access: Access,
  packing: Packing,
  announce: (resource: string) => void,
): Omit<
  Store,
  'aheadMs' | 'close' | 'erase' | 'keyring' | 'mirror' | 'notes' | 'watch' | 'within'
> {
  async function append(entry: Entry): Promise<boolean> {
    const { text, remember } = await packing.pack(entry, stringifyJson(entry))
    const writeId = randomUUID()
    const { result, isRepeated } = await access.run(LOG.append, valuesOf(entry, text, writeId))
    const isAppended = result.length > 0 || (isRepeated && (await isMine(access, entry, writeId)))
    if (!isAppended) return false
    remember()
    // Others may wait for the end of a change.
    if (entry.kind === 'outcome') announce(entry.resource)
    return true
  }

  async function entriesOf(rows: readonly Row[]): Promise<readonly Entry[]> {
    const texts = await packing.unpack(rows.map(recordOf))
    return texts.map((text = '') => parseJson(text) as unknown as Entry)
  }

  async function entries(resource: string, range: Range): Promise<readonly Entry[]> {
    const { from = 1, below = END, newestFirst = false, limit = END } = range
    const statement = newestFirst ? LOG.newestFirst : LOG.oldestFirst
    const { result } = await access.run(statement, [digestOf(resource), from, below, limit])
    return entriesOf(result)
  }

  async function search(request: Search): Promise<readonly SearchResult[]> {
    const { provider, actor, outcome, from = 0, to = END, after, limit } = request
    // Positions begin with 1: everything before a time is below its place 0.
    const [at, position] =
      after !== undefined && after.at < to ? [after.at, Number(after.mark)] : [to, 0]
    const lane = digestOf(laneOf(provider, actor, outcome))
    const { result } = await access.run(LOG.search, [lane, from, at, position, limit])
    return result.map((row) => ({
      place: { at: Number(row.at), mark: String(row.position).padStart(MARK_DIGITS, '0') },
      resource: String(row.resource),
      seq: Number(row.seq),
    }))
  }

  async function heads(since = '0', of: HeadsOf = 'clients'): Promise<Grown> {
    const [rows, [last]] = await access.transaction('durable', async ({ run }) => {
      await run(LOG.settle)
      const end = await run(LOG.end)
      return [await run(LOG[of], [Number(since)]), end] as const
    })
    const more = rows.length === HEADS
    // Where there is nothing more, it goes on behind what was looked through.
    const cursor = rows.length > 0 ? rows.at(-1)?.position : (last?.position ?? since)
    return { heads: newestOf(rows.map(headOf)), cursor: String(cursor), more }
  }

  return {
    append,
    last: async (resource) => (await entries(resource, { newestFirst: true, limit: 1 }))[0],
    entries: (resource, range = {}) => entries(resource, range),
    operation: async (operationId) => {
      const { result } = await access.run(LOG.operation, [digestOf(operationId)])
      return (await entriesOf(result))[0] as Intent | undefined
    },
    search,
    heads,
    records: (resource) => access.walk((session) => recordsOn(session, resource, packing)),
    openIntents: async () => {
      const { result } = await access.run(LOG.open)
      const intents = (await entriesOf(result)) as readonly Intent[]
      return intents.toSorted((one, other) => one.at - other.at)
    },
    due: async (time) => {
      const { result } = await access.run(LOG.due, [time])
      return result.map(({ resource }) => String(resource))
    },
    check: async () => {
      await access.run(LOG.probe, [Date.now()])
    },
  }
}

/** So many that marks sort as texts as they do as numbers. */
const MARK_DIGITS = 16

/** Beyond every sequence number and every time. */
const END = Number.MAX_SAFE_INTEGER

/** What `LOG.append` takes. */
function valuesOf(entry: Entry, text: string, writeId: string): readonly Value[] {
  const { resource, seq, kind, at } = entry
  const filing = filingOf(entry)
  return [
    digestOf(resource),
    seq,
    resource,
    text,
    writeId,
    at,
    kind === 'intent' ? digestOf(entry.operationId) : null,
    kind === 'outcome',
    dueAfter(entry) ?? null,
    filing === undefined ? [] : lanesOf(filing).map(digestOf),
  ]
}

/** Whether the entry that has the number is the first copy of an append that was sent again. */
async function isMine(access: Access, { resource, seq }: Entry, writeId: string): Promise<boolean> {
  const { result } = await access.run(LOG.isMine, [digestOf(resource), seq, writeId])
  return result[0]?.mine === true
}
