/** The entries and documents of a store on their way to another one. */

import { ClientError } from '../../core/errors.ts'
import { parseJson } from '../../core/json/json-text.ts'
import { checkRecord, erasedNames, type Tail } from '../../store/layout/chains.ts'
import type { Entry } from '../../store/log/entry.ts'
import { CHECKPOINTS } from '../../store/resource.ts'
import type { RawRecord, Store } from '../../store/store.ts'
import { refusal } from '../store-check.ts'
import type { Contents } from './operated-store.ts'

/** Records that are read before they are written, and logs that are written at the same time. */
const BATCH = 1_000
const LANES = 16
const PROGRESS_EVERY = 1_000

export interface CopiedLogs {
  /** By resource, the newest record of each log of the source. */
  readonly tails: ReadonlyMap<string, Tail>
  readonly records: number
  readonly copied: number
}

/**
 * Copies what the target lacks, and verifies the chains of the source on the way.
 * @throws ClientError `store_unavailable`
 */
export async function copyLogs(
  source: Store,
  target: Store,
  progress: (records: number) => void = () => {},
): Promise<CopiedLogs> {
  const tails = new Map<string, Tail>()
  const ends = new Map<string, number>()
  let [records, copied] = [0, 0]
  let batch: RawRecord[] = []

  async function write(): Promise<void> {
    const logs = grouped(batch)
    batch = []
    const waiting = [...logs]
    const lane = async () => {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop())
        copied += await append(one[0], one[1])
    }
    await Promise.all(Array.from({ length: LANES }, lane))
  }

  /** One log in its order, so that its newest entry says what is there. */
  async function append(resource: string, missing: readonly RawRecord[]): Promise<number> {
    const end = ends.get(resource) ?? (await target.last(resource))?.seq ?? 0
    const rest = missing.filter(({ seq }) => seq > end)
    for (const { text, seq } of rest) {
      if (await target.append(parseJson(text) as unknown as Entry)) continue
      throw stopped(`record ${seq} of ${resource} was written there by another program`)
    }
    ends.set(resource, Math.max(end, missing.at(-1)?.seq ?? 0))
    return rest.length
  }

  const names = await erasedNames(source.records(CHECKPOINTS))
  for await (const record of source.records()) {
    const { resource, seq } = record
    const { why, hash } = checkRecord(record, tails.get(resource), names)
    if (why !== undefined)
      throw stopped(`record ${seq} of ${resource} is not as it was written: ${why}`)
    tails.set(resource, { seq, hash })
    records += 1
    if (records % PROGRESS_EVERY === 0) progress(records)
    if (batch.push(record) >= BATCH) await write()
  }
  await write()
  return { tails, records, copied }
}

function grouped(records: readonly RawRecord[]): ReadonlyMap<string, readonly RawRecord[]> {
  const logs = new Map<string, RawRecord[]>()
  for (const record of records) {
    const log = logs.get(record.resource) ?? []
    log.push(record)
    logs.set(record.resource, log)
  }
  return logs
}

/** Copies the wrapped keys, as they are now. */
export async function copyKeyring(source: Store, target: Store): Promise<void> {
  const ring = await source.keyring.read()
  const before = await target.keyring.read()
  if (ring === undefined || ring === before) return
  if (await target.keyring.replace(before, ring)) return
  throw stopped('another program has written keys there')
}

/** @throws ClientError `invalid_request` where the source has what the target cannot hold */
export async function checkDocuments(
  source: Contents,
  target: Contents,
  place: string,
): Promise<void> {
  if (target.documents !== undefined) return
  for await (const _ of source.documents?.all() ?? []) {
    throw refusal(
      `${place} cannot hold the clients and sessions of the provider local, which the store of --from has. Copy it to SQLite or PostgreSQL.`,
    )
  }
}

/** Copies what the embedded OpenID Provider keeps; returns how many documents there are. */
export async function copyDocuments(source: Contents, target: Contents): Promise<number> {
  let count = 0
  for await (const row of source.documents?.all() ?? []) {
    await target.documents?.put(row)
    count += 1
  }
  return count
}

const stopped = (why: string) =>
  new ClientError(
    'store_unavailable',
    `The copy has stopped: ${why}. The source stays read-only until the copy is complete, or \`clientry store reopen\` opens it again.`,
  )
