/** The shape of the configuration; what it means between members is checked in `config-parse.ts`. */

import * as z from 'zod/mini'
import { PERMISSIONS } from '../core/rights/permissions.ts'
import { ALL_ALGORITHMS } from '../http/auth/algorithms.ts'
import { LEVELS } from '../http/exchange.ts'
import { DEFAULT_QUOTAS } from '../http/quotas.ts'
import { DIALECT_NAMES } from '../providers/rfc7592/dialects.ts'
import { DEFAULT_SHARES } from '../service/lease/lease-share.ts'

const quota = z.int().check(z.gte(1), z.lte(1_000_000_000))
const part = z.number().check(z.gt(0), z.lte(1))
const text = z.string().check(z.minLength(1), z.maxLength(2_048))
const texts = z.array(text).check(z.minLength(1))
const url = z.url({ protocol: /^https?$/ })

/** A secret is never written into the configuration: it names where it is. */
export const reference = z.union([z.strictObject({ env: text }), z.strictObject({ file: text })])

const rate = z.number().check(z.gt(0), z.lte(1_000_000))
/** The part of an account's rates that is left for others. */
const reserve = z.number().check(z.gte(0), z.lte(0.95))

/** Dotted names of a provider's own members, `*` for any one name. */
const memberPaths = z._default(
  z
    .array(z.string().check(z.regex(/^[^.\s]+(\.[^.\s]+)*$/), z.maxLength(256)))
    .check(z.maxLength(1_000)),
  [],
)

/** What is hidden and what is not, where the program judges it wrongly by name or shape. */
const members = z.optional(z.strictObject({ public: memberPaths, secret: memberPaths }))
/** How long a new client may be missing from the provider's list. */
const listLagSeconds = z.optional(z.number().check(z.gte(0), z.lte(600)))

const auth0 = z.strictObject({
  type: z.literal('auth0'),
  members,
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
      burst: z.optional(z.number().check(z.gte(1), z.lte(1_000_000))),
      reserve: z._default(reserve, 0.2),
    }),
  ),
})

const pool = z.strictObject({ region: z.optional(text), endpoint: z.optional(url) })

const cognito = z.strictObject({
  type: z.literal('cognito'),
  members,
  pools: z.record(z.string().check(z.regex(/^[\w-]{1,55}_[0-9a-zA-Z]{1,55}$/)), pool),
  credentials: z.optional(
    z.strictObject({
      accessKeyId: text,
      secretAccessKey: reference,
      sessionToken: z.optional(reference),
    }),
  ),
  listLagSeconds,
  pace: z.optional(
    z.strictObject({
      perOperation: z._default(rate, 5),
      perCategory: z._default(rate, 15),
      reserve: z._default(reserve, 0.4),
    }),
  ),
})

const local = z.strictObject({
  type: z.literal('local'),
  members,
  listLagSeconds,
  /** Lets clients register themselves at the embedded OpenID Provider. */
  registration: z.optional(
    z.strictObject({
      initialAccessToken: reference,
      renewsTokens: z._default(z.boolean(), true),
    }),
  ),
})

