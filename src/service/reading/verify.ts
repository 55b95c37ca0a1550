/**
 * Checking the log as it is stored: each entry against its own hash and the one before it, each log
 * against the newest checkpoint that names it, and the checkpoints against their keyed codes.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import type { Fingerprints } from '../../core/secrecy/fingerprint.ts'
import { hashOf } from '../../store/log/chain.ts'
import type { Checkpoint, Head } from '../../store/log/entry.ts'
import { CHECKPOINTS } from '../../store/resource.ts'
import type { RawRecord, Store } from '../../store/store.ts'
import { codeOf } from '../upkeep/checkpoint.ts'

/** A record that is not as it was written, or that is gone. */
export interface Fault {
  readonly resource: string
  readonly seq: number
  /** A clause. */
  readonly why: string
}

export interface Verdict {
  readonly records: number
  readonly logs: number
  /** The newest checkpoint; what was appended after it is proven by its own chain alone. */
  readonly checkpoint: Pick<Checkpoint, 'seq' | 'hash' | 'at'> | undefined
  /** In the order in which the records stand, the first one first; those that are gone at the end. */
  readonly faults: readonly Fault[]
}

export interface Verification {
  /** Absent: the codes of checkpoints are not checked. */
  readonly fingerprints?: Fingerprints
  /** A checkpoint that was written down elsewhere. */
  readonly expected?: { readonly seq: number; readonly hash: string }
  /** Told now and then how many records have been checked. */
  progress?(records: number): void
}

const PROGRESS_EVERY = 10_000

/** The newest record of a log that is as it was written. */
interface Tail {
  readonly seq: number
  readonly hash: string
}

/** Checks everything that a store holds. */
export async function verifyLog(store: Store, options: Verification = {}): Promise<Verdict> {
  const { newest, claims, tail, faults } = await readCheckpoints(store, options)
  const tails = new Map(tail === undefined ? [] : [[CHECKPOINTS, tail]])
  const broken = new Set(faults.map(({ resource }) => resource))
  let records = 0
  for await (const record of store.records()) {
    records += 1
    if (records % PROGRESS_EVERY === 0) options.progress?.(records)
    const { resource, seq } = record
    // What comes after a bad record in its log proves nothing more; the checkpoints have been checked.
    if (resource === CHECKPOINTS || broken.has(resource)) continue
    const { why, hash } = check(record, tails.get(resource), claims.get(resource))
    if (why === undefined) {
      tails.set(resource, { seq, hash })
    } else {
      faults.push({ resource, seq, why })
      broken.add(resource)
    }
  }
  for (const { resource, seq } of claims.values()) {
    const length = tails.get(resource)?.seq ?? 0
    if (broken.has(resource) || length >= seq) continue
    const why = `the log ends at ${length}, and a checkpoint has seen ${seq}`
    faults.push({ resource, seq: length + 1, why })
  }
  const logs = new Set([...tails.keys(), ...broken]).size
  return { records, logs, checkpoint: newest, faults }
}

interface Checked {
  readonly entry: JsonObject
  readonly hash: string
  /** Why the record is not what was written; `undefined` when it is. */
  readonly why: string | undefined
}

function check(record: RawRecord, before: Tail | undefined, claim?: Head): Checked {
  const { entry, hash, spelled } = read(record.text) ?? { entry: {}, hash: '', spelled: '' }
  const whyOf = () => {
    if (hash === '') return 'it is no JSON object'
    if (entry.resource !== record.resource || entry.seq !== record.seq)
      return 'it is stored in the place of another'
    if (entry.seq !== (before?.seq ?? 0) + 1) return `it follows ${before?.seq ?? 'nothing'}`
    if (entry.hash !== hash) return 'its hash is not that of what it says'
    if (entry.previous !== (before?.hash ?? ''))
      return 'it does not hold the hash of the one before'
    // One meaning has many spellings, and a hash is that of the meaning.
    if (spelled !== record.text) return 'it is not spelled as it was written'
    if (claim?.seq === entry.seq && claim.hash !== hash) return 'a checkpoint has seen another one'
    return undefined
  }
  return { entry, hash, why: whyOf() }
}

/** A record with its own hash and spelling; `undefined` for what cannot be read, or nests too deep. */
function read(text: string): (Omit<Checked, 'why'> & { readonly spelled: string }) | undefined {
  try {
    const entry: unknown = parseJson(text)
    if (!isRecord(entry)) return undefined
    return { entry, hash: hashOf(entry), spelled: stringifyJson(entry) }
  } catch {
    return undefined
  }
}

interface Checkpoints {
  readonly newest: Checkpoint | undefined
  /** What was seen furthest on in each log. */
  readonly claims: ReadonlyMap<string, Head>
  readonly tail: Tail | undefined
  readonly faults: Fault[]
}

/** What the checkpoints say, as far as they are what was written, and the first one that is not. */
async function readCheckpoints(
  store: Store,
  { fingerprints, expected }: Verification,
): Promise<Checkpoints> {
  const claims = new Map<string, Head>()
  let newest: Checkpoint | undefined
  let found = expected === undefined
  for await (const record of store.records(CHECKPOINTS)) {
    const { entry, why = faultOf(entry, fingerprints) } = check(record, newest)
    const { resource, seq } = record
    // Its word against a record counts for nothing, and neither does that of those after it.
    if (why !== undefined) return { newest, claims, tail: newest, faults: [{ resource, seq, why }] }
    newest = entry as unknown as Checkpoint
    found ||= newest.seq === expected?.seq && newest.hash === expected.hash
    for (const head of newest.heads) {
      if (head.seq >= (claims.get(head.resource)?.seq ?? 0)) claims.set(head.resource, head)
    }
  }
  const faults: Fault[] = []
  if (!found) {
    const seq = expected?.seq ?? 0
    const why = 'it is not the checkpoint that was written down'
    faults.push({ resource: CHECKPOINTS, seq, why })
  }
  return { newest, claims, tail: newest, faults }
}

/** What is wrong with an entry as a checkpoint. */
function faultOf(entry: JsonObject, fingerprints: Fingerprints | undefined): string | undefined {
  if (!isCheckpoint(entry)) return 'it is no checkpoint'
  if (fingerprints === undefined || entry.code === codeOf(fingerprints, entry)) return undefined
  return 'its code was not made with the key in use'
}

/** Whoever can write to the store can give any entry a hash that fits. */
function isCheckpoint(entry: JsonObject): entry is JsonObject & Checkpoint {
  const { kind, at, heads } = entry
  return (
    kind === 'checkpoint' &&
    typeof at === 'number' &&
    Math.abs(at) <= LAST_TIME &&
    Array.isArray(heads) &&
    heads.every((head) => isRecord(head) && typeof head.resource === 'string')
  )
}

/** The last moment that a `Date` can hold, in epoch milliseconds. */
const LAST_TIME = 8.64e15
