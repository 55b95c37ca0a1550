/** A rekey of the store that a configuration names, with a record of it. */

import type { Config } from '../../config/config-parse.ts'
import { parseRing } from '../../store/keys/keyring.ts'
import { ringOf } from '../../store/keys/keys.ts'
import { type Rekeyed, type RekeyRequest, rekey, reportOf } from '../../store/keys/rekey.ts'
import type { Store } from '../../store/store.ts'
import { keysRequest } from './open-keys.ts'
import { recordKeys } from './record-keys.ts'

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
  const request = keysRequest(store, keys, { readOnly: dryRun })
  const ring = await ringOf(request)
  const { cell, wrappers, now } = request
  if (dryRun) return { wrapped: 0, made: 0, abandoned: 0, ...reportOf(ring, wrappers) }
  const rekeyed = await rekey({ cell, wrappers, now, ...options })
  const text = await cell.read()
  if (text !== undefined) await recordKeys(store, parseRing(text).keys)
  return rekeyed
}
