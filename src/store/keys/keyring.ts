/**
 * The keyring of a store: every key that seals or digests what is stored, wrapped under a key-encryption key. It is one
 * text that is replaced as a whole, so that no key stays wrapped under a key that was given up.
 */

import { ClientError } from '../../core/errors.ts'
import { isRecord } from '../../core/json/json.ts'

/** Where a store keeps its keyring. */
export interface KeyringCell {
  read(): Promise<string | undefined>
  /** Resolves when it is durable; `false`: what is there is not `before` (`undefined`: nothing). */
  replace(before: string | undefined, after: string): Promise<boolean>
}

/**
 * `data` seals what is stored, but for records of clients in their logs, where `history` seals these: such a key is
 * dropped when what it has sealed is old enough. `digest` makes fingerprints, ETags and the digests by which things are found; `signing`
 * signs what is handed out as evidence.
 */
export type KeyPurpose = 'data' | 'history' | 'digest' | 'signing'

export interface RingKey {
  readonly id: string
  readonly purpose: KeyPurpose
  /** Of a key that seals: texts name it. 0: the key of a version before data keys. */
  readonly number?: number
  /** When it was made; epoch milliseconds. */
  readonly at: number
  /** Of a key that seals: seals nothing before that time, so that every instance knows it by then. */
  readonly usableFrom?: number
  /** Id of the key-encryption key that was in use when it was made. */
  readonly madeUnder: string
  /** Id of the key-encryption key that it is wrapped under. */
  readonly wrappedBy: string
  /** Absent: no one could unwrap it any more, and it was given up; or it was dropped. */
  readonly wrapped?: string
  /** When it was dropped, and with it what it has sealed; epoch milliseconds. */
  readonly droppedAt?: number
  /** When the texts of client records that it had sealed had been removed from the store; epoch milliseconds. */
  readonly erasedAt?: number
}

export interface Ring {
  readonly keys: readonly RingKey[]
}

/** A key-encryption key. */
export interface KeyWrapper {
  /** Shows nothing of the key. */
  readonly id: string
  /** Where the configuration names it. */
  readonly at: string
  /** Absent where no one holds the key in hand, and so no earlier version has used it directly. */
  readonly secret?: Uint8Array
  /** `place` names what the key is for; the same words are needed to unwrap it. */
  wrap(key: Uint8Array, place: string): Promise<string>
  /** @throws ClientError `internal` when it was not wrapped so */
  unwrap(wrapped: string, place: string): Promise<Uint8Array>
}

/** The first one wraps; the others only unwrap. */
export type KeyWrappers = readonly [KeyWrapper, ...KeyWrapper[]]

const VERSION = 1

/** The text of a keyring. */
export const ringText = ({ keys }: Ring): string => JSON.stringify({ version: VERSION, keys })

/** @throws ClientError `store_unavailable` for a text of a later version */
export function parseRing(text: string): Ring {
  const ring: unknown = JSON.parse(text)
  if (isRecord(ring) && ring.version === VERSION && Array.isArray(ring.keys)) {
    return { keys: ring.keys as unknown as readonly RingKey[] }
  }
  throw new ClientError(
    'store_unavailable',
    'The keyring of the store was written by a later version of this program. Use that version.',
  )
}

/** What the wrapping of a key is bound to. */
export const placeOfKey = ({ id, purpose, number }: RingKey): string =>
  JSON.stringify(['clientry key', purpose, id, number ?? null])

/**
 * A key of the ring in the clear.
 * @throws ClientError `invalid_request` where the configuration does not name its key-encryption key
 */
export async function unwrapKey(
  wrappers: readonly KeyWrapper[],
  key: RingKey & { readonly wrapped: string },
): Promise<Uint8Array> {
  const wrapper = wrappers.find(({ id }) => id === key.wrappedBy)
  if (wrapper === undefined) throw unnamed(key.wrappedBy)
  return wrapper.unwrap(key.wrapped, placeOfKey(key))
}

/** The first key of its own for records of clients, where data keys had sealed them before; `undefined`: none had. */
export function recordsSince({ keys }: Ring): RingKey | undefined {
  const [first] = keys
    .filter(({ purpose }) => purpose === 'history')
    .toSorted((one, other) => (one.number ?? 0) - (other.number ?? 0))
  return first?.usableFrom === undefined ? undefined : first
}

/** Whether a key has sealed records of clients before these had keys of their own. */
export const isEarlier = (ring: Ring, { purpose, number = 0 }: RingKey): boolean =>
  purpose === 'data' && number < (recordsSince(ring)?.number ?? 0)

/** A key that can still be unwrapped, by someone. */
export const isHeld = (key: RingKey): key is RingKey & { readonly wrapped: string } =>
  key.wrapped !== undefined

const unnamed = (id: string) =>
  new ClientError(
    'invalid_request',
    `Keys of the store are wrapped under the key ${id}, which the configuration does not name. Set key to it, or add it to formerKeys.`,
  )
