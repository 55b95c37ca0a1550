/** The issuers of a configuration with the scopes that grant something, as a request for a token spells them. */

import type { Config } from '../config/config-parse.ts'
import type { IssuerSettings } from '../http/auth/issuers.ts'
import { ANY_ISSUER } from '../http/auth/permissions.ts'
import type { HttpSettings } from '../http/exchange.ts'

/** Each issuer with its own scopes. */
export function acceptedIssuers({
  issuers,
  permissions = [],
}: Pick<Config, 'issuers' | 'permissions'>): HttpSettings['issuers'] {
  return issuers.map((one) => {
    const { issuer, audience = [] } = one
    const own = permissions.filter((row) => row.issuer === issuer || row.issuer === ANY_ISSUER)
    const scopes = own.flatMap(({ scope }) => (scope === undefined ? [] : asRequested(one, scope)))
    return { issuer, audience, scopes: [...new Set(scopes)] }
  })
}

/** Cognito takes `resource-server/read` where the configuration may say `read`. */
const asRequested = ({ scopePrefix }: IssuerSettings, scope: string): string =>
  scopePrefix === undefined || scope.includes('/') ? scope : `${scopePrefix}/${scope}`
