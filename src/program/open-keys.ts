/** Opens the keys of a store with the key-encryption keys of a configuration. */

import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config/config-parse.ts'
import { awsCredentials } from '../config/environment.ts'
import { ClientError } from '../core/errors.ts'
import { createFingerprints } from '../core/secrecy/fingerprint.ts'
import { codeOf } from '../service/upkeep/checkpoint.ts'
import type { KeyWrappers } from '../store/keys/keyring.ts'
import {
  type FirstKeys,
  type KeysRequest,
  newKeys,
  type OpenedKeys,
  openKeys,
  ringOf,
} from '../store/keys/keys.ts'
import { createKmsWrapper } from '../store/keys/kms.ts'
import { type Rekeyed, type RekeyRequest, rekey, reportOf } from '../store/keys/rekey.ts'
import { createKeyWrapper } from '../store/keys/wrapping.ts'
import { following } from '../store/log/chain.ts'
import type { Checkpoint } from '../store/log/entry.ts'
import { CHECKPOINTS, KEYS } from '../store/resource.ts'
import type { Store } from '../store/store.ts'
import { type OpenedStore, type OpeningOptions, openStore } from './open-store.ts'

/**
 * Opens a store and its keys.
 * @throws ClientError `invalid_request`, `store_unavailable`
 */
export async function openStoreAndKeys(
  config: Pick<Config, 'store' | 'mode' | 'keys'>,
  { readOnly = false, ...options }: OpeningOptions & Pick<KeysOptions, 'readOnly'> = {},
): Promise<OpenedStore & { readonly keys: OpenedKeys }> {
  const opened = await openStore(config, options)
  try {
    const { store, isNew } = opened
    return { ...opened, keys: await keysOfStore(store, config, { isNew, readOnly }) }
  } catch (error) {
    await opened.store.close()
    throw error
  }
}

/** How the keys are opened. */
export interface KeysOptions {
  /** The store was made just now: its keys are made too. */
  readonly isNew?: boolean
  /** The keyring is left as it is. */
  readonly readOnly?: boolean
}

/**
 * The keys of a store. One from before keyrings gets one, with the key that it was written with.
 * @throws ClientError `invalid_request` where the configuration does not name a key that is needed
 */
export function keysOfStore(
  store: Pick<Store, 'keyring' | 'last'>,
  { keys }: Pick<Config, 'keys'>,
  { isNew = false, readOnly = false }: KeysOptions = {},
): Promise<OpenedKeys> {
  return openKeys(requestOf(store, keys, { isNew, readOnly }))
}

/** What a rekey is to do. */
export interface RekeyOptions extends Pick<RekeyRequest, 'abandon' | 'progress'> {
  /** Only says how it is. */
  readonly dryRun?: boolean
}

/**
 * Wraps the keys of a store under the key in use, and says what each key is still used for.
 * @throws ClientError `invalid_request` where the configuration does not name a key that is needed
 */
export async function rekeyStore(
  store: Pick<Store, 'keyring' | 'last' | 'append'>,
  { keys }: Pick<Config, 'keys'>,
  { dryRun = false, ...options }: RekeyOptions = {},
): Promise<Rekeyed> {
  const request = requestOf(store, keys, { readOnly: dryRun })
  const ring = await ringOf(request)
  const { cell, wrappers, now } = request
  if (dryRun) return { wrapped: 0, made: 0, abandoned: 0, ...reportOf(ring, wrappers) }
  const rekeyed = await rekey({ cell, wrappers, now, ...options })
  await recordKeys(store, rekeyed)
  return rekeyed
}

/** Records what the keyring has, unless that is the last thing that was recorded. */
async function recordKeys(
  store: Pick<Store, 'last' | 'append'>,
  { keys: reported }: Rekeyed,
): Promise<void> {
  const keys = reported
    .filter(({ isLost }) => !isLost)
    .map(({ id, purpose, number, wrappedBy }) => ({
      id,
      purpose,
      ...(number === undefined ? {} : { number }),
      wrappedBy,
    }))
  const before = await store.last(KEYS)
  if (before?.kind === 'keys' && isDeepStrictEqual(before.keys, keys)) return
  const entry = { kind: 'keys' as const, resource: KEYS, at: Date.now(), keys }
  // Another rekey that ends at the same time records the same.
  await store.append(following(before, entry))
}

function requestOf(
  store: Pick<Store, 'keyring' | 'last'>,
  keys: Config['keys'],
  { isNew = false, readOnly = false }: KeysOptions,
): KeysRequest {
  const wrappers = wrappersOf(keys)
  return {
    cell: store.keyring,
    wrappers,
    firstKeys: async () => (isNew ? newKeys() : earlierKeys(store, wrappers)),
    readOnly,
    now: Date.now,
  }
}

/** What wraps and unwraps, by the configuration. */
function wrappersOf([current, ...former]: Config['keys']): KeyWrappers {
  return [wrapperOf(current), ...former.map(wrapperOf)]
}

function wrapperOf(one: Config['keys'][number]) {
  if ('key' in one) return createKeyWrapper(one.key, one.at)
  const { kms: arn, at, endpoint } = one
  const credentials = async () => {
    const awsKeys = awsCredentials()
    if (awsKeys !== undefined) return awsKeys
    throw new ClientError('store_unavailable', `There are no AWS credentials for the key of ${at}.`)
  }
  const place = endpoint === undefined ? {} : { endpoint }
  return createKmsWrapper({ arn, at, ...place, credentials, now: Date.now })
}

/**
 * The keys of an earlier version, which used the key of the configuration directly. Where several are named, the newest
 * checkpoint says which one; where there is none, those that are called former are meant.
 */
async function earlierKeys(
  store: Pick<Store, 'last'>,
  [current, ...former]: KeyWrappers,
): Promise<FirstKeys> {
  const last = (await store.last(CHECKPOINTS)) as Checkpoint | undefined
  const secrets = [...former, current].flatMap(({ secret }) => secret ?? [])
  const proven = last && secrets.find((key) => codeOf(createFingerprints(key), last) === last.code)
  const known = former.flatMap(({ secret }) => secret ?? [])
  const ordered = [...(proven ? [proven] : []), ...known.filter((key) => key !== proven)]
  const keys = ordered.length === 0 ? secrets.slice(-1) : ordered
  const [first] = keys
  if (first === undefined) {
    throw new ClientError(
      'invalid_request',
      'The store is from a version that sealed with the key of the configuration itself. Add that key to formerKeys.',
    )
  }
  return { data: keys.map((key) => ({ number: 0, key })), digest: first }
}
