/**
 * The keys of a store at hand: the seal over all data keys, and the key of fingerprints and digests. What another
 * process adds to the keyring is found by `refresh`, and used for sealing by anyone only minutes later.
 */

import { randomBytes } from 'node:crypto'
import { ClientError } from '../../core/errors.ts'
import { isErased } from '../erasing.ts'
import { createSeal, dataKeyOf, type Seal } from '../seal.ts'
import {
  isEarlier,
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

/** What entries and documents are kept with. */
export interface StoreKeys {
  readonly seal: Seal
  /** Makes fingerprints, ETags and the digests by which things are found; 32 bytes. No rekey changes it. */
  readonly digestKey: Uint8Array
}

export interface OpenedKeys extends StoreKeys {
  /** Seals records of clients in their logs, which may be dropped one day; opens everything. */
  readonly historySeal: Seal
  readonly digestId: string
  /** Whether sealed texts of its key are removed from the history when they are old enough. */
  mayBeErased(sealed: string): boolean
  /**
   * Loads what other processes have added.
   * @throws ClientError `invalid_request` for a key that is wrapped under one that the configuration does not name
   */
  refresh(): Promise<void>
}

/** The first keys of a store. */
export interface FirstKeys {
  /** By their numbers; 0 for those of an earlier version, of which the first one seals. */
  readonly data: readonly { readonly number: number; readonly key: Uint8Array }[]
  /** Absent: a data key seals records of clients too. */
  readonly history?: { readonly number: number; readonly key: Uint8Array }
  readonly digest: Uint8Array
}

/** What opens a keyring. */
export interface KeysRequest {
  readonly cell: KeyringCell
  readonly wrappers: KeyWrappers
  /** Where there is no keyring yet. */
  firstKeys(): Promise<FirstKeys>
  /** The keyring is left as it is, also where there is none yet. */
  readonly readOnly?: boolean
  /** Epoch milliseconds. */
  now(): number
}

const KEY_BYTES = 32
const ID_BYTES = 6

/** Keys for a new store. */
export const newKeys = (): FirstKeys => ({
  data: [{ number: 1, key: randomBytes(KEY_BYTES) }],
  history: { number: 2, key: randomBytes(KEY_BYTES) },
  digest: randomBytes(KEY_BYTES),
})

/** The keys of a store from before data keys: one key sealed, and made all digests. */
export const keysOf = (key: Uint8Array): StoreKeys => ({ seal: createSeal(key), digestKey: key })

/** A key for the ring, wrapped and tried. */
export async function wrappedKey(
  wrapper: KeyWrapper,
  key: Uint8Array,
  about: Pick<RingKey, 'purpose' | 'number' | 'at' | 'usableFrom'>,
): Promise<RingKey> {
  const id = randomBytes(ID_BYTES).toString('base64url')
  const bare = { id, ...about, madeUnder: wrapper.id, wrappedBy: wrapper.id }
  return { ...bare, wrapped: await wrapTried(wrapper, key, placeOfKey(bare)) }
}

/**
 * A wrapped key that was unwrapped again before anyone relies on it.
 * @throws ClientError `internal` where that gives another key
 */
export async function wrapTried(
  wrapper: KeyWrapper,
  key: Uint8Array,
  place: string,
): Promise<string> {
  const wrapped = await wrapper.wrap(key, place)
  if (Buffer.from(key).equals(await wrapper.unwrap(wrapped, place))) return wrapped
  throw new ClientError('internal', 'A wrapped key could not be unwrapped to what it was.')
}

/**
 * Opens the keyring of a store, and makes it where there is none.
 * @throws ClientError `invalid_request` where a key-encryption key is not named, `store_unavailable`
 */
export async function openKeys(request: KeysRequest): Promise<OpenedKeys> {
  const { cell, wrappers, now } = request
  const opened = new Map<string, Uint8Array>()
  const seals = new Map<string, Seal>()
  let ring: Ring = { keys: [] }
  let refreshing: Promise<void> | undefined

  async function take(next: Ring): Promise<void> {
    const failures: unknown[] = []
    for (const key of next.keys.filter(isHeld).filter(({ id }) => !opened.has(id))) {
      const secret = await unwrapKey(wrappers, key).catch((error) => failures.push(error))
      if (!(secret instanceof Uint8Array)) continue
      opened.set(key.id, secret)
      if (isSealing(key)) seals.set(key.id, createSeal(secret, key.number))
    }
    for (const { id } of next.keys.filter((key) => !isHeld(key))) {
      opened.delete(id)
      seals.delete(id)
    }
    // A key that cannot be unwrapped now is as if it were not loaded yet.
    ring = { keys: next.keys.filter((key) => !isHeld(key) || opened.has(key.id)) }
    if (failures.length > 0) throw failures[0]
  }

  function refresh(): Promise<void> {
    refreshing ??= cell
      .read()
      .then((text) => (text === undefined ? undefined : take(parseRing(text))))
      .finally(() => {
        refreshing = undefined
      })
    return refreshing
  }

  await take(await ringOf(request))
  const digest = ring.keys.filter(isHeld).findLast(({ purpose }) => purpose === 'digest')
  const digestKey = digest && opened.get(digest.id)
  if (digestKey === undefined) throw new ClientError('internal', 'The keyring has no digest key.')

  const sealsWith = (number: number) =>
    ring.keys
      .filter((key) => isSealing(key) && key.number === number)
      .flatMap(({ id }) => seals.get(id) ?? [])
  const newestOf = (purpose: KeyPurpose) => {
    const usable = ring.keys.filter(
      (key) => key.purpose === purpose && isHeld(key) && (key.usableFrom ?? 0) <= now(),
    )
    return usable.length === 0 ? undefined : Math.max(...usable.map(({ number = 0 }) => number))
  }
  const active = (purposes: readonly KeyPurpose[]) => {
    const [number] = purposes.flatMap((purpose) => newestOf(purpose) ?? [])
    const [seal] = number === undefined ? [] : sealsWith(number)
    if (seal === undefined) throw new ClientError('internal', 'The keyring has no data key.')
    return seal
  }
  const sealFor = (purposes: readonly KeyPurpose[]): Seal => ({
    close: (value, place) => active(purposes).close(value, place),
    closeAlike: (value, place) => active(purposes).closeAlike(value, place),
    open: (sealed, place) => {
      const number = dataKeyOf(sealed)
      if (isUnknown(ring, number)) {
        void refresh().catch(() => undefined)
        throw notLoaded(number)
      }
      return openedBy(sealsWith(number), sealed, place)
    },
    isDropped: (sealed) => {
      const number = dataKeyOf(sealed)
      const isTombstone = (key: RingKey) => key.number === number && key.droppedAt !== undefined
      return isErased(sealed) || ring.keys.some(isTombstone)
    },
  })
  return {
    mayBeErased: (sealed) => {
      const number = dataKeyOf(sealed)
      return ring.keys.some(
        (key) =>
          isSealing(key) &&
          key.number === number &&
          (key.droppedAt !== undefined || isEarlier(ring, key)),
      )
    },
    digestId: digest?.id ?? '',
    digestKey,
    refresh,
    seal: sealFor(['data']),
    historySeal: sealFor(['history', 'data']),
  }
}

const isSealing = ({ purpose }: RingKey) => purpose === 'data' || purpose === 'history'

/** Opens with the first seal that can; of an earlier version there may be several. */
function openedBy(seals: readonly Seal[], sealed: string, place: string) {
  let failure: unknown = new ClientError(
    'internal',
    'A sealed record cannot be opened with the keys in use.',
  )
  for (const seal of seals) {
    try {
      return seal.open(sealed, place)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** So many data keys another process can have made since these were loaded; more is no number of ours. */
const MOST_AHEAD = 8

/** Whether a data key can be one that was not loaded: made since, or not unwrapped then. */
function isUnknown({ keys }: Ring, number: number): boolean {
  const newest = Math.max(...keys.map((key) => key.number ?? 0))
  return number > 0 && number <= newest + MOST_AHEAD && !keys.some((key) => key.number === number)
}

/** Nothing is lost: another process has made a key, and this one has not loaded it yet. */
const notLoaded = (number: number) =>
  new ClientError(
    'store_unavailable',
    `A record is sealed with data key ${number}, which this process has not loaded. Try again in a moment. If it stays so, the configuration does not name the key that it is wrapped under.`,
    { retryAfter: 5 },
  )

/** The keyring of a store, which is made where there is none. */
export async function ringOf({
  cell,
  wrappers: [wrapper],
  firstKeys,
  readOnly = false,
  now,
}: KeysRequest): Promise<Ring> {
  const text = await cell.read()
  if (text !== undefined) return parseRing(text)
  const { data, history, digest } = await firstKeys()
  const at = now()
  const keys = [
    ...data.map(({ number, key }) => wrappedKey(wrapper, key, { purpose: 'data', number, at })),
    ...(history === undefined
      ? []
      : [wrappedKey(wrapper, history.key, { purpose: 'history', number: history.number, at })]),
    wrappedKey(wrapper, digest, { purpose: 'digest', at }),
  ]
  const ring = { keys: await Promise.all(keys) }
  if (readOnly || (await cell.replace(undefined, ringText(ring)))) return ring
  // Another process was first.
  const theirs = await cell.read()
  return theirs === undefined ? ring : parseRing(theirs)
}
