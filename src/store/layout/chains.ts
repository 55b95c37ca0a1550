/** Whether the logs of a store are chains: each entry against its own hash and the one before it. */

import type { JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import { hashOf } from '../log/chain.ts'
import type { Head } from '../log/entry.ts'
import type { RawRecord } from '../store.ts'

/** A record that was changed or is missing. */
export interface Fault {
  readonly resource: string
  readonly seq: number
  /** The reason, as a clause. */
  readonly why: string
}

/** The newest intact record of a log. */
export interface Tail {
  readonly seq: number
  readonly hash: string
}

export interface CheckedRecord {
  readonly entry: JsonObject
  readonly hash: string
  /** Why the record is not intact; `undefined` if it is. */
  readonly why: string | undefined
}

/** Checks a record against the one before it in its log, and against what a checkpoint says of the log. */
export function checkRecord(
  record: RawRecord,
  before: Tail | undefined,
  claim?: Head,
): CheckedRecord {
  const { entry, hash, spelled } = read(record.text) ?? { entry: {}, hash: '', spelled: '' }
  const whyOf = () => {
    if (record.damage !== undefined) return record.damage
    if (hash === '') return 'it is not a JSON object'
    if (entry.resource !== record.resource || entry.seq !== record.seq)
      return 'it is stored in the place of another record'
    if (entry.seq !== (before?.seq ?? 0) + 1) return `it follows ${before?.seq ?? 'nothing'}`
    if (entry.hash !== hash) return 'its hash does not match its content'
    if (entry.previous !== (before?.hash ?? ''))
      return 'it does not contain the hash of the record before it'
    // The same content can be spelled in many ways, and the hash covers only the content.
    if (spelled !== record.text) return 'it is not spelled as it was written'
    if (claim?.seq === entry.seq && claim.hash !== hash)
      return 'a checkpoint has recorded another one'
    return undefined
  }
  return { entry, hash, why: whyOf() }
}

/**
 * A record with its hash and canonical spelling; `undefined` if it cannot be parsed or is nested
 * too deeply.
 */
function read(
  text: string,
): (Omit<CheckedRecord, 'why'> & { readonly spelled: string }) | undefined {
  try {
    const entry: unknown = parseJson(text)
    if (!isRecord(entry)) return undefined
    return { entry, hash: hashOf(entry), spelled: stringifyJson(entry) }
  } catch {
    return undefined
  }
}

/** What the chains of a store come to. */
export interface Chains {
  readonly records: number
  /** By resource, the newest record of each log. */
  readonly tails: ReadonlyMap<string, Tail>
  /** The first record that is not intact; nothing was read after it. */
  readonly fault?: Fault
}

const PROGRESS_EVERY = 10_000

/** Reads all records until one is not intact; `progress` is called from time to time with their number. */
export async function readChains(
  all: AsyncIterable<RawRecord>,
  progress: (records: number) => void = () => {},
): Promise<Chains> {
  const tails = new Map<string, Tail>()
  let records = 0
  for await (const record of all) {
    records += 1
    if (records % PROGRESS_EVERY === 0) progress(records)
    const { resource, seq } = record
    const { why, hash } = checkRecord(record, tails.get(resource))
    if (why !== undefined) return { records, tails, fault: { resource, seq, why } }
    tails.set(resource, { seq, hash })
  }
  return { records, tails }
}
