/**
 * Consent: users of a first-party client are not asked, and what it requests is granted as it comes
 * (oidc-provider, docs/README.md, "loadExistingGrant"); users of others grant what is still missing.
 */

import {
  errors,
  type Grant,
  type Interaction,
  type KoaContextWithOIDC,
  type Provider as OpenidProvider,
} from 'oidc-provider'
import type { Access } from './pages.ts'

/** The grant that a request is judged by; `undefined` has the user asked. */
export async function loadGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, provider, result, session } = ctx.oidc
  if (client === undefined || session === undefined) return undefined
  // oidc-provider checks the redirect URI when a flow begins, and not when it goes on after a login.
  if (!client.redirectUriAllowed(String(ctx.oidc.params?.redirect_uri))) {
    throw new errors.InvalidRedirectUri()
  }
  const id = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
  const present = id === undefined ? undefined : await provider.Grant.find(id)
  if (client.first_party === false || session.accountId === undefined) return present
  const { clientId } = client
  const grant = present ?? new provider.Grant({ clientId, accountId: session.accountId })
  grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '))
  for (const [resource, { scopes }] of Object.entries(ctx.oidc.resourceServers ?? {})) {
    const requested = [...ctx.oidc.requestParamScopes].filter((scope) => scopes.has(scope))
    grant.addResourceScope(resource, requested.join(' '))
  }
  await grant.save()
  return grant
}

/** What the prompt `consent` says is not granted yet (oidc-provider, lib/helpers/interaction_policy). */
interface Missing {
  readonly missingOIDCScope?: readonly string[]
  readonly missingOIDCClaims?: readonly string[]
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>
}

/** Scopes and claims that the user is asked for; where all are granted already (`prompt=consent`), those of the request. */
export function accessOf({ prompt, params }: Interaction): Access {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details as Missing
  const missing = [
    ...(missingOIDCScope ?? []),
    ...(missingOIDCClaims ?? []),
    ...Object.values(missingResourceScopes ?? {}).flat(),
  ]
  if (missing.length > 0) return { requested: missing, isGranted: false }
  const scopes = typeof params.scope === 'string' ? params.scope.split(' ') : []
  return { requested: scopes.filter((scope) => scope !== ''), isGranted: true }
}

/** Grants what is missing; gives the id of the grant. */
export async function grantRequested(
  { Grant: Grants }: OpenidProvider,
  { grantId, params, prompt, session }: Interaction,
): Promise<string> {
  const present = grantId === undefined ? undefined : await Grants.find(grantId)
  const accountId = session?.accountId
  const grant = present ?? new Grants({ clientId: String(params.client_id), accountId })
  const details = prompt.details as Missing
  if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(' '))
  if (details.missingOIDCClaims) grant.addOIDCClaims([...details.missingOIDCClaims])
  for (const [resource, scopes] of Object.entries(details.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '))
  }
  return grant.save()
}
