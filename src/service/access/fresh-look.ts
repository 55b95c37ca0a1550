/**
 * What the limits of a caller's grants are held against: a client as its provider shows it at this moment, and its team
 * from its own log. The mirror is asked for nothing here, since it may be behind.
 */

import { isClientError } from '../../core/errors.ts'
import { showField } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { type Access, noSuchClient } from '../../core/rights/access.ts'
import type { Subject } from '../../core/rights/limit.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import { teamOf } from '../../core/rights/team.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Intent } from '../../store/log/entry.ts'
import type { Standing } from '../../store/log/standing.ts'
import { refOf, resourceOf } from '../../store/resource.ts'
import { withRetries } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { knownIn, lastKnown } from '../life/last-known.ts'
import { removedRecord } from './removed-record.ts'

/** What limits go by, of a client that was read or is planned. */
export function subjectOf(
  { mapping }: Pick<Provider, 'mapping'>,
  {
    id,
    userPoolId,
  }: { readonly id?: string | undefined; readonly userPoolId?: string | undefined },
  native: Native,
  standing: Standing | undefined,
): Subject {
  const team = teamOf(mapping, native, standing)
  return { id, userPoolId, name: showField(mapping, 'name', native), team }
}

/** A client that a caller asks for. */
export interface Looking {
  readonly ref: ClientRef
  readonly provider: Provider
  readonly call: Call
  /** What is known of a client that was removed counts as well. */
  readonly removedToo: boolean
}

/**
 * Looks at a client for a caller whose grants are limited.
 * @throws ClientError `not_found`, always the same one, for a client that is not there or not for this caller; or as the
 *   provider does where it cannot be known
 */
export async function lookFor(service: Service, access: Access, looking: Looking): Promise<void> {
  const { ref } = looking
  if (!access.goesByRecord) return access.look({ ...ref, name: null })
  const known = await subjectKnown(service, looking)
  const isHidden = known !== undefined && !access.knows(known)
  // One that is hidden takes the way of one that is not there.
  const taken = isHidden ? { ...looking, ref: { ...ref, id: service.newId() } } : looking
  access.look(await subjectFor(service, taken))
}

/**
 * What is known of a client without a call, where one that is not known here costs none either: each client of the provider
 * is opened by a token of its own. One outside of the grants by that is not read, so that the time of a call shows nothing; it
 * is seen again once anyone has looked at it. `undefined`: nothing, or it is read in any case.
 */
async function subjectKnown(
  service: Service,
  { ref, provider }: Looking,
): Promise<Subject | undefined> {
  if (provider.adoption === undefined) return undefined
  try {
    const { native, standing } = await lastKnown(service, { ref, provider }, noSuchClient())
    return subjectOf(provider, ref, native, standing)
  } catch (error) {
    if (isClientError(error, 'not_found')) return undefined
    throw error
  }
}

/**
 * A client as it is now.
 * @throws ClientError `not_found`, always the same one
 */
export async function subjectFor(service: Service, looking: Looking): Promise<Subject> {
  const subject = await subjectNow(service, looking)
  if (subject === undefined) throw noSuchClient()
  return subject
}

/** Whether a caller may know of a client: always where none of its grants is limited. */
export async function mayKnowOf(
  service: Service,
  looking: Looking,
  permission: Permission,
): Promise<boolean> {
  const access = service.access?.(looking.ref)
  if (access === undefined) return true
  if (!access.goesByRecord) return access.sees({ ...looking.ref, name: null }, permission)
  const subject = await subjectNow(service, looking)
  return subject !== undefined && access.sees(subject, permission)
}

/** Ids of clients that a creation may have made, for callers who may know of each client there. */
export const candidatesFor = (
  service: Service,
  { resource }: Pick<Intent, 'resource'>,
  candidates: readonly string[] | undefined,
): readonly string[] | undefined => {
  const { provider, userPoolId } = refOf(resource)
  return service.access?.({ provider, userPoolId }) === undefined ? candidates : undefined
}

async function subjectNow(service: Service, looking: Looking): Promise<Subject | undefined> {
  const { ref, provider, call, removedToo } = looking
  const head = await service.store.last(resourceOf(ref))
  // Read before it is known to be needed, and opened after that: how long an answer takes must not show that a client is there.
  const removed = removedToo ? await removedOf(service, ref) : undefined
  try {
    const read = () => provider.readRecord?.(ref, call) ?? provider.read(ref, call, ['name'])
    const native = await withRetries(service, call.deadline, read)
    return subjectOf(provider, ref, native, head?.standing)
  } catch (error) {
    const isGone = isClientError(error, 'not_found', 'client_gone')
    const isUnreadable = isClientError(error) && error.details.found !== undefined
    if (!isGone && !isUnreadable) throw error
    if (!removedToo || !isGone || removed === 'not restorable') return undefined
    const last = removed ?? (head && knownIn(service, looking, head))
    return last && subjectOf(provider, ref, last.native, last.standing)
  }
}

/** A client that was removed, as its log has it last; `undefined`: that is not what the log ends with. */
async function removedOf(service: Service, ref: ClientRef) {
  return removedRecord(service, ref).catch((error: unknown) => {
    if (isClientError(error, 'not_restorable')) return 'not restorable' as const
    throw error
  })
}
