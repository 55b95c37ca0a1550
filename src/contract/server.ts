/** What the server says of itself. */

import type { Permission } from '../core/rights/permissions.ts'
import type { Actor, JsonObject } from './common.ts'

export type { Permission }

export interface Status {
  readonly status: string
}

/** What is where, by name; paths on this server. */
export interface Index {
  readonly name: string
  readonly version: string
  readonly links: Readonly<Record<string, string>>
}

/** A permission that the caller lacks, and the scopes of its issuer that grant it; none: no scope does. */
export interface MissingPermission {
  readonly permission: Permission
  readonly scopes: readonly string[]
}

/** What the caller may do at one provider. */
export interface CallerAt {
  readonly provider: string
  readonly permissions: readonly Permission[]
  readonly missing: readonly MissingPermission[]
}

/** Who calls. */
export interface Caller extends Actor {
  /** When the token ends, RFC 3339; absent where there is none. */
  readonly expiresAt?: string
  readonly scopes: readonly string[]
  /** The claims of the token that rows of the configuration go by; absent: none is there. */
  readonly claims?: Readonly<Record<string, readonly string[]>>
  /** Those where the caller may do anything at all. */
  readonly providers: readonly CallerAt[]
}

/** An issuer whose tokens are accepted. */
export interface TokenIssuer {
  readonly issuer: string
  /** One of them must be in a token; none: the issuer writes no audience. */
  readonly audience: readonly string[]
  /** Those that grant something, as a request for a token spells them. */
  readonly scopes: readonly string[]
}

/** RFC 9728 section 2; the names are those of the RFC. */
export interface ResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly scopes_supported: readonly string[]
  readonly bearer_methods_supported: readonly string[]
  /** Each of the issuers with its own audience and scopes. */
  readonly clientry_issuers: readonly TokenIssuer[]
}

/** Named bodies of this file. */
export interface ServerBodies {
  readonly Status: Status
  readonly Index: Index
  readonly Caller: Caller
  readonly ResourceMetadata: ResourceMetadata
  /** HTML. */
  readonly Page: string
  /** An OpenAPI description. */
  readonly Document: JsonObject
  /** Metrics in the text format of Prometheus. */
  readonly Metrics: string
}
