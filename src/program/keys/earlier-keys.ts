/** The keys of a store from before keyrings, which gets one at the first start of a version that has them. */

import { ClientError } from '../../core/errors.ts'
import { createFingerprints } from '../../core/secrecy/fingerprint.ts'
import { codeOf } from '../../service/upkeep/checkpoint.ts'
import type { KeyWrappers } from '../../store/keys/keyring.ts'
import type { FirstKeys } from '../../store/keys/keys.ts'
import type { Checkpoint } from '../../store/log/entry.ts'
import { CHECKPOINTS } from '../../store/resource.ts'
import type { Store } from '../../store/store.ts'

/**
 * The keys of an earlier version, which used the key of the configuration directly. Where several are named, the newest
 * checkpoint says which one; where there is none, those that are called former are meant.
 * @throws ClientError `invalid_request` where none of the keys is at hand
 */
export async function earlierKeys(
  store: Pick<Store, 'last'>,
  [current, ...former]: KeyWrappers,
): Promise<FirstKeys> {
  const last = (await store.last(CHECKPOINTS)) as Checkpoint | undefined
  const known = former.flatMap(({ secret }) => secret ?? [])
  const secrets = [...known, ...(current.secret === undefined ? [] : [current.secret])]
  const proven = last && secrets.find((key) => codeOf(createFingerprints(key), last) === last.code)
  const ordered = [...(proven ? [proven] : []), ...known.filter((key) => key !== proven)]
  const keys = ordered.length === 0 ? secrets : ordered
  const [first] = keys
  if (first === undefined) {
    throw new ClientError(
      'invalid_request',
      'The store is from a version that sealed with the key of the configuration itself. Add that key to formerKeys.',
    )
  }
  return { data: keys.map((key) => ({ number: 0, key })), digest: first }
}
