/** Schemas of what the server says of itself. */

import * as z from 'zod/mini'
import type {
  Caller,
  CallerAt,
  CallerRights,
  CurrentSession,
  GrantLimit,
  Index,
  LimitedGrant,
  MissingPermission,
  ResourceMetadata,
  ServerBodies,
  Session,
  SignIn,
  SignInRequest,
  Status,
  TokenIssuer,
} from '../../contract/server.ts'
import { PERMISSIONS } from '../../core/rights/permissions.ts'
import { anyObject, optional, type Schemas, type Shape, text, time } from './parts.ts'

const texts = z.array(text)
const permission = z.enum(PERMISSIONS)

const missing = z.object({ permission, scopes: texts } satisfies Shape<MissingPermission>)

const textRule = z.union([text, z.object({ pattern: text })])

const only = z.object({
  pools: optional(texts),
  clients: optional(z.array(textRule)),
  names: optional(z.array(textRule)),
  teams: optional(texts),
  fields: optional(texts),
  values: optional(z.array(textRule)),
  operations: optional(texts),
} satisfies Shape<GrantLimit>)

const limited = z.object({
  permissions: z.array(permission),
  only,
  approval: optional(z.literal('required')),
} satisfies Shape<LimitedGrant>)

const rights = {
  permissions: z.array(permission),
  limited: optional(z.array(limited)),
} satisfies Shape<CallerRights>

/** What a caller may do at one provider. */
export const callerRights = z.object(rights)

const callerAt = z.object({
  provider: text,
  ...rights,
  afterSignIn: optional(z.array(permission)),
  missing: z.array(missing),
} satisfies Shape<CallerAt>)

const tokenIssuer = z.object({
  issuer: text,
  audience: texts,
  scopes: texts,
} satisfies Shape<TokenIssuer>)

const currentSession = z.object({
  key: text,
  subject: text,
  authenticatedAt: optional(time),
  tokenUntil: time,
  idleUntil: time,
  until: time,
} satisfies Shape<CurrentSession>)

const NOT_A_VIEW = 'must be a view of the console, such as #/clients'
const NOT_A_FLAG = 'must be true or false'

/** The body of a request to sign in. A fragment leads to no other page. */
export const signInRequest = z.strictObject({
  view: optional(
    z.string({ error: NOT_A_VIEW }).check(z.regex(/^#[\x21-\x7e]{0,1999}$/, { error: NOT_A_VIEW })),
  ),
  fresh: optional(z.boolean({ error: NOT_A_FLAG })),
} satisfies Shape<SignInRequest>)

export const SERVER_SCHEMAS = {
  Status: z.object({ status: text } satisfies Shape<Status>),
  Index: z.object({
    name: text,
    version: text,
    links: z.record(z.string(), text),
  } satisfies Shape<Index>),
  Caller: z.object({
    subject: text,
    issuer: text,
    clientId: optional(text),
    expiresAt: optional(time),
    scopes: texts,
    claims: optional(z.record(z.string(), texts)),
    providers: z.array(callerAt),
  } satisfies Shape<Caller>),
  ResourceMetadata: z.object({
    resource: text,
    authorization_servers: texts,
    scopes_supported: texts,
    bearer_methods_supported: texts,
    clientry_issuers: z.array(tokenIssuer),
  } satisfies Shape<ResourceMetadata>),
  Session: z.object({
    signIn: optional(z.object({ url: text, issuer: text })),
    current: optional(currentSession),
  } satisfies Shape<Session>),
  CurrentSession: currentSession,
  SignInRequest: signInRequest,
  SignIn: z.object({ url: text } satisfies Shape<SignIn>),
  ConsoleFile: z.string(),
  Page: z.string(),
  Document: anyObject(),
  Metrics: z.string(),
} satisfies Schemas<ServerBodies>
