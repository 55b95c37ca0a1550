/** What a sweep does so that sealed texts that are old enough are removed from the store. */

import type { Config } from '../../config/config-parse.ts'
import type { Service } from '../../service/base/service.ts'
import { eraseRecords, type Walk } from '../../service/upkeep/erase.ts'
import { parseRing } from '../../store/keys/keyring.ts'
import { markErased, type OverRecords, overRecords } from '../../store/keys/retain.ts'
import { DAY_MS, openSince } from './keep-records.ts'

/** For how long one sweep does so (milliseconds). */
const ERASE_MS = 5_000

/** Where the sweeps of this process are. */
export interface Erasing {
  going?: { readonly over: OverRecords; readonly walk: Walk }
}

/** Goes on removing; from how many entries, in this call. */
export async function eraseOld(
  service: Pick<Service, 'store' | 'fingerprints' | 'now'>,
  { retention }: Pick<Config, 'retention'>,
  erasing: Erasing,
): Promise<number> {
  const { store, now } = service
  if (retention === undefined || store.erase === undefined) return 0
  const going = erasing.going ?? (await begun(store, retention.sealedDays * DAY_MS, now()))
  if (going === undefined) return 0
  const { walk, entries } = await eraseRecords(service, going.over, going.walk, now() + ERASE_MS)
  delete erasing.going
  if (walk.of !== 'end') erasing.going = { ...going, walk }
  // Where a log was missed, the next sweep begins anew.
  else if (walk.missed !== true) await markErased(store.keyring, going.over, now())
  return entries
}

async function begun(
  store: Service['store'],
  keepMs: number,
  now: number,
): Promise<Erasing['going']> {
  const text = await store.keyring.read()
  if (text === undefined) return undefined
  const over = overRecords(parseRing(text), { keepMs, ...(await openSince(store)) }, now)
  return over && { over, walk: { of: 'clients' } }
}
