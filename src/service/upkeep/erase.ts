/**
 * Removes sealed texts from the history that are old enough. What is left of each is its digest, by which the chain of its log
 * verifies; of entries whose hash is over the texts themselves, a checkpoint says before what is going to be left.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { type ErasedName, erased, withSealed } from '../../store/erasing.ts'
import type { OverRecords } from '../../store/keys/retain.ts'
import { hashOf } from '../../store/log/chain.ts'
import type { Entry } from '../../store/log/entry.ts'
import { dataKeyOf } from '../../store/seal.ts'
import type { HeadsOf } from '../../store/store.ts'
import type { Service } from '../base/service.ts'
import { isKept } from '../operation/intent.ts'
import { nameErased } from './checkpoint.ts'

/** Where a walk through all logs is. */
export interface Walk {
  readonly of: HeadsOf | 'end'
  /** The store's own text; absent: at the first of these logs. */
  readonly cursor?: string
  /** A log was changed while texts were to be removed from it, so it has to be looked at again. */
  readonly missed?: true
}

type Parts = Pick<Service, 'store' | 'fingerprints' | 'now'>

/** Names of one checkpoint, as far as one log has no more. */
const NAMES = 500

/** Goes on with a walk until a time (epoch milliseconds); `entries`: from how many texts were removed. */
export async function eraseRecords(
  service: Parts,
  over: OverRecords,
  from: Walk,
  until: number,
): Promise<{ readonly walk: Walk; readonly entries: number }> {
  let [walk, entries] = [from, 0]
  while (walk.of !== 'end' && service.now() < until) {
    const { heads, cursor, more } = await service.store.heads(walk.cursor, walk.of)
    const page = await eraseIn(
      service,
      over,
      heads.map(({ resource }) => resource),
    )
    entries += page.entries
    const { missed } = page.missed ? { missed: true as const } : walk
    const next: Walk = more ? { of: walk.of, cursor } : { of: AFTER[walk.of] }
    walk = { ...next, ...(missed && { missed }) }
  }
  return { walk, entries }
}

const AFTER = { clients: 'others', others: 'end' } as const

async function eraseIn(service: Parts, over: OverRecords, resources: readonly string[]) {
  let [missed, entries] = [false, 0]
  let waiting: (readonly Entry[])[] = []
  let names: ErasedName[] = []
  const write = async () => {
    if (names.length > 0) await nameErased(service, names)
    for (const left of waiting) {
      const isDone = (await service.store.erase?.(left)) === true
      if (isDone) entries += left.length
      else missed = true
    }
    waiting = []
    names = []
  }
  for (const resource of resources) {
    const log = await service.store.entries(resource)
    const needed = neededIn(log)
    const left = log.flatMap((entry) => {
      const next = without(entry, over, needed)
      if (next !== entry && entry.erasable !== true) names.push(nameOf(entry, next))
      return next === entry ? [] : [next]
    })
    if (left.length > 0) waiting.push(left)
    if (names.length >= NAMES) await write()
  }
  await write()
  return { missed, entries }
}

const nameOf = ({ resource, seq, hash }: Entry, left: Entry): ErasedName => ({
  resource,
  seq,
  hash,
  left: hashOf(left as unknown as JsonObject),
})

/** The entry without texts that are over; itself where none is. */
function without(entry: Entry, over: OverRecords, needed: ReadonlySet<number>): Entry {
  const { at, seq } = entry
  return withSealed(entry, (sealed, part) => {
    if (part === 'records' && needed.has(seq)) return sealed
    const number = dataKeyOf(sealed)
    const isEarlier = over.earlier.has(number) && at < over.before
    return over.dropped.has(number) || isEarlier ? erased(sealed) : sealed
  })
}

/** Numbers of intents whose records are needed however old they get, and of those that these take from. */
function neededIn(log: readonly Entry[]): ReadonlySet<number> {
  return new Set(
    log.flatMap((entry) => {
      if (entry.kind !== 'intent' || !isKept(entry)) return []
      const { from } = entry.sealedDelta ?? {}
      return from === undefined ? [entry.seq] : [entry.seq, from]
    }),
  )
}
