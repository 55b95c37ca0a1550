/** Reads one client for the mirror, and records in the history what someone else has changed on it. */

import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { Mirror } from '../../store/mirror.ts'
import { resourceOf } from '../../store/resource.ts'
import { mayBeBehind } from '../base/fresh-read.ts'
import type { Service } from '../base/service.ts'
import { LOST_RACE, noteOutsideChange, recordOutsideChange } from '../operation/head.ts'
import { readOrMissing } from '../operation/read-back.ts'
import { type Mirrored, mirroredOf, sightOf } from './mirror.ts'

/** The place that the mirror reads. */
export interface Reading {
  readonly provider: Provider
  readonly mirror: Mirror
  readonly call: Call
}

/** A client that was read; `drifted`: someone else had changed it, which the history now records. */
export interface Read extends Mirrored {
  readonly drifted: boolean
}

/**
 * Reads a client and stores it. `busy`: a change of it is open, whose result will be stored
 * instead, or so new that a read may not show it.
 * `listed`: the record as a list had it.
 * @throws ClientError as the provider and the store do
 */
export async function refreshClient(
  service: Service,
  { provider, mirror, call }: Reading,
  ref: ClientRef,
  listed?: { readonly native: Native; readonly at: number },
): Promise<Read | 'gone' | 'busy'> {
  // The head is read first: an entry that is appended meanwhile then takes the number that this one needs.
  const head = await service.store.last(resourceOf(ref))
  // What it came to is stored already.
  if (head?.kind === 'intent' || mayBeBehind(service, provider, head)) return 'busy'
  // A list that is older than the newest entry does not show what was done since.
  const isCurrent = listed !== undefined && (head === undefined || head.at < listed.at)
  const at = isCurrent ? listed.at : service.now()
  const native = isCurrent ? listed.native : await readOrMissing({ provider, ref }, call)
  if (native === undefined) {
    await mirror.remove(ref, at)
    return 'gone'
  }
  const { mapping } = provider
  const tag = service.fingerprints.ofState(mapping, native)
  const drifted = await noteDrift(service, { provider, mirror, ref, head, native, tag, at })
  const observation = { client: ref, native, at, standing: head?.standing }
  await mirror.put(sightOf(service, mapping, observation), false)
  return {
    ref,
    native: service.fingerprints.withoutSecrets(mapping, native),
    tag,
    verifiedAt: at,
    drifted,
  }
}

interface Observation {
  readonly provider: Provider
  readonly mirror: Mirror
  readonly ref: ClientRef
  readonly head: Entry | undefined
  readonly native: Native
  readonly tag: string
  /** When the read began (epoch milliseconds). */
  readonly at: number
}

/** Compares with the newest entry of the log or, if there is none, with the mirror's record. */
async function noteDrift(service: Service, observation: Observation): Promise<boolean> {
  const { provider, mirror, ref, head, native, tag, at } = observation
  if (head !== undefined) {
    const noted = await noteOutsideChange(service, { provider, ref }, head, native, tag)
    return noted !== head && noted !== LOST_RACE
  }
  const mirrorEntry = await mirror.find(ref)
  const differs = mirrorEntry !== undefined && mirrorEntry.tag !== tag && mirrorEntry.at < at
  const previous = differs ? mirroredOf(service, mirrorEntry) : undefined
  if (previous === undefined) return false
  const noted = await recordOutsideChange(service, ref, undefined, {
    provider,
    before: previous.native,
    native,
    tag,
  })
  return noted !== LOST_RACE
}

/**
 * A client as its provider holds it now, stored if there is a mirror; `undefined` if it is gone.
 * @throws ClientError as the provider and the store do
 */
export async function lookAt(
  service: Service,
  reading: Omit<Reading, 'mirror'> & { readonly mirror: Mirror | undefined },
  ref: ClientRef,
  listed?: { readonly native: Native; readonly at: number },
): Promise<Mirrored | undefined> {
  const { provider, mirror, call } = reading
  if (mirror !== undefined) {
    const read = await refreshClient(service, { provider, mirror, call }, ref, listed)
    if (read === 'gone') return undefined
    if (read !== 'busy') return read
  }
  const verifiedAt = listed?.at ?? service.now()
  const native = listed?.native ?? (await readOrMissing({ provider, ref }, call))
  if (native === undefined) return undefined
  const { mapping } = provider
  const { fingerprints } = service
  const tag = fingerprints.ofState(mapping, native)
  return { ref, native: fingerprints.withoutSecrets(mapping, native), tag, verifiedAt }
}
