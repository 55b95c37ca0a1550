/**
 * A store copied to another one, of any kind, entry by entry. Where it is interrupted, the next call goes on: each log is
 * copied in its order, so the newest entry of a log there says what is missing. From its beginning on, no server writes to
 * the source, and none opens the target before its end.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../../config/config-parse.ts'
import { ClientError } from '../../core/errors.ts'
import { createFingerprints } from '../../core/secrecy/fingerprint.ts'
import { addCopyCheckpoint } from '../../service/upkeep/copy-checkpoint.ts'
import { readChains, type Tail } from '../../store/layout/chains.ts'
import { closedSentence, type Layout } from '../../store/layout/layout.ts'
import { CHECKPOINTS } from '../../store/resource.ts'
import { keysOfStore } from '../keys/open-keys.ts'
import { refusal } from '../store-check.ts'
import { checkDocuments, copyDocuments, copyKeyring, copyLogs } from './copy-entries.ts'
import { type Contents, type OperatedStore, operateOn } from './operated-store.ts'

export interface CopyOptions {
  progress?(records: number): void
  sleep?(milliseconds: number): Promise<unknown>
}

/** What was copied. */
export interface CopyReport {
  readonly from: { readonly place: string; readonly id: string }
  readonly to: { readonly place: string; readonly id: string }
  /** Of the source, all of which are in the target. */
  readonly records: number
  readonly logs: number
  /** Records that this call copied; the others were there. */
  readonly copied: number
  readonly documents: number
  /** The newest checkpoint of the target. */
  readonly checkpoint?: { readonly seq: number; readonly hash: string }
}

type Settings = Pick<Config, 'store' | 'keys'>

/**
 * Copies the store of one configuration to that of another.
 * @throws ClientError `store_unavailable`, and `invalid_request` where it makes no sense
 */
export async function copyStore(
  from: Settings,
  to: Settings,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const source = await operateOn(from.store)
  try {
    const target = await operateOn(to.store, { create: true })
    try {
      return await between({ source, target, from, to }, options)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

interface Between {
  readonly source: OperatedStore
  readonly target: OperatedStore
  readonly from: Settings
  readonly to: Settings
}

async function between(
  { source, target, from, to }: Between,
  { progress, sleep = pause }: CopyOptions,
): Promise<CopyReport> {
  const isMade = (await target.layout()).version > 0
  await source.migrate()
  await target.migrate()
  const [here, there] = [await source.open(), await target.open()]
  if (here.id === there.id) throw refusal('--from and --to name the same store.')
  if (isMade) await checkTarget(target, there, here.id)
  await checkDocuments(here, there, target.place)
  // One from before keyrings gets one. What the target is opened with must open it, or nothing begins.
  await keysOfStore(here.store, from)
  const { digestKey } = await keysOfStore(here.store, to, { readOnly: true })
  await close(source, target, { from: here.id, to: there.id, sleep })
  await copyKeyring(here.store, there.store)
  const { tails, records, copied } = await copyLogs(here.store, there.store, progress)
  const documents = await copyDocuments(here, there)
  await checkCopy(there, tails, target.place)
  const heads = [...tails].map(([resource, tail]) => ({ resource, ...tail }))
  const fingerprints = createFingerprints(digestKey)
  const service = { store: there.store, fingerprints, now: Date.now }
  const checkpoint = await addCopyCheckpoint(service, heads)
  await target.setClosed(undefined)
  return {
    from: { place: source.place, id: here.id },
    to: { place: target.place, id: there.id },
    records,
    logs: tails.size,
    copied,
    documents,
    ...(checkpoint && { checkpoint: { seq: checkpoint.seq, hash: checkpoint.hash } }),
  }
}

/** A store that has a history of its own takes no other one. */
async function checkTarget({ place, layout }: OperatedStore, there: Contents, id: string) {
  const { closed } = await layout()
  if (closed?.why === 'filling' && closed.store === id) return
  if (closed !== undefined) throw refusal(closedSentence(place, closed))
  for await (const _ of there.store.records()) {
    throw refusal(
      `${place} has a history already. Name an empty place in --to; if this copy was completed before, there is nothing to do.`,
    )
  }
}

interface Ids {
  readonly from: string
  readonly to: string
  sleep(milliseconds: number): Promise<unknown>
}

/** From now on no server writes to the source, and none uses the target. */
async function close(source: OperatedStore, target: OperatedStore, { from, to, sleep }: Ids) {
  const at = Date.now()
  await target.setClosed({ why: 'filling', store: from, at })
  const isOurs = ({ closed }: Layout) => closed?.why === 'copied' && closed.store === to
  const layout = await source.layout()
  if (isOurs(layout)) return
  await source.setClosed({ why: 'copied', store: to, at }, (now) => {
    if (now.closed !== undefined) throw refusal(closedSentence(source.place, now.closed))
  })
  await sleep(source.closedAfterMs)
}

/** The target is verified, and its logs end as those of the source; only its checkpoints may go on. */
async function checkCopy(
  { store }: Contents,
  tails: ReadonlyMap<string, Tail>,
  place: string,
): Promise<void> {
  const { tails: ends, fault } = await readChains(store.records())
  if (fault !== undefined)
    throw differs(place, `record ${fault.seq} of ${fault.resource}: ${fault.why}`)
  for (const [resource, { seq, hash }] of tails) {
    const end = ends.get(resource)
    const same =
      end?.seq === seq ? end : (await store.entries(resource, { from: seq, limit: 1 }))[0]
    if (same?.seq !== seq || same.hash !== hash)
      throw differs(place, `record ${seq} of ${resource} is another one`)
  }
  for (const [resource, { seq }] of ends) {
    const end = tails.get(resource)?.seq ?? 0
    if (resource !== CHECKPOINTS && seq !== end)
      throw differs(place, `${resource} has ${seq} records there, and ${end} in the source`)
  }
}

const differs = (place: string, why: string) =>
  new ClientError(
    'store_unavailable',
    `${place} is not what was copied to it: ${why}. See that nothing else writes to it, and copy to an empty place.`,
  )
