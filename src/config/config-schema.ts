/** The shape of the configuration; what it means between members is checked in `config-parse.ts`. */

import * as z from 'zod/mini'
import { PERMISSIONS } from '../core/rights/permissions.ts'
import { ALL_ALGORITHMS } from '../http/auth/algorithms.ts'
import { LEVELS } from '../http/exchange.ts'
import { DEFAULT_QUOTAS } from '../http/quotas.ts'
import { providerSchema } from '../providers/configured.ts'
import { reference, text, url } from '../providers/setting-schemas.ts'
import { WAITS_MS } from '../service/approval/request-states.ts'
import { DEFAULT_SHARES } from '../service/lease/lease-share.ts'
import { EVENT_TYPES } from '../service/notify/client-event.ts'
import { encryptionKey } from './store/config-keys.ts'

const quota = z.int().check(z.gte(1), z.lte(1_000_000_000))
const part = z.number().check(z.gt(0), z.lte(1))
const texts = z.array(text).check(z.minLength(1))

/** Texts, compared exactly, or `{ pattern }`. */
const rules = z.array(z.union([text, z.strictObject({ pattern: text })])).check(z.minLength(1))

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
  scope: z.optional(text),
  /** Claims that the token must have, each with a text, `{ pattern }`, or a list of these; see `grants/config-grants.ts`. */
  claims: z.optional(z.unknown()),
  /** One of the issuers, or `any`; may be absent where there is but one. */
  issuer: z.optional(text),
  grants: z.array(z.enum(PERMISSIONS)).check(z.minLength(1)),
  providers: z.optional(texts),
  /** What it grants is done once someone else has approved it. */
  approval: z.optional(z.literal('required')),
  /** What it is limited to; see `grants/grant-limits.ts`. */
  only: z.optional(
    z.strictObject({
      pools: z.optional(texts),
      clients: z.optional(rules),
      names: z.optional(rules),
      teams: z.optional(texts),
      fields: z.optional(texts),
      values: z.optional(rules),
      operations: z.optional(texts),
    }),
  ),
})

const webhook = z.strictObject({
  url,
  /** One, or two while receivers change from one to the other. */
  secrets: z.array(reference).check(z.minLength(1), z.maxLength(2)),
  events: z.optional(z.array(z.enum(EVENT_TYPES)).check(z.minLength(1))),
  privateAddresses: z._default(z.array(text), []),
  /** The authority that the receiver's certificate comes from, in PEM. */
  ca: z.optional(reference),
  /** What was reported since then is delivered again, once for each new value. */
  from: z.optional(text),
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
  z.strictObject({
    ...whichever,
    type: z.literal('postgresql'),
    /** `postgresql://user@host:port/database`, without the password. */
    url: text,
    password: z.optional(reference),
    /** Absent: everywhere but on this very machine. */
    tls: z.optional(z.boolean()),
    /** The authority that the server's certificate comes from, in PEM. */
    ca: z.optional(reference),
    schema: z._default(z.string().check(z.regex(/^[a-z_][a-z0-9_]{0,47}$/)), 'clientry'),
    /** Of one process, at most, beside the one that listens. */
    connections: z._default(z.int().check(z.gte(2), z.lte(200)), 10),
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
      /** Origins whose pages may call the API from a browser; none by default. */
      corsOrigins: z._default(z.array(text), []),
    }),
    { host: '127.0.0.1', port: 8_787, basePath: '', corsOrigins: [] },
  ),
  /** Wraps the keys of the store. */
  key: encryptionKey,
  /** Those that may still wrap some of them. */
  formerKeys: z._default(z.array(encryptionKey).check(z.maxLength(16)), []),
  store,
  defaultProvider: z.optional(text),
  providers: z.record(z.string().check(z.regex(/^[\w.-]{1,64}$/)), providerSchema),
  auth: z.strictObject({
    issuers: z.array(issuer).check(z.minLength(1)),
    permissions: z.optional(z.array(grant)),
    /** How long a request for approval waits for someone: five minutes to 30 days, since sealed records are kept that long. */
    approval: z._default(
      z.strictObject({
        expiresAfterSeconds: z._default(
          z.int().check(z.gte(300), z.lte(2_592_000)),
          WAITS_MS / 1_000,
        ),
      }),
      { expiresAfterSeconds: WAITS_MS / 1_000 },
    ),
  }),
  /** `false`: none; see `config-console.ts`. */
  console: z.optional(z.unknown()),
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
  /** Absent: sealed records of clients stay in the history. */
  retention: z.optional(z.strictObject({ sealedDays: z.int().check(z.gte(30), z.lte(36_500)) })),
  mirror: z._default(
    z.strictObject({
      /** From the beginning of one reading of all clients to that of the next; a minute to a month. */
      refreshSeconds: z._default(z.int().check(z.gte(60), z.lte(2_592_000)), 3_600),
    }),
    { refreshSeconds: 3_600 },
  ),
  /** Where events are sent to, each by a name of one's own. */
  webhooks: z._default(z.record(z.string().check(z.regex(/^[\w.-]{1,64}$/)), webhook), {}),
  log: z._default(z.strictObject({ level: z._default(z.enum(LEVELS), 'info') }), { level: 'info' }),
})

export type RawConfig = z.infer<typeof configSchema>
