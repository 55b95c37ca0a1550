/**
 * Wraps every key of a store under the key-encryption key in use. Nothing that is stored is sealed anew. One key
 * after the other is replaced, each in one step, so that a rekey that was cut off is taken up by the next one,
 * and two at once do the same work.
 */

import { randomBytes } from 'node:crypto'
import { ClientError } from '../../core/errors.ts'
import {
  isHeld,
  type KeyPurpose,
  type KeyringCell,
  type KeyWrapper,
  type KeyWrappers,
  parseRing,
  placeOfKey,
  type Ring,
  type RingKey,
  ringText,
  unwrapKey,
} from './keyring.ts'
import { wrappedKey, wrapTried } from './keys.ts'

/** A new data key seals nothing before: by then every instance has loaded it, whatever its clock says (milliseconds). */
export const DATA_KEY_DELAY_MS = 300_000
const KEY_BYTES = 32

export interface RekeyRequest {
  readonly cell: KeyringCell
  readonly wrappers: KeyWrappers
  /** Id of a key-encryption key that is lost: what is wrapped under it is given up, with all that only that opens. */
  readonly abandon?: string
  /** Epoch milliseconds. */
  now(): number
  /** Called after each step. */
  progress?(done: number, of: number): void
}

/** What uses a key-encryption key. */
export interface KeyUse {
  /** Its id. */
  readonly key: string
  /** Where the configuration names it; absent: it does not. */
  readonly at?: string
  /** How many keys are wrapped under it. */
  readonly wraps: number
}

/** What a keyring has. */
export interface RingReport {
  readonly keys: readonly (Pick<RingKey, 'id' | 'purpose' | 'number' | 'at' | 'usableFrom'> & {
    readonly wrappedBy: string
    readonly isLost: boolean
  })[]
  /** The key in use first, then the former ones, then those that the configuration does not name. */
  readonly uses: readonly KeyUse[]
}

export interface Rekeyed extends RingReport {
  /** Keys that this run has wrapped anew, and those that it has made. */
  readonly wrapped: number
  readonly made: number
  readonly abandoned: number
}

/**
 * Goes on until every key is wrapped under the first wrapper.
 * @throws ClientError `invalid_request` for a key that no wrapper can unwrap
 */
export async function rekey(request: RekeyRequest): Promise<Rekeyed> {
  const { cell, wrappers, progress } = request
  const counts = { wrapped: 0, made: 0, abandoned: 0 }
  const done = new Set<string>()
  for (;;) {
    const text = await cell.read()
    if (text === undefined) throw new ClientError('internal', 'The store has no keyring.')
    const ring = parseRing(text)
    progress?.(wrappedUnder(ring, wrappers[0].id), ring.keys.filter(isHeld).length)
    const step = await nextStep(ring, request)
    if (step === undefined) return { ...counts, ...reportOf(ring, wrappers) }
    if (done.has(step.id)) throw contested()
    // Someone else may have been first: then it is seen what is left.
    if (!(await cell.replace(text, ringText(step.ring)))) continue
    done.add(step.id)
    counts[step.kind] += 1
  }
}

/** What a keyring has, and what uses which key-encryption key. */
export function reportOf(ring: Ring, wrappers: KeyWrappers): RingReport {
  const named = new Map(wrappers.map(({ id, at }) => [id, at]))
  const held = ring.keys.filter(isHeld)
  const ids = [...new Set([...named.keys(), ...held.map(({ wrappedBy }) => wrappedBy)])]
  return {
    keys: ring.keys.map(({ id, purpose, number, at, usableFrom, wrappedBy, wrapped }) => ({
      id,
      purpose,
      ...(number === undefined ? {} : { number }),
      at,
      ...(usableFrom === undefined ? {} : { usableFrom }),
      wrappedBy,
      isLost: wrapped === undefined,
    })),
    uses: ids.map((key) => {
      const at = named.get(key)
      return { key, ...(at === undefined ? {} : { at }), wraps: wrappedUnder(ring, key) }
    }),
  }
}

const wrappedUnder = (ring: Ring, id: string) =>
  ring.keys.filter((key) => isHeld(key) && key.wrappedBy === id).length

interface Step {
  readonly kind: 'wrapped' | 'made' | 'abandoned'
  /** Of the key that it is about. */
  readonly id: string
  readonly ring: Ring
}

async function nextStep(ring: Ring, request: RekeyRequest): Promise<Step | undefined> {
  const { wrappers, abandon, now } = request
  const [current] = wrappers
  const others = ring.keys.filter(isHeld).filter(({ wrappedBy }) => wrappedBy !== current.id)
  const other = others.find(({ wrappedBy }) => wrappers.some(({ id }) => id === wrappedBy))
  if (other !== undefined) {
    const secret = await unwrapKey(wrappers, other)
    const wrapped = await wrapTried(current, secret, placeOfKey(other))
    const next = { ...other, wrappedBy: current.id, wrapped }
    return { kind: 'wrapped', id: other.id, ring: withKey(ring, next) }
  }
  const [unknown] = others
  if (unknown !== undefined) {
    if (unknown.wrappedBy !== abandon) await unwrapKey(wrappers, unknown)
    const { wrapped: _, ...lost } = unknown
    return { kind: 'abandoned', id: unknown.id, ring: withKey(ring, lost) }
  }
  const at = now()
  // What is sealed from now on must not depend on a key that others may have had in hand.
  if (!hasNew(ring, 'data', current.id)) {
    const number = nextNumber(ring)
    const isFirst = !ring.keys.some((key) => key.purpose === 'data' && isHeld(key))
    const usable = isFirst ? {} : { usableFrom: at + DATA_KEY_DELAY_MS }
    const about = { purpose: 'data' as const, number, at, ...usable }
    return added(ring, await wrappedKey(current, randomBytes(KEY_BYTES), about))
  }
  if (!hasNew(ring, 'history', current.id)) {
    return added(ring, await historyKey(ring, current, at))
  }
  if (!ring.keys.some((key) => key.purpose === 'digest' && isHeld(key))) {
    return added(ring, await wrappedKey(current, randomBytes(KEY_BYTES), { purpose: 'digest', at }))
  }
  return undefined
}

const added = (ring: Ring, key: RingKey): Step => ({
  kind: 'made',
  id: key.id,
  ring: { keys: [...ring.keys, key] },
})

const hasNew = ({ keys }: Ring, purpose: KeyPurpose, current: string) =>
  keys.some((key) => {
    const { number = 0, madeUnder } = key
    return key.purpose === purpose && number > 0 && madeUnder === current && isHeld(key)
  })

/** No number is used twice, not even that of a key that was dropped. */
const nextNumber = ({ keys }: Ring) => Math.max(0, ...keys.map((key) => key.number ?? 0)) + 1

/** A new key for records of clients. */
export function historyKey(ring: Ring, wrapper: KeyWrapper, at: number): Promise<RingKey> {
  const about = { number: nextNumber(ring), at, usableFrom: at + DATA_KEY_DELAY_MS }
  return wrappedKey(wrapper, randomBytes(KEY_BYTES), { purpose: 'history', ...about })
}

const withKey = ({ keys }: Ring, next: RingKey): Ring => ({
  keys: keys.map((key) => (key.id === next.id ? next : key)),
})

const contested = () =>
  new ClientError(
    'store_unavailable',
    'Another rekey to another key is under way. Let it end, and use one key in all configurations.',
  )
