/**
 * Consent: users of a first-party client are not asked; what it requests is granted as it comes
 * (oidc-provider, docs/README.md, "loadExistingGrant").
 */

import type { Grant, KoaContextWithOIDC } from 'oidc-provider'

/** The grant that a request is judged by; `undefined` has the user asked. */
export async function loadGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, provider, result, session } = ctx.oidc
  if (client === undefined || session === undefined) return undefined
  const id = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
  const found = id === undefined ? undefined : await provider.Grant.find(id)
  if (client.first_party === false || session.accountId === undefined) return found
  const { clientId } = client
  const grant = found ?? new provider.Grant({ clientId, accountId: session.accountId })
  grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '))
  for (const [resource, { scopes }] of Object.entries(ctx.oidc.resourceServers ?? {})) {
    const wanted = [...ctx.oidc.requestParamScopes].filter((scope) => scopes.has(scope))
    grant.addResourceScope(resource, wanted.join(' '))
  }
  await grant.save()
  return grant
}
