/**
 * The end of the time of grace: a client that a job has suspended is removed, if nothing has happened to it
 * since; its last record is kept in the history, as of any removal. Otherwise it is spared.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Purpose } from '../../core/rights/access.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import type { Actor, TokenRights } from '../../store/log/actor.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { ComingRemoval, Reaping } from '../../store/log/standing.ts'
import { granteeOf, heldToday, laterOnBehalfOf } from '../access/on-behalf.ts'
import { asAgreed } from '../approval/pending-change.ts'
import type { ClientSnapshot } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { changeClient } from '../change/change.ts'
import { removeClient } from '../life/remove.ts'
import { isRecorded } from '../operation/head.ts'
import { DUE, type Due } from '../upkeep/duty.ts'
import { newestBeside } from './reap-history.ts'

/** What reaping takes at the provider of each client. */
export const REAP_PERMISSIONS = [
  'clients:suspend',
  'clients:delete',
] as const satisfies Permission[]

/** What grants are held against that a reaping goes by: at its beginning, and at its end. */
export const REAPING: Purpose = { operation: 'reapClients', permission: 'clients:suspend' }
const REMOVING: Purpose = { ...REAPING, permission: 'clients:delete' }

/**
 * Refuses what who submitted a job may not do any more to any client; to which, is judged with each.
 * @throws ClientError `insufficient_scope`
 */
export function checkReaper(
  service: Pick<Service, 'permits' | 'grantsOf'>,
  actor: Actor,
  rights: TokenRights,
  providerId: string,
): void {
  const caller = granteeOf(actor, rights)
  const granted =
    heldToday(service, caller, REAPING, providerId) ?? service.permits(caller, providerId)
  const missing = REAP_PERMISSIONS.find((one) => !granted.has(one))
  if (missing === undefined) return
  throw new ClientError(
    'insufficient_scope',
    `The caller who submitted the job no longer has the permission ${missing} at ${providerId}.`,
  )
}

/**
 * Removes the client, or spares it.
 * @throws ClientError the reason why neither could be done
 */
export async function endReaping(
  service: Service,
  due: Due,
  { actor, reap }: ComingRemoval & { readonly reap: Reaping },
): Promise<void> {
  const { ref, provider, deadline } = due
  const newest = await newestBeside(service, ref, reap.job.id)
  const untouched = untouchedSince(newest, reap)
  if (untouched === undefined) return spare(service, due, actor)
  checkReaper(service, actor, reap, ref.provider)
  try {
    await removeClient(asSubmitter(service, actor, reap), {
      ref,
      provider,
      actor,
      job: reap.job,
      deadline,
      dryRun: false,
      caller: DUE,
      requestId: service.newId(),
      checkFound: (snapshot: ClientSnapshot) => {
        const isSuspended = isRecorded(service, provider.mapping, untouched, snapshot)
        if (!isSuspended || snapshot.standing?.removal?.reap?.operationId !== reap.operationId)
          throw touched()
      },
    })
  } catch (error) {
    if (!isClientError(error, 'precondition_failed')) throw error
    await spare(service, due, actor)
  }
}

/** The service as it works for who had the client reaped; its removal was approved together with its suspension. */
function asSubmitter(service: Service, actor: Actor, reap: Reaping): Service {
  const own = laterOnBehalfOf(service, granteeOf(actor, reap), REMOVING)
  return reap.approval === undefined ? own : { ...own, approval: asAgreed(reap.approval) }
}

/** The end of the suspension, if nothing was recorded since; `undefined`: something was. */
function untouchedSince(newest: Entry | undefined, { operationId }: Reaping): Entry | undefined {
  const isEnd = newest?.kind === 'outcome' && newest.operationId === operationId
  return isEnd && newest.outcome === 'applied' && newest.tag !== undefined ? newest : undefined
}

const touched = () =>
  new ClientError('precondition_failed', 'Something has happened to the client since.')

/** The client stays as it is: suspended where no one has resumed it. */
async function spare(service: Service, { ref, provider, deadline }: Due, actor: Actor) {
  await changeClient(service, {
    ref,
    provider,
    patch: { kind: 'retention' },
    dryRun: false,
    actor,
    caller: DUE,
    requestId: service.newId(),
    deadline,
  })
}
