/** The record of what the keyring of a store has, in a log of its own. */

import { isDeepStrictEqual } from 'node:util'
import { isHeld, type RingKey } from '../../store/keys/keyring.ts'
import { following } from '../../store/log/chain.ts'
import { KEYS } from '../../store/resource.ts'
import type { Store } from '../../store/store.ts'

/** Records the keys that there are, unless that is the last thing that was recorded. */
export async function recordKeys(
  store: Pick<Store, 'last' | 'append'>,
  ring: readonly RingKey[],
): Promise<void> {
  const keys = ring.filter(isHeld).map(({ id, purpose, number, wrappedBy }) => ({
    id,
    purpose,
    ...(number === undefined ? {} : { number }),
    wrappedBy,
  }))
  const before = await store.last(KEYS)
  if (before?.kind === 'keys' && isDeepStrictEqual(before.keys, keys)) return
  const entry = { kind: 'keys' as const, resource: KEYS, at: Date.now(), keys }
  // Someone who does the same at the same time records the same.
  await store.append(following(before, entry))
}
