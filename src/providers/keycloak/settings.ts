/** The settings of realms of Keycloak servers: where each is, and the service account that manages its clients. */

import * as z from 'zod/mini'
import { defineProvider } from '../definition.ts'
import { burst, listLagSeconds, rate, reference, text, url } from '../setting-schemas.ts'
import type { KeycloakSettings, Realm } from './calls/realm.ts'

const account = {
  /** The server, with the path below which its realms are. */
  baseUrl: z.optional(url),
  /** A confidential client of the realm itself, whose service account may manage clients. */
  clientId: z.optional(text),
  clientSecret: z.optional(reference),
}

export const keycloak = defineProvider({
  type: 'keycloak',
  schema: {
    ...account,
    /** By the names that requests have for them. */
    pools: z.record(
      z.string().check(z.regex(/^[\w.-]{1,64}$/)),
      z.strictObject({
        ...account,
        /** The realm, where it is called otherwise. */
        realm: z.optional(text),
        /** The issuer of its tokens, where that is not below `baseUrl`. */
        issuer: z.optional(url),
      }),
    ),
    listLagSeconds,
    pace: z.optional(z.strictObject({ perSecond: z.optional(rate), burst: z.optional(burst) })),
  },
  settingsOf: ({ pools, pace, listLagSeconds: lag, ...shared }, reading): KeycloakSettings => {
    const realms = Object.entries(pools).flatMap(([name, own]): [string, Realm][] => {
      const at = `pools.${name}`
      const { baseUrl, clientId, clientSecret } = { ...shared, ...own }
      if (baseUrl === undefined || clientId === undefined || clientSecret === undefined) {
        const lacks = Object.entries({ baseUrl, clientId, clientSecret })
          .filter(([, value]) => value === undefined)
          .map(([member]) => member)
        reading.fault(`must have ${lacks.join(', ')}, here or beside pools.`, at)
        return []
      }
      const server = baseUrl.replace(/\/+$/, '')
      reading.url(server, own.baseUrl === undefined ? 'baseUrl' : `${at}.baseUrl`)
      const realm = own.realm ?? name
      const issuer = own.issuer?.replace(/\/+$/, '') ?? `${server}/realms/${realm}`
      const place = own.clientSecret === undefined ? 'clientSecret' : `${at}.clientSecret`
      const secret = reading.secret(clientSecret, place)
      return [[name, { baseUrl: server, realm, issuer, clientId, clientSecret: secret }]]
    })
    if (Object.keys(pools).length === 0) reading.fault('must contain at least one realm.', 'pools')
    return { pools: Object.fromEntries(realms), pace, listLagSeconds: lag }
  },
  partsBehind: ({ pools }, { issuer }) =>
    Object.entries(pools)
      .filter(([, realm]) => realm.issuer === issuer.replace(/\/+$/, ''))
      .map(([userPoolId]) => ({ userPoolId })),
  addressOf: ({ pools }, { userPoolId = '' }) => pools[userPoolId]?.baseUrl,
  anyWhereNone: false,
  scopePatterns: false,
  load: () => import('./index.ts'),
})
