/**
 * Checks the log as it is stored: each entry against its own hash and the one before it, each log
 * against the newest checkpoint that names it, and the checkpoints against their keyed codes.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import type { Fingerprints } from '../../core/secrecy/fingerprint.ts'
import {
  checkRecord,
  type Fault,
  type Known,
  keyOf,
  namesIn,
  type Tail,
} from '../../store/layout/chains.ts'
import type { Checkpoint, Head } from '../../store/log/entry.ts'
import { CHECKPOINTS } from '../../store/resource.ts'
import type { Store } from '../../store/store.ts'
import { codeOf } from '../upkeep/checkpoint.ts'

export interface Verdict {
  readonly records: number
  readonly logs: number
  /** The newest checkpoint; what was appended after it is proven by its own chain alone. */
  readonly checkpoint: Pick<Checkpoint, 'seq' | 'hash' | 'at'> | undefined
  /** In the order of the records; missing records come last. */
  readonly faults: readonly Fault[]
}

export interface Verification {
  /** Absent: the codes of checkpoints are not checked. */
  readonly fingerprints?: Fingerprints
  /** Whether the key of what is left of a sealed text is one whose texts are removed; absent: any may be. */
  mayBeErased?(left: string): boolean
  /** A checkpoint that was recorded elsewhere. */
  readonly expected?: { readonly seq: number; readonly hash: string }
  /** Called from time to time with the number of checked records. */
  progress?(records: number): void
}

const PROGRESS_EVERY = 10_000

/** What can be verified. */
export type Verifiable = Pick<Store, 'records'>

/** Checks everything that a store holds. */
export async function verifyLog(store: Verifiable, options: Verification = {}): Promise<Verdict> {
  const { newest, claims, tail, faults, isErased } = await readCheckpoints(store, options)
  const { mayBeErased } = options
  const known = { isErased, ...(mayBeErased && { mayBeErased }) }
  const tails = new Map(tail === undefined ? [] : [[CHECKPOINTS, tail]])
  const broken = new Set(faults.map(({ resource }) => resource))
  let records = 0
  for await (const record of store.records()) {
    records += 1
    if (records % PROGRESS_EVERY === 0) options.progress?.(records)
    const { resource, seq } = record
    // Records after a bad one in the same log prove nothing; the checkpoints have already been checked.
    if (resource === CHECKPOINTS || broken.has(resource)) continue
    const { why, hash } = checkRecord(record, tails.get(resource), {
      ...known,
      claim: claims.get(resource),
    })
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
    const why = `the log ends at ${length}, but a checkpoint has recorded ${seq}`
    faults.push({ resource, seq: length + 1, why })
  }
  const logs = new Set([...tails.keys(), ...broken]).size
  return { records, logs, checkpoint: newest, faults }
}

interface Checkpoints extends Required<Pick<Known, 'isErased'>> {
  readonly newest: Checkpoint | undefined
  /** The furthest recorded position in each log. */
  readonly claims: ReadonlyMap<string, Head>
  readonly tail: Tail | undefined
  readonly faults: Fault[]
}

/** What the intact checkpoints say, and the first one that is not intact. */
async function readCheckpoints(
  store: Verifiable,
  { fingerprints, expected }: Verification,
): Promise<Checkpoints> {
  const claims = new Map<string, Head>()
  const names = new Set<string>()
  const isErased: Checkpoints['isErased'] = (name) => names.has(keyOf(name))
  let newest: Checkpoint | undefined
  let isMatched = expected === undefined
  for await (const record of store.records(CHECKPOINTS)) {
    const { entry, why = faultOf(entry, fingerprints) } = checkRecord(record, newest)
    const { resource, seq } = record
    // Neither this checkpoint nor any after it is evidence against a record.
    if (why !== undefined) {
      return { newest, claims, isErased, tail: newest, faults: [{ resource, seq, why }] }
    }
    newest = entry as unknown as Checkpoint
    isMatched ||= newest.seq === expected?.seq && newest.hash === expected.hash
    for (const name of namesIn(entry)) names.add(name)
    for (const head of newest.heads) {
      if (head.seq >= (claims.get(head.resource)?.seq ?? 0)) claims.set(head.resource, head)
    }
  }
  const faults: Fault[] = []
  if (!isMatched) {
    const seq = expected?.seq ?? 0
    const why = 'it is not the expected checkpoint'
    faults.push({ resource: CHECKPOINTS, seq, why })
  }
  return { newest, claims, isErased, tail: newest, faults }
}

/** What is wrong with an entry as a checkpoint. */
function faultOf(entry: JsonObject, fingerprints: Fingerprints | undefined): string | undefined {
  if (!isCheckpoint(entry)) return 'it is not a checkpoint'
  if (fingerprints === undefined || entry.code === codeOf(fingerprints, entry)) return undefined
  return 'its code was not made with the present key'
}

/** Anyone who can write to the store can give any entry a hash that matches. */
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

/** The last time that a `Date` can represent (epoch milliseconds). */
const LAST_TIME = 8.64e15
