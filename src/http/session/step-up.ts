/**
 * What a session may do only a short time after the person has proved who they are (RFC 9470): a browser that was left
 * open, or a page that was taken over, can neither read nor replace a secret.
 */

import type { Operation } from '../../contract/operations.ts'
import { ClientError } from '../../core/errors.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import { PLAIN_CHALLENGE } from '../auth/challenge.ts'
import type { Permissions } from '../auth/permissions.ts'
import type { Principal } from '../auth/principal.ts'

/** Permissions that take a fresh sign-in. */
export const STEP_UP: readonly Permission[] = ['secrets:read', 'secrets:rotate']
/** How fresh (seconds). */
export const STEP_UP_SECONDS = 300

/** Whether the caller is a session whose sign-in is too long ago, or of which no one knows when it was. */
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
  { permission, also = [] }: Pick<Operation, 'permission' | 'also'>,
  principal: Principal,
  now: number,
): void {
  const needed: readonly string[] = STEP_UP
  if (![permission, ...also].some((one) => needed.includes(one)) || !isStale(principal, now)) return
  const says = `Sign in once more: this needs a sign-in of the last ${STEP_UP_SECONDS / 60} minutes.`
  throw new ClientError('step_up_required', says, {
    headers: {
      'www-authenticate': `${PLAIN_CHALLENGE}, error="insufficient_user_authentication", max_age="${STEP_UP_SECONDS}"`,
    },
  })
}

/** The permissions of a caller without those that its session is too old for. */
export function permissionsWithin(
  permissions: Permissions,
  principal: Principal | undefined,
  now: number,
): Permissions {
  if (principal === undefined || !isStale(principal, now)) return permissions
  const stays = (one: Permission) => !STEP_UP.includes(one)
  return {
    ...permissions,
    of: (caller, providerId) => new Set([...permissions.of(caller, providerId)].filter(stays)),
    grantsAt: (caller, providerId) =>
      permissions
        .grantsAt(caller, providerId)
        .map((grant) => ({ ...grant, grants: grant.grants.filter(stays) })),
  }
}
