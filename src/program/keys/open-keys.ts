/** Opens the keys of a store with the key-encryption keys of a configuration. */

import type { Config } from '../../config/config-parse.ts'
import { lazy } from '../../core/lazy.ts'
import type { KeyWrapper, KeyWrappers } from '../../store/keys/keyring.ts'
import { type KeysRequest, newKeys, type OpenedKeys, openKeys } from '../../store/keys/keys.ts'
import { createKeyWrapper } from '../../store/keys/wrapping.ts'
import type { Store } from '../../store/store.ts'
import { requiredCredentials } from '../aws-credentials.ts'
import { type OpeningOptions, openStore } from '../open-store.ts'
import type { OpenedStore } from '../opened-store.ts'

const earlier = lazy(() => import('./earlier-keys.ts'))
const kms = lazy(() => import('../../store/keys/kms.ts'))

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
export const keysOfStore = (
  store: Pick<Store, 'keyring' | 'last'>,
  { keys }: Pick<Config, 'keys'>,
  options: KeysOptions = {},
): Promise<OpenedKeys> => openKeys(keysRequest(store, keys, options))

/** What opens the keyring of a store. */
export function keysRequest(
  store: Pick<Store, 'keyring' | 'last'>,
  [current, ...former]: Config['keys'],
  { isNew = false, readOnly = false }: KeysOptions,
): KeysRequest {
  const wrappers: KeyWrappers = [wrapperOf(current), ...former.map(wrapperOf)]
  return {
    cell: store.keyring,
    wrappers,
    firstKeys: async () => (isNew ? newKeys() : (await earlier()).earlierKeys(store, wrappers)),
    readOnly,
    now: Date.now,
  }
}

function wrapperOf(one: Config['keys'][number]): KeyWrapper {
  if ('key' in one) return createKeyWrapper(one.key, one.at)
  const { kms: arn, at, endpoint } = one
  const credentials = requiredCredentials(`the key of ${at}`)
  const place = endpoint === undefined ? {} : { endpoint }
  const loaded = async () =>
    (await kms()).createKmsWrapper({ arn, at, ...place, credentials, now: Date.now })
  return {
    id: arn,
    at,
    wrap: async (key, place) => (await loaded()).wrap(key, place),
    unwrap: async (wrapped, place) => (await loaded()).unwrap(wrapped, place),
  }
}
