/**
 * Work on behalf of a caller of earlier, by the grants that the caller has today: what a job, a move or a reaping does later
 * is judged again when it is done.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import { type Access, accessTo, grantsFor, type Purpose } from '../../core/rights/access.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import { type Actor, type Grantee, rightsIn, type TokenRights } from '../../store/log/actor.ts'
import type { Service } from '../base/service.ts'

/** Who asked for something, and what of the token the rights to it follow from. */
export const granteeOf = (actor: Actor, token: TokenRights): Grantee => ({
  ...actor,
  ...rightsIn(token),
})

/** What a caller of earlier may do today at a provider for a purpose, to some client there at least; `undefined`: no grants are known. */
export function heldToday(
  { grantsOf }: Pick<Service, 'grantsOf'>,
  caller: Grantee,
  { operation }: Pick<Purpose, 'operation'>,
  provider: string,
): ReadonlySet<Permission> | undefined {
  if (grantsOf === undefined) return undefined
  const grants = grantsFor((one) => grantsOf(caller, one), { operation }, provider)
  return new Set(grants.flatMap((one) => one.grants))
}

/** The service as it works for a caller of earlier: a client outside of the grants is not there. */
export function onBehalfOf(service: Service, caller: Grantee, purpose: Purpose): Service {
  const { grantsOf } = service
  if (grantsOf === undefined) return service
  return { ...service, access: accessTo((provider) => grantsOf(caller, provider), purpose) }
}

/**
 * The same for what is done without a request, where no caller reads an answer: a client outside of the grants is refused as
 * such, so that it is not taken for one that is gone.
 */
export function laterOnBehalfOf(service: Service, caller: Grantee, purpose: Purpose): Service {
  const own = onBehalfOf(service, caller, purpose)
  const { access: to } = own
  if (to === undefined) return own
  const access = (...address: Parameters<typeof to>): Access | undefined => {
    const judged = to(...address)
    return judged && { ...judged, look: (client) => lookFor(judged, client, purpose) }
  }
  return { ...own, access }
}

function lookFor(
  access: Access,
  client: Parameters<Access['look']>[0],
  { permission }: Purpose,
): void {
  try {
    access.look(client)
  } catch (error) {
    if (!isClientError(error, 'not_found')) throw error
    throw noLonger(permission)
  }
  if (!access.may(permission)) throw noLonger(permission)
}

/** What becomes of work whose caller has lost the right to it. */
export const noLonger = (permission: Permission): ClientError =>
  new ClientError(
    'insufficient_scope',
    `The grants that the caller has today who asked for this do not cover the client with the permission ${permission}.`,
  )
