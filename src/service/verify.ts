/**
 * Checking the log as it is stored: each entry against its own hash and the one before it, each log
 * against the newest checkpoint that names it, and the checkpoints against their keyed codes.
 */

import type { Fingerprints } from '../core/fingerprint.ts'
import type { JsonObject } from '../core/json.ts'
import { isRecord } from '../core/json.ts'
import { hashOf } from '../store/chain.ts'
import type { Checkpoint, Head } from '../store/entry.ts'
import { CHECKPOINTS } from '../store/resource.ts'
import type { RawRecord, Store } from '../store/store.ts'
import { codeOf } from './checkpoint.ts'

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

/** Checks everything that a store holds. */
export async function verifyLog(store: Store, options: Verification = {}): Promise<Verdict> {
  const { newest, claims, faults } = await readCheckpoints(store, options)
  const tails = new Map<string, { seq: number; hash: string }>()
  const broken = new Set(faults.map(({ resource }) => resource))
  let records = 0
  for await (const record of store.records()) {
    records += 1
    if (records % PROGRESS_EVERY === 0) options.progress?.(records)
    const { resource, seq } = record
    // What comes after a bad record in its log proves nothing more.
    if (broken.has(resource)) continue
    const why = faultOf(record, tails.get(resource), claims.get(resource))
    if (why === undefined) {
      tails.set(resource, { seq, hash: hashIn(record) })
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
  return { records, logs: tails.size, checkpoint: newest, faults }
}

/** Why a record is not what was written; `undefined` when it is. */
function faultOf(
  { resource, seq, text }: RawRecord,
  before: { readonly seq: number; readonly hash: string } | undefined,
  claim: Head | undefined,
): string | undefined {
  const entry = parsed(text)
  if (entry === undefined) return 'it is no JSON object'
  if (entry.resource !== resource || entry.seq !== seq)
    return 'it is stored in the place of another'
  if (seq !== (before?.seq ?? 0) + 1) return `it follows ${before?.seq ?? 'nothing'}`
  if (entry.hash !== hashOf(entry)) return 'its hash is not that of what it says'
  if (entry.previous !== (before?.hash ?? '')) return 'it does not hold the hash of the one before'
  if (claim?.seq === seq && claim.hash !== entry.hash) return 'a checkpoint has seen another one'
  return undefined
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

const hashIn = ({ text }: RawRecord) => String(parsed(text)?.hash)

/** What the checkpoints say, the newest word on each log, and what is wrong with them. */
async function readCheckpoints(
  store: Store,
  { fingerprints, expected }: Verification,
): Promise<{
  readonly newest: Checkpoint | undefined
  readonly claims: ReadonlyMap<string, Head>
  readonly faults: Fault[]
}> {
  const faults: Fault[] = []
  const claims = new Map<string, Head>()
  let newest: Checkpoint | undefined
  let found = expected === undefined
  for (let from = 1; ; ) {
    const page = (await store.entries(CHECKPOINTS, { from, limit: PAGE })) as readonly Checkpoint[]
    for (const checkpoint of page) {
      newest = checkpoint
      found ||= checkpoint.seq === expected?.seq && checkpoint.hash === expected.hash
      for (const head of checkpoint.heads) claims.set(head.resource, head)
      if (fingerprints === undefined || checkpoint.code === codeOf(fingerprints, checkpoint))
        continue
      const { resource, seq } = checkpoint
      faults.push({ resource, seq, why: 'its code was not made with the key in use' })
    }
    if (page.length < PAGE) break
    from += PAGE
  }
  if (!found) {
    const seq = expected?.seq ?? 0
    faults.push({
      resource: CHECKPOINTS,
      seq,
      why: 'it is not the checkpoint that was written down',
    })
  }
  return { newest, claims, faults }
}

const PAGE = 100
