/** The settings of user pools of one AWS account. */

import * as z from 'zod/mini'
import { defineProvider } from '../definition.ts'
import { listLagSeconds, rate, reference, reserve, text, url } from '../setting-schemas.ts'
import type { CognitoSettings } from './index.ts'

const credentials = z.strictObject({
  accessKeyId: text,
  secretAccessKey: reference,
  sessionToken: z.optional(reference),
})

export const cognito = defineProvider({
  type: 'cognito',
  schema: {
    pools: z.record(
      z.string().check(z.regex(/^[\w-]{1,55}_[0-9a-zA-Z]{1,55}$/)),
      z.strictObject({
        region: z.optional(text),
        endpoint: z.optional(url),
        /** Of managed login, as users reach it; absent: moving a redirect URI waits. */
        domain: z.optional(url),
      }),
    ),
    credentials: z.optional(credentials),
    listLagSeconds,
    pace: z.optional(
      z.strictObject({
        perOperation: z._default(rate, 5),
        perCategory: z._default(rate, 15),
        reserve: z._default(reserve, 0.4),
      }),
    ),
  },
  settingsOf: ({ credentials, pools, ...written }, reading): CognitoSettings => {
    const complete = Object.entries(pools).map(([id, { region, endpoint, domain }]) => {
      const here = region ?? id.slice(0, id.indexOf('_'))
      const target = endpoint ?? `https://cognito-idp.${here}.amazonaws.com/`
      reading.url(target, `pools.${id}.endpoint`)
      const login = domain === undefined ? {} : { domain: domain.replace(/\/+$/, '') }
      return [id, { region: here, endpoint: target, ...login }] as const
    })
    if (complete.length === 0) reading.fault('must contain at least one user pool.', 'pools')
    const settings = { ...written, pools: Object.fromEntries(complete) }
    if (credentials === undefined) return settings
    const { accessKeyId, secretAccessKey, sessionToken } = credentials
    return {
      ...settings,
      credentials: {
        accessKeyId,
        secretAccessKey: reading.secret(secretAccessKey, 'credentials.secretAccessKey'),
        ...(sessionToken === undefined
          ? {}
          : { sessionToken: reading.secret(sessionToken, 'credentials.sessionToken') }),
      },
    }
  },
  // https://cognito-idp.<region>.amazonaws.com/<pool>, and the same with a private endpoint.
  partsBehind: ({ pools }, { issuer, jwksUrl }) =>
    Object.keys(pools)
      .filter((id) =>
        [issuer, jwksUrl ?? issuer].some((one) => new URL(one).pathname.split('/').includes(id)),
      )
      .map((userPoolId) => ({ userPoolId })),
  addressOf: ({ pools }, { userPoolId = '' }) => pools[userPoolId]?.endpoint,
  anyWhereNone: false,
  scopePatterns: false,
  load: () => import('./index.ts'),
})
