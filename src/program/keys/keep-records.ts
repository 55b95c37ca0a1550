/** What a sweep does so that sealed records of clients are not kept for longer than the configuration says. */

import type { Config } from '../../config/config-parse.ts'
import { parseRing } from '../../store/keys/keyring.ts'
import { type Retained, retain } from '../../store/keys/retain.ts'
import type { Store } from '../../store/store.ts'
import { keysRequest } from './open-keys.ts'
import { recordKeys } from './record-keys.ts'

export const DAY_MS = 86_400_000

/** `undefined`: there was nothing to do. */
export async function keepRecords(
  { store }: { readonly store: Store },
  { keys, retention }: Pick<Config, 'keys' | 'retention'>,
): Promise<Retained | undefined> {
  if (retention === undefined) return undefined
  const { cell, wrappers, now } = keysRequest(store, keys, {})
  const retained = await retain({
    cell,
    wrappers,
    now,
    keepMs: retention.sealedDays * DAY_MS,
    ...(await openSince(store)),
  })
  if (retained.made === undefined && retained.dropped.length === 0) return undefined
  const text = await cell.read()
  if (text !== undefined) await recordKeys(store, parseRing(text).keys)
  return retained
}

/** When the oldest change began that is still open. */
export async function openSince({
  openIntents,
}: Pick<Store, 'openIntents'>): Promise<{ readonly openSince?: number }> {
  const open = (await openIntents()).map(({ at }) => at)
  return open.length === 0 ? {} : { openSince: Math.min(...open) }
}
