/** The settings of an Auth0 tenant. */

import * as z from 'zod/mini'
import { parseUrl } from '../../core/uri/uri-reading.ts'
import { defineProvider } from '../definition.ts'
import { burst, listLagSeconds, rate, reference, reserve, text, url } from '../setting-schemas.ts'
import type { Auth0Settings } from './index.ts'

export const auth0 = defineProvider({
  type: 'auth0',
  schema: {
    /** The tenant's own domain, such as `tenant.eu.auth0.com`; for tokens of the Management API. */
    domain: z.optional(z.string().check(z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i))),
    /** Where the tenant is reached, when that is not `https://<domain>`: private clouds, emulators. */
    baseUrl: z.optional(url),
    audience: z.optional(text),
    clientId: text,
    clientSecret: reference,
    allowWildcards: z._default(z.boolean(), false),
    listLagSeconds,
    pace: z.optional(
      z.strictObject({
        perSecond: z.optional(rate),
        burst: z.optional(burst),
        reserve: z._default(reserve, 0.2),
      }),
    ),
  },
  settingsOf: ({ domain, ...written }, reading): Auth0Settings => {
    const baseUrl = (written.baseUrl ?? `https://${domain}`).replace(/\/+$/, '')
    if (written.baseUrl === undefined && domain === undefined) {
      reading.fault('must have a domain or a baseUrl.')
    }
    reading.url(baseUrl, 'baseUrl')
    const tenant = domain === undefined ? baseUrl : `https://${domain}`
    return {
      ...written,
      baseUrl,
      audience: written.audience ?? `${tenant}/api/v2/`,
      clientSecret: reading.secret(written.clientSecret, 'clientSecret'),
    }
  },
  partsBehind: ({ baseUrl, audience }, { issuer, jwksUrl }) => {
    const hosts = [baseUrl, audience].map((one) => parseUrl(one)?.host)
    return [issuer, jwksUrl ?? issuer].some((one) => hosts.includes(new URL(one).host)) ? [{}] : []
  },
  addressOf: ({ baseUrl }) => baseUrl,
  anyWhereNone: false,
  scopePatterns: false,
  load: () => import('./index.ts'),
})
