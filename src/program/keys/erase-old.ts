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

/** A note of all processes: which records the last walk was about, and where it came to. */
const NOTE = 'retention'

const FROM_THE_FIRST: Walk = { of: 'clients' }

interface Noted {
  readonly about: string
  readonly walk: Walk
}

/** Goes on removing, where this process or another one was; from how many entries, in this call. */
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
  const isAtEnd = walk.of === 'end'
  if (!isAtEnd) erasing.going = { ...going, walk }
  await note(store, { about: aboutOf(going.over), walk: isAtEnd ? FROM_THE_FIRST : walk })
  // Where a log was missed, the next sweep begins anew.
  if (isAtEnd && walk.missed !== true) await markErased(store.keyring, going.over, now())
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
  if (over === undefined) return undefined
  const before = await noted(store)
  return { over, walk: before?.about === aboutOf(over) ? before.walk : FROM_THE_FIRST }
}

const aboutOf = ({ dropped, earlier }: OverRecords) => JSON.stringify([[...dropped], [...earlier]])

async function noted({ notes }: Service['store']): Promise<Noted | undefined> {
  const { text } = (await notes?.read(NOTE)) ?? {}
  return text === undefined ? undefined : (JSON.parse(text) as Noted)
}

/** Where another process has noted something meanwhile, either place will do. */
async function note({ notes }: Service['store'], next: Noted): Promise<void> {
  const { text } = (await notes?.read(NOTE)) ?? {}
  await notes?.replace(NOTE, JSON.stringify(next), text)
}
