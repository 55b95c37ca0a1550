/** The settings of a tenant of Microsoft Entra ID: where it is, and the registration that manages its applications. */

import * as z from 'zod/mini'
import { defineProvider } from '../definition.ts'
import { flag, listLagSeconds, rate, reference, text, url } from '../setting-schemas.ts'
import type { EntraSettings } from './calls/tenant.ts'

const GRAPH = 'https://graph.microsoft.com'
const LOGIN = 'https://login.microsoftonline.com'

/** Issues report seconds to minutes; no bound is documented, and this is ours. */
const LAG_SECONDS = 60

export const entra = defineProvider({
  type: 'entra',
  schema: {
    /** The id of the tenant. */
    tenantId: z.string().check(z.regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)),
    /** Microsoft Graph and the login of a national cloud. */
    graphUrl: z.optional(url),
    loginUrl: z.optional(url),
    /** The registration of this server, with a secret or a certificate. */
    clientId: text,
    clientSecret: z.optional(reference),
    certificate: z.optional(
      z.strictObject({
        privateKey: reference,
        /** base64url of the SHA-256 of the certificate. */
        thumbprint: z.string().check(z.regex(/^[\w-]{43}$/)),
      }),
    ),
    /** Makes new applications under a key, which is theirs for good. */
    creationKeys: flag,
    /** Gives each new application a service principal in the tenant. */
    servicePrincipals: flag,
    listLagSeconds,
    pace: z.optional(
      z.strictObject({
        readsPerSecond: z.optional(rate),
        writesPerSecond: z.optional(rate),
        personalPerSecond: z.optional(rate),
      }),
    ),
  },
  settingsOf: (
    { graphUrl = GRAPH, loginUrl = LOGIN, clientSecret, certificate, ...written },
    reading,
  ): EntraSettings => {
    const graph = `${graphUrl.replace(/\/+$/, '')}/v1.0`
    const login = loginUrl.replace(/\/+$/, '')
    reading.url(graph, 'graphUrl')
    reading.url(login, 'loginUrl')
    if ((clientSecret === undefined) === (certificate === undefined)) {
      reading.fault('must have either clientSecret or certificate.')
    }
    const credential =
      certificate === undefined
        ? { secret: reading.secret(clientSecret ?? { env: '' }, 'clientSecret') }
        : {
            certificate: {
              privateKey: reading.secret(certificate.privateKey, 'certificate.privateKey'),
              thumbprint: certificate.thumbprint,
            },
          }
    return {
      tenantId: written.tenantId.toLowerCase(),
      graphUrl: graph,
      loginUrl: login,
      clientId: written.clientId,
      credential,
      creationKeys: written.creationKeys ?? false,
      servicePrincipals: written.servicePrincipals ?? true,
      listLagSeconds: written.listLagSeconds ?? LAG_SECONDS,
      pace: written.pace,
    }
  },
  // Microsoft identity platform, "ID tokens": the issuer of v2.0 and of v1.0 tokens.
  partsBehind: ({ tenantId, loginUrl }, { issuer }) => {
    const own = [`${loginUrl}/${tenantId}/v2.0`, `https://sts.windows.net/${tenantId}`]
    return own.includes(issuer.replace(/\/+$/, '').toLowerCase()) ? [{}] : []
  },
  addressOf: ({ graphUrl }) => graphUrl,
  // Permissions of its clients are granted in the tenant and in no record.
  anyWhereNone: true,
  scopePatterns: false,
  load: () => import('./index.ts'),
})
