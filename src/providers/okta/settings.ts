/** The settings of an Okta org. */

import * as z from 'zod/mini'
import { parseUrl } from '../../core/uri/uri-reading.ts'
import { defineProvider } from '../definition.ts'
import { flag, listLagSeconds, reference, reserve, text, url } from '../setting-schemas.ts'
import type { OktaSettings, ServiceApp } from './calls/org.ts'

export const okta = defineProvider({
  type: 'okta',
  schema: {
    /** The org, such as `https://example.okta.com`; no domain of its own where the console is not. */
    baseUrl: url,
    /** An API token of a user, instead of a service application. */
    apiToken: z.optional(reference),
    /** A service application of the org. */
    clientId: z.optional(text),
    /** Its private key, PKCS#8 in PEM. */
    privateKey: z.optional(reference),
    keyId: z.optional(text),
    dpop: flag,
    listLagSeconds,
    pace: z.optional(z.strictObject({ reserve: z.optional(reserve) })),
  },
  settingsOf: (
    { baseUrl: written, apiToken, clientId, privateKey, keyId, dpop, ...more },
    reading,
  ): OktaSettings => {
    const baseUrl = written.replace(/\/+$/, '')
    reading.url(baseUrl, 'baseUrl')
    const ofApp = [clientId, privateKey, keyId, dpop].some((one) => one !== undefined)
    if (apiToken !== undefined && ofApp) {
      reading.fault('must have apiToken, or clientId and privateKey, not both.')
    }
    if (apiToken !== undefined) {
      return { ...more, baseUrl, apiToken: reading.secret(apiToken, 'apiToken') }
    }
    if (clientId === undefined || privateKey === undefined) {
      reading.fault('must have clientId and privateKey of a service application, or an apiToken.')
      return { ...more, baseUrl }
    }
    const app: ServiceApp = {
      clientId,
      privateKey: reading.secret(privateKey, 'privateKey'),
      keyId,
      dpop: dpop ?? false,
    }
    return { ...more, baseUrl, app }
  },
  partsBehind: ({ baseUrl }, { issuer, jwksUrl }) => {
    const host = parseUrl(baseUrl)?.host
    return [issuer, jwksUrl ?? issuer].some((one) => new URL(one).host === host) ? [{}] : []
  },
  addressOf: ({ baseUrl }) => baseUrl,
  // Which scopes a client may have is a matter of the access policies of authorization servers.
  anyWhereNone: true,
  scopePatterns: false,
  load: () => import('./index.ts'),
})
