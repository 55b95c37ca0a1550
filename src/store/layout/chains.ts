/** Whether the logs of a store are chains: each entry against its own hash and the one before it. */

import type { JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import { type ErasedName, erasedIn } from '../erasing.ts'
import { hashOf } from '../log/chain.ts'
import type { Head } from '../log/entry.ts'
import { CHECKPOINTS } from '../resource.ts'
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

/** What is known of a log beside its records. */
export interface Known {
  /** What a checkpoint says of it. */
  readonly claim?: Head | undefined
  /** Whether a checkpoint says that this is left of an entry whose hash is over what was removed. */
  isErased?(name: ErasedName): boolean
  /** Whether the key of what is left of a sealed text is one whose texts are removed. */
  mayBeErased?(left: string): boolean
}

/** Checks a record against the one before it in its log, and against what checkpoints say. */
export function checkRecord(
  record: RawRecord,
  before: Tail | undefined,
  { claim, isErased = () => false, mayBeErased = () => true }: Known = {},
): CheckedRecord {
  const { entry, hash: left, spelled } = read(record.text) ?? { entry: {}, hash: '', spelled: '' }
  const { resource, seq } = record
  const texts = erasedIn(entry)
  const isLeft = (own: string) => texts.length > 0 && isErased({ resource, seq, hash: own, left })
  const { hash: own } = entry
  const hash = typeof own === 'string' && own !== left && isLeft(own) ? own : left
  const whyOf = () => {
    if (record.damage !== undefined) return record.damage
    if (hash === '') return 'it is not a JSON object'
    if (entry.resource !== record.resource || entry.seq !== record.seq)
      return 'it is stored in the place of another record'
    if (entry.seq !== (before?.seq ?? 0) + 1) return `it follows ${before?.seq ?? 'nothing'}`
    if (own !== hash) return 'its hash does not match its content'
    if (entry.previous !== (before?.hash ?? ''))
      return 'it does not contain the hash of the record before it'
    if (!texts.every(mayBeErased)) return 'a sealed text is missing whose key is still kept'
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

/** What the checkpoints of some records say is left of entries. */
export async function erasedNames(
  all: AsyncIterable<RawRecord>,
): Promise<Required<Pick<Known, 'isErased'>>> {
  const names = new Set<string>()
  for await (const { resource, text } of all)
    if (resource === CHECKPOINTS) for (const name of namesIn(read(text)?.entry)) names.add(name)
  return { isErased: (name) => names.has(keyOf(name)) }
}

/** The entries of which a checkpoint says that sealed texts are removed, each as `keyOf` has it. */
export function namesIn(checkpoint: JsonObject | undefined): readonly string[] {
  const names = Array.isArray(checkpoint?.erased) ? checkpoint.erased : []
  return names.filter(isRecord).map((name) => keyOf(name as unknown as ErasedName))
}

/** One text for each name. */
export const keyOf = ({ resource, seq, hash, left }: ErasedName) =>
  JSON.stringify([resource, seq, hash, left])

const PROGRESS_EVERY = 10_000

/** Reads all records until one is not intact; `progress` is called from time to time with their number. */
export async function readChains(
  all: AsyncIterable<RawRecord>,
  progress: (records: number) => void = () => {},
): Promise<Chains> {
  const tails = new Map<string, Tail>()
  // Their checkpoint may come later.
  const unnamed = new Map<string, ErasedName>()
  const named = new Set<string>()
  let records = 0
  const isErased = (name: ErasedName) => {
    if (!named.has(keyOf(name))) unnamed.set(keyOf(name), name)
    return true
  }
  for await (const record of all) {
    records += 1
    if (records % PROGRESS_EVERY === 0) progress(records)
    const { resource, seq } = record
    const { entry, why, hash } = checkRecord(record, tails.get(resource), { isErased })
    if (why !== undefined) return { records, tails, fault: { resource, seq, why } }
    tails.set(resource, { seq, hash })
    if (resource !== CHECKPOINTS) continue
    for (const name of namesIn(entry)) {
      named.add(name)
      unnamed.delete(name)
    }
  }
  const [lost] = unnamed.values()
  if (lost === undefined) return { records, tails }
  const { resource, seq } = lost
  return { records, tails, fault: { resource, seq, why: UNNAMED } }
}

const UNNAMED = 'a sealed text is missing, and no checkpoint says that it was removed'
