/** The sealed records of an intent: where a change started from and where it was to end, whole. */

import { isClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Entry, Intent } from '../../store/log/entry.ts'
import { SHORT } from '../../store/log/packing.ts'
import { type Delta, deltaOf, textOf } from '../../store/log/text-delta.ts'
import type { Service } from './service.ts'

export interface Sealed {
  readonly base: Native
  /** `null`: it was to be gone. */
  readonly next: Native | null
  /** Where a secret is put beside others, which no record shows. */
  readonly rotation?: Rotation
}

/** A new secret beside those that are live. */
export interface Rotation {
  /** The new value; it was chosen before it was sent, so that no lost answer takes it along. */
  readonly value: string
  /** Ids of those that were live before. */
  readonly before: readonly string[]
}

/** Where a sealed record belongs; it can be opened nowhere else. */
export const sealedPlace = (resource: string, seq: number, operationId: string) =>
  JSON.stringify([resource, seq, operationId])

/** Where one belongs that is sealed by what is new: whoever knows no such form cannot open it either. */
const deltaPlace = (place: string, from: number | undefined) =>
  JSON.stringify(['delta', from ?? null, place])

type Place = Pick<Intent, 'resource' | 'seq' | 'operationId'>

const placeOf = ({ resource, seq, operationId }: Place) => sealedPlace(resource, seq, operationId)

/** So many entries before it are looked at for the newest intent: its outcome is one, and what was noticed since. */
const NEAR = 4
/** No record is longer (UTF-16 code units). */
const LONGEST = 64 * 2 ** 20

/**
 * Seals the records of an intent that is to be appended; of long ones what is new since an earlier intent of
 * the log that takes nothing from any other.
 */
export async function sealRecords(
  service: Service,
  place: Place,
  records: JsonObject,
): Promise<Pick<Intent, 'sealed' | 'sealedDelta'>> {
  const { seal } = service
  const text = stringifyJson(records)
  if (text.length < SHORT) return { sealed: seal.close(records, placeOf(place)) }
  const close = (delta: Delta, from?: number) => ({
    sealed: seal.close({ delta: delta as Json }, deltaPlace(placeOf(place), from)),
    sealedDelta: from === undefined ? {} : { from },
  })
  const base = await baseBefore(service, place)
  if (base === undefined) return close(deltaOf(text, ''))
  const delta = deltaOf(text, base.text)
  const length = lengthOf(delta)
  if (length <= SHORT) return close(delta, base.seq)
  const own = deltaOf(text, '')
  return length < lengthOf(own) / 2 ? close(delta, base.seq) : close(own)
}

const lengthOf = (delta: Delta) => JSON.stringify(delta).length

/** The newest intent before a place that others can take from, and its records. */
async function baseBefore(
  service: Service,
  { resource, seq }: Place,
): Promise<{ readonly seq: number; readonly text: string } | undefined> {
  let found: Intent | undefined
  // What comes right before a new intent is none: an outcome, or something that was noticed.
  for (let at = seq - 2; found === undefined && at >= Math.max(seq - NEAR, 1); at -= 1) {
    found = await intentAt(service, resource, at)
  }
  const base =
    found?.sealedDelta?.from === undefined
      ? found
      : await intentAt(service, resource, found.sealedDelta.from)
  const text = base === undefined ? undefined : ownText(service, base)
  return base === undefined || text === undefined ? undefined : { seq: base.seq, text }
}

/** The texts of bases that were opened, by their numbers, for whoever opens many intents of one log. */
export type Bases = Map<number, string | undefined>

/** The records of an intent; `undefined` when they were sealed with a key that is gone. */
export async function openSealed(
  service: Service,
  intent: Intent,
  bases: Bases = new Map(),
): Promise<Sealed | undefined> {
  const from = intent.sealedDelta?.from
  if (from === undefined) return sealedOf(ownText(service, intent))
  if (!bases.has(from)) {
    const base = await intentAt(service, intent.resource, from)
    bases.set(from, base && ownText(service, base))
  }
  const base = bases.get(from)
  const opened = open(service, intent, deltaPlace(placeOf(intent), from))
  if (base === undefined || opened === undefined) return undefined
  return sealedOf(textOf(opened.delta, base, LONGEST))
}

const sealedOf = (text: string | undefined) =>
  text === undefined ? undefined : (parseJson(text) as unknown as Sealed)

/** The records of an intent that takes nothing from another, as a text. */
function ownText(service: Service, intent: Intent): string | undefined {
  const place = placeOf(intent)
  if (intent.sealedDelta === undefined) {
    const opened = open(service, intent, place)
    return opened && stringifyJson(opened)
  }
  if (intent.sealedDelta.from !== undefined) return undefined
  return textOf(open(service, intent, deltaPlace(place, undefined))?.delta, '', LONGEST)
}

function open({ seal }: Service, { sealed }: Intent, place: string): JsonObject | undefined {
  try {
    return seal.open(sealed, place)
  } catch (error) {
    if (isClientError(error, 'internal')) return undefined
    throw error
  }
}

async function intentAt(
  { store }: Service,
  resource: string,
  seq: number,
): Promise<Intent | undefined> {
  return (await store.entries(resource, { from: seq, limit: 1 })).find(isIntent)
}

const isIntent = (entry: Entry): entry is Intent => entry.kind === 'intent'
