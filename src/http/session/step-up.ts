/**
 * What a session may do only a short time after the person has proved who they are (RFC 9470): a browser that was left
 * open, or a page that was taken over, can neither read nor replace a secret, nor approve what someone else has asked for.
 * And no answer to a session has a secret that its request did not ask for.
 */

import type { Operation } from '../../contract/operations.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import { STEP_UP_SECONDS, stepUpRequired } from '../auth/challenge.ts'
import type { Permissions } from '../auth/permissions.ts'
import type { Principal } from '../auth/principal.ts'

/** Permissions that take a fresh sign-in. */
export const STEP_UP: readonly Permission[] = ['secrets:read', 'secrets:rotate']

/** Whether the sign-in of a session is too long ago, or no one knows when it was. */
function isStale({ session }: Principal, now: number): boolean {
  if (session === undefined) return false
  const { authenticatedAt = Number.NEGATIVE_INFINITY } = session
  return now - authenticatedAt > STEP_UP_SECONDS * 1_000
}

/**
 * Refuses an operation that takes a fresh sign-in.
 * @throws ClientError `step_up_required`
 */
export function checkStepUp(
  { permission, also = [], freshSignIn }: Pick<Operation, 'permission' | 'also' | 'freshSignIn'>,
  principal: Principal,
  now: number,
): void {
  const needed: readonly string[] = STEP_UP
  const isNeeded = freshSignIn === true || [permission, ...also].some((one) => needed.includes(one))
  if (!isNeeded || !isStale(principal, now)) return
  throw stepUpRequired()
}

/** What counts for a request of a session. */
interface Moment {
  readonly now: number
  /** It asks for a secret, or for what the caller may do. */
  readonly reveals: boolean
}

/** The permissions of a caller without those that do not count for a request of a session. */
export function permissionsWithin(
  permissions: Permissions,
  principal: Principal | undefined,
  { now, reveals }: Moment,
): Permissions {
  if (principal?.session === undefined) return permissions
  const isOld = isStale(principal, now)
  const withheld: readonly Permission[] = isOld ? STEP_UP : reveals ? [] : ['secrets:read']
  const stays = (one: Permission) => !withheld.includes(one)
  return {
    ...permissions,
    of: (caller, providerId) => new Set([...permissions.of(caller, providerId)].filter(stays)),
    grantsAt: (caller, providerId) =>
      permissions
        .grantsAt(caller, providerId)
        .map((grant) => ({ ...grant, grants: grant.grants.filter(stays) })),
    ...(isOld && {
      afterSignIn: (caller, providerId) =>
        new Set(
          permissions
            .grantsAt(caller, providerId)
            .flatMap(({ grants }) => grants.filter((one) => STEP_UP.includes(one))),
        ),
    }),
  }
}
