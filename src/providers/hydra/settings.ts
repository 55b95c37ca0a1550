/** The settings of an Ory Hydra server: its admin API, and what a proxy before it asks for. */

import * as z from 'zod/mini'
import { parseUrl } from '../../core/uri/uri-reading.ts'
import { defineProvider } from '../definition.ts'
import { burst, listLagSeconds, rate, reference, url } from '../setting-schemas.ts'
import type { HydraSettings } from './index.ts'

/** A header of the proxy's own; those that frame the request are not for it. */
const headerName = z
  .string()
  .check(
    z.regex(
      /^(?!(?:host|connection|content-length|content-type|transfer-encoding|upgrade)$)[a-z0-9-]{1,64}$/i,
    ),
  )

export const hydra = defineProvider({
  type: 'hydra',
  schema: {
    /** The admin API, which asks for no credentials itself: on this machine, or behind a proxy that does. */
    baseUrl: url,
    /** A bearer token that the proxy asks for. */
    token: z.optional(reference),
    /** Another header that the proxy asks for. */
    header: z.optional(z.strictObject({ name: headerName, value: reference })),
    /** The public address, URLS_SELF_ISSUER; by it an issuer of access tokens is known to be this server. */
    issuer: z.optional(url),
    listLagSeconds,
    pace: z.optional(z.strictObject({ perSecond: z.optional(rate), burst: z.optional(burst) })),
  },
  settingsOf: ({ token, header, ...written }, reading): HydraSettings => {
    const { issuer } = written
    const baseUrl = written.baseUrl.replace(/\/+$/, '')
    reading.url(baseUrl, 'baseUrl')
    if (token !== undefined && header?.name.toLowerCase() === 'authorization') {
      reading.fault('must have a token or a header Authorization, not both.')
    }
    return {
      ...written,
      baseUrl,
      issuer: issuer?.replace(/\/+$/, ''),
      ...(token && { token: reading.secret(token, 'token') }),
      ...(header && {
        header: { name: header.name, value: reading.secret(header.value, 'header.value') },
      }),
    }
  },
  partsBehind: ({ baseUrl, issuer: own }, { issuer }) => {
    const same =
      own === undefined
        ? parseUrl(baseUrl)?.hostname === new URL(issuer).hostname
        : own === issuer.replace(/\/+$/, '')
    return same ? [{}] : []
  },
  anyWhereNone: false,
  addressOf: ({ baseUrl }) => baseUrl,
  // ory/fosite, WildcardScopeStrategy, which is the default of Hydra (`strategies.scope`).
  scopePatterns: true,
  load: () => import('./index.ts'),
})
