/** Grant types that are no longer to be used. */

import type { Client } from '../client.ts'
import type { FieldPatches } from '../patch/patch.ts'
import type { LintRule } from './rule.ts'

export const GRANT_RULES: readonly LintRule[] = [
  {
    id: 'password_grant',
    severity: 'error',
    says: 'the grant type password',
    source: 'RFC 9700 section 2.4; OAuth 2.1 (draft-ietf-oauth-v2-1) section 10',
    find: ({ client }) =>
      foundGrants(
        client,
        (grant) => grant === 'password',
        'has the grant type password: the client sees the passwords of its users, and no second factor is required.',
      ),
  },
  {
    id: 'implicit_grant',
    severity: 'warning',
    says: 'the grant type implicit',
    source: 'RFC 9700 section 2.1.2; OAuth 2.1 (draft-ietf-oauth-v2-1) section 10.1',
    find: ({ client }) =>
      foundGrants(
        client,
        (grant) => grant === 'implicit',
        'has the grant type implicit: access tokens appear in browser URLs and are not bound to a client. Use authorization_code with PKCE.',
      ),
  },
]

/** A finding where the client has such a grant type; fixed by its removal where others remain. */
export function foundGrants(
  client: Client,
  concerns: (grant: string) => boolean,
  reason: string,
): ReturnType<LintRule['find']> {
  const remove = client.grantTypes.filter(concerns)
  if (remove.length === 0) return []
  // A client whose only grant type goes is switched off, not fixed.
  const remains = client.grantTypes.some((grant) => !concerns(grant) && grant !== 'refresh_token')
  const mend: FieldPatches = { grantTypes: { remove } }
  return [
    {
      field: 'client.grantTypes',
      message: `client.grantTypes ${reason}`,
      ...(remains && { mend }),
    },
  ]
}