const origin = z.string().check(z.regex(/^https?:\/\/[^/?#@]+$/))
const flag = z.optional(z.boolean())

const rfc7592 = z.strictObject({
  type: z.literal('rfc7592'),
  members,
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
  dialect: z._default(z.enum(DIALECT_NAMES as [string, ...string[]]), 'standard'),
  /** What the server does otherwise than its dialect says. */
  switches: z.optional(
    z.strictObject({
      clientIdInUpdate: flag,
      secretInUpdate: z.optional(z.enum(['kept', 'cleared', 'renewed'])),
      authMethodAsList: flag,
      renewsToken: z.optional(z.enum(['never', 'update', 'always'])),
      clientUri: z.optional(z.enum(['told', 'derived'])),
      needsCallbacks: flag,
      drops: z.optional(z.array(text)),
    }),
  ),
  pace: z.optional(
    z.strictObject({
      perSecond: z.optional(rate),
      burst: z.optional(z.number().check(z.gte(1), z.lte(1_000_000))),
    }),
  ),
})

export const provider = z.discriminatedUnion('type', [auth0, cognito, local, rfc7592])

export const issuer = z.strictObject({
  issuer: url,
  jwksUrl: z.optional(url),
  audience: z.optional(texts),
  clientIds: z.optional(texts),
  algorithms: z.optional(z.array(z.enum(ALL_ALGORITHMS as [string, ...string[]]))),
  requireTyp: z.optional(z.boolean()),
  scopePrefix: z.optional(text),
  /** The provider that it belongs to, where its address does not say so: a custom domain, say. */
  provider: z.optional(text),
  maxLifetimeSeconds: z.optional(z.int().check(z.gte(1))),
  skewSeconds: z.optional(z.int().check(z.gte(0), z.lte(300))),
})

const grant = z.strictObject({
  scope: text,
  /** One of the issuers, or `any`; may be absent where there is but one. */
  issuer: z.optional(text),
  grants: z.array(z.enum(PERMISSIONS)).check(z.minLength(1)),
  providers: z.optional(texts),
})

const milliseconds = z.int().check(z.gte(1), z.lte(900_000))

const whichever = {
  /** Makes the store where there is none. */
  create: z._default(z.boolean(), false),
  /** The id of the store that is meant, and of no other. */
  id: z.optional(text),
}

const store = z.discriminatedUnion('type', [
  z.strictObject({ ...whichever, type: z.literal('sqlite'), path: text }),
  z.strictObject({
    ...whichever,
    type: z.literal('dynamodb'),
    table: text,
    region: text,
    endpoint: z.optional(url),
  }),
])

export const configSchema = z.strictObject({
  mode: z._default(z.enum(['production', 'development']), 'production'),
  server: z._default(
    z.strictObject({
      host: z._default(text, '127.0.0.1'),
      port: z._default(z.int().check(z.gte(0), z.lte(65_535)), 8_787),
      /** A path before every route, such as `/clientry`, which a gateway leaves on. */
      basePath: z._default(z.string().check(z.regex(/^(\/[\w.~-]+)*$/)), ''),
    }),
    { host: '127.0.0.1', port: 8_787, basePath: '' },
  ),
  /** 32 bytes in base64: seals what is stored, and makes fingerprints. */
  key: reference,
  store,
  defaultProvider: z.optional(text),
  providers: z.record(z.string().check(z.regex(/^[\w.-]{1,64}$/)), provider),
  auth: z.strictObject({
    issuers: z.array(issuer).check(z.minLength(1)),
    permissions: z.optional(z.array(grant)),
  }),
  limits: z._default(
    z.strictObject({
      deadlineMs: z._default(milliseconds, 25_000),
      upstreamTimeoutMs: z._default(milliseconds, 8_000),
    }),
    { deadlineMs: 25_000, upstreamTimeoutMs: 8_000 },
  ),
  /** Parts of what leases can fill: of a list, by one caller, by one owner. */
  leases: z._default(
    z.strictObject({
      ofList: z._default(part, DEFAULT_SHARES.ofList),
      ofCaller: z._default(part, DEFAULT_SHARES.ofCaller),
      ofOwner: z._default(part, DEFAULT_SHARES.ofOwner),
    }),
    DEFAULT_SHARES,
  ),
  /** Requests of one caller in an hour, of those that are kept for good. */
  quotas: z._default(
    z.strictObject({
      leasesPerHour: z._default(quota, DEFAULT_QUOTAS.leasesPerHour),
      keysPerHour: z._default(quota, DEFAULT_QUOTAS.keysPerHour),
      jobsPerHour: z._default(quota, DEFAULT_QUOTAS.jobsPerHour),
    }),
    DEFAULT_QUOTAS,
  ),
  mirror: z._default(
    z.strictObject({
      /** From the beginning of one reading of all clients to that of the next; a minute to a month. */
      refreshSeconds: z._default(z.int().check(z.gte(60), z.lte(2_592_000)), 3_600),
    }),
    { refreshSeconds: 3_600 },
  ),
  log: z._default(z.strictObject({ level: z._default(z.enum(LEVELS), 'info') }), { level: 'info' }),
})

export type RawConfig = z.infer<typeof configSchema>
export type Reference = z.infer<typeof reference>
