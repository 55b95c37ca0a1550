/** The sealed records of an intent: the complete records before and after the planned change. */

import { isClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Entry, Intent } from '../../store/log/entry.ts'
import { SHORT } from '../../store/log/packing.ts'
import { type Delta, deltaOf, textOf } from '../../store/log/text-delta.ts'
import { dataKeyOf } from '../../store/seal.ts'
import type { Service } from './service.ts'

export interface Sealed {
  readonly base: Native
  /** `null`: the client was to be removed. */
  readonly next: Native | null
  /** Set if a secret is added to others, which no record shows. */
  readonly rotation?: Rotation
}

/** A new secret in addition to the live ones. */
export interface Rotation {
  /** The new value, chosen before it is sent, so that it survives a lost answer; absent: the provider makes it. */
  readonly value?: string
  /** Ids of the secrets that were live before. */
  readonly before: readonly string[]
}

/** The place that a sealed record is bound to; it cannot be opened for any other. */
export const sealedPlace = (resource: string, seq: number, operationId: string) =>
  JSON.stringify([resource, seq, operationId])

/** The place of a record that is sealed as a delta; a version that does not know deltas cannot open it. */
const deltaPlace = (place: string, from: number | undefined) =>
  JSON.stringify(['delta', from ?? null, place])

type Place = Pick<Intent, 'resource' | 'seq' | 'operationId'>

const placeOf = ({ resource, seq, operationId }: Place) => sealedPlace(resource, seq, operationId)

/**
 * How many entries before it are searched for the newest intent: its outcome and what was noticed
 * since lie between.
 */
const NEAR = 4
/** No record is longer than this (UTF-16 code units). */
const LONGEST = 64 * 2 ** 20

/**
 * Seals the records of an intent before it is appended. Long records are sealed as their difference
 * to an earlier intent of the log that is itself sealed whole. `isKept`: they are needed however old they get.
 */
export async function sealRecords(
  service: Service,
  place: Place,
  records: JsonObject,
  isKept = false,
): Promise<Pick<Intent, 'sealed' | 'sealedDelta'>> {
  const { seal: lasting, historySeal = lasting } = service
  const seal = isKept ? lasting : historySeal
  const text = stringifyJson(records)
  if (text.length < SHORT) return { sealed: seal.close(records, placeOf(place)) }
  const close = (delta: Delta, from?: number) => ({
    sealed: seal.close({ delta: delta as Json }, deltaPlace(placeOf(place), from)),
    sealedDelta: from === undefined ? {} : { from },
  })
  const own = () => close(deltaOf(text, ''))
  const base = isKept ? undefined : await baseBefore(service, place)
  if (base === undefined) return own()
  const delta = deltaOf(text, base.text)
  const length = lengthOf(delta)
  const whole = deltaOf(text, '')
  if (length > SHORT && length >= lengthOf(whole) / 2) return own()
  const closed = close(delta, base.seq)
  // Two keys are dropped at two times, and without its base a record is lost.
  return dataKeyOf(closed.sealed) === base.dataKey ? closed : own()
}

const lengthOf = (delta: Delta) => JSON.stringify(delta).length

/** The newest intent before a place that is sealed whole, and its records. */
async function baseBefore(
  service: Service,
  { resource, seq }: Place,
): Promise<{ readonly seq: number; readonly text: string; readonly dataKey: number } | undefined> {
  let newest: Intent | undefined
  // The entry right before a new intent is never an intent: it is an outcome or an observation.
  for (let at = seq - 2; newest === undefined && at >= Math.max(seq - NEAR, 1); at -= 1) {
    newest = await intentAt(service, resource, at)
  }
  const base =
    newest?.sealedDelta?.from === undefined
      ? newest
      : await intentAt(service, resource, newest.sealedDelta.from)
  const text = base === undefined ? undefined : ownText(service, base)
  if (base === undefined || text === undefined) return undefined
  return { seq: base.seq, text, dataKey: dataKeyOf(base.sealed) }
}

/** Why the records of an intent cannot be opened, as a clause about them. */
export const whyUnopened = ({ seal }: Pick<Service, 'seal'>, { sealed }: Pick<Intent, 'sealed'>) =>
  seal.isDropped?.(sealed) === true
    ? 'is older than sealed records are kept'
    : 'was sealed with a key that is no longer in use'

/** The opened texts of base intents by their numbers, for callers that open many intents of one log. */
export type Bases = Map<number, string | undefined>

/** The records of an intent; `undefined` if their key is no longer available. */
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

/** The records of an intent that is sealed whole, as text. */
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
