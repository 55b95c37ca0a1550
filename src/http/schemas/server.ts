/** Schemas of what the server says of itself. */

import * as z from 'zod/mini'
import type {
  Caller,
  CallerAt,
  Index,
  MissingPermission,
  ResourceMetadata,
  ServerBodies,
  Status,
  TokenIssuer,
} from '../../contract/server.ts'
import { PERMISSIONS } from '../../core/rights/permissions.ts'
import { anyObject, optional, type Schemas, type Shape, text, time } from './parts.ts'

const texts = z.array(text)
const permission = z.enum(PERMISSIONS)

const missing = z.object({ permission, scopes: texts } satisfies Shape<MissingPermission>)

const callerAt = z.object({
  provider: text,
  permissions: z.array(permission),
  missing: z.array(missing),
} satisfies Shape<CallerAt>)

const tokenIssuer = z.object({
  issuer: text,
  audience: texts,
  scopes: texts,
} satisfies Shape<TokenIssuer>)

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
  Page: z.string(),
  Document: anyObject(),
  Metrics: z.string(),
} satisfies Schemas<ServerBodies>
