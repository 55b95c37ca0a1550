/** `GET /whoami`: who calls, what they may do where, and which scopes grant the rest. */

import type { Caller, CallerAt, CallerRights, LimitedGrant } from '../../contract/server.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { Grant } from '../../core/rights/limit.ts'
import { PERMISSIONS, type Permission } from '../../core/rights/permissions.ts'
import type { Answer } from '../answer.ts'
import { actorOf, type Principal, rightsOf } from '../auth/principal.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf, visibleProviders } from '../target.ts'

/** Any accepted token will do: it says nothing that a refusal would not say. */
export function getCaller(exchange: Exchange): Answer {
  const principal = callerOf(exchange)
  const { expiresAt } = principal
  const body: Caller = {
    ...actorOf(principal),
    // The one caller of a program without a network has no token.
    ...(Number.isFinite(expiresAt) ? { expiresAt: new Date(expiresAt).toISOString() } : {}),
    ...rightsOf(principal),
    providers: visibleProviders(exchange).map((id) => callerAt(exchange, principal, id)),
  }
  return { status: 200, body: body as unknown as JsonObject }
}

function callerAt(exchange: Exchange, principal: Principal, providerId: string): CallerAt {
  const { permissions } = exchange.settings
  const grants = permissions.grantsAt(principal, providerId)
  const later = permissions.afterSignIn?.(principal, providerId) ?? new Set<Permission>()
  const held = new Set([...grants.flatMap((one) => one.grants), ...later])
  return {
    provider: providerId,
    ...callerRightsAt(exchange, providerId),
    ...(later.size === 0 ? {} : { afterSignIn: PERMISSIONS.filter((one) => later.has(one)) }),
    missing: PERMISSIONS.filter((one) => !held.has(one)).map((permission) => ({
      permission,
      scopes: permissions.scopesFor({ principal, providerId, permission }),
    })),
  }
}

/** What the caller of a request may do at a provider, with the limits of that. */
export function callerRightsAt(exchange: Exchange, providerId: string): CallerRights {
  const { permissions } = exchange.settings
  const principal = callerOf(exchange)
  const granted = permissions.of(principal, providerId)
  const limited = permissions
    .grantsAt(principal, providerId)
    .filter(({ only, approval }) => only !== undefined || approval !== undefined)
  return {
    permissions: PERMISSIONS.filter((one) => granted.has(one)),
    ...(limited.length === 0 ? {} : { limited: limited.map(limitedBody) }),
  }
}

const limitedBody = ({ grants, only = {}, approval }: Grant): LimitedGrant => ({
  permissions: grants,
  only,
  ...(approval === undefined ? {} : { approval }),
})
