/** The settings of a server with Dynamic Client Registration Management. */

import * as z from 'zod/mini'
import { defineProvider } from '../definition.ts'
import { burst, flag, rate, reference, text, url } from '../setting-schemas.ts'
import { DIALECT_NAMES } from './dialects/dialect-names.ts'
import type { Rfc7592Settings } from './index.ts'

const origin = z.string().check(z.regex(/^https?:\/\/[^/?#@]+$/))

const bare = (address: string) => address.replace(/\/$/, '')

export const rfc7592 = defineProvider({
  type: 'rfc7592',
  schema: {
    /** The server's issuer, whose discovery document names the registration endpoint. */
    issuer: z.optional(url),
    /** The registration endpoint itself; goes before discovery. */
    registrationEndpoint: z.optional(url),
    /** Further origins at which clients are managed, at any path. */
    origins: z._default(z.array(origin), []),
    /** Further URLs below which clients are managed. */
    clientUris: z._default(z.array(url.check(z.regex(/^[^?#@]+$/))), []),
    /** Lets this server register clients. */
    initialAccessToken: z.optional(reference),
    dialect: z._default(z.enum(DIALECT_NAMES), 'standard'),
    /** What the server does otherwise than its dialect says. */
    switches: z.optional(
      z.strictObject({
        update: z.optional(z.enum(['replaces', 'merges'])),
        clientIdInUpdate: flag,
        secretInUpdate: z.optional(z.enum(['kept', 'cleared', 'renewed'])),
        authMethodAsList: flag,
        renewsToken: z.optional(z.enum(['never', 'update', 'always'])),
        clientUri: z.optional(z.enum(['told', 'derived'])),
        needsCallbacks: flag,
        drops: z.optional(z.array(text)),
      }),
    ),
    pace: z.optional(z.strictObject({ perSecond: z.optional(rate), burst: z.optional(burst) })),
  },
  settingsOf: (written, reading): Rfc7592Settings => {
    const { issuer, registrationEndpoint, origins, clientUris, initialAccessToken, pace } = written
    if (issuer === undefined && registrationEndpoint === undefined) {
      reading.fault('must have an issuer or a registrationEndpoint.')
    }
    for (const [name, value] of Object.entries({ issuer, registrationEndpoint })) {
      if (value !== undefined) reading.url(value, name)
    }
    for (const [name, urls] of Object.entries({ origins, clientUris })) {
      for (const [index, one] of urls.entries()) reading.url(one, `${name}[${index}]`)
    }
    return {
      endpoints: {
        issuer,
        registrationEndpoint,
        origins: origins.map((one) => new URL(one).origin),
        clientUris,
      },
      dialect: written.dialect,
      switches: written.switches,
      ...(initialAccessToken === undefined
        ? {}
        : { initialAccessToken: reading.secret(initialAccessToken, 'initialAccessToken') }),
      ...(pace === undefined ? {} : { pace }),
    }
  },
  partsBehind: ({ endpoints }, { issuer }) => {
    const { issuer: own, registrationEndpoint = '' } = endpoints
    const same =
      own === undefined
        ? new URL(issuer).origin === new URL(registrationEndpoint).origin
        : bare(own) === bare(issuer)
    return same ? [{}] : []
  },
  addressOf: ({ endpoints }) => endpoints.registrationEndpoint ?? endpoints.issuer,
  // RFC 7591 section 2: the server may register it with a default set of scopes.
  anyWhereNone: true,
  // Hydra has them, and its clients are registered too (ory/fosite, WildcardScopeStrategy).
  scopePatterns: true,
  load: () => import('./index.ts'),
})
