/** What the server says of itself. */

import type { Limit } from '../core/rights/limit.ts'
import type { Permission } from '../core/rights/permissions.ts'
import type { Actor, JsonObject } from './common.ts'

/** What a grant is limited to; what is absent limits nothing. */
export type GrantLimit = Limit

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

/** Permissions that hold within a limit. */
export interface LimitedGrant {
  readonly permissions: readonly Permission[]
  readonly only: GrantLimit
  /** What it lets be done waits for the approval of someone else; absent: it is done at once. */
  readonly approval?: 'required'
}

/** What a caller may do at one provider. */
export interface CallerRights {
  /** Those that hold for every client there. */
  readonly permissions: readonly Permission[]
  /** Those that hold within limits, or with an approval; absent: there are none. */
  readonly limited?: readonly LimitedGrant[]
}

/** The same, with what is lacking. */
export interface CallerAt extends CallerRights {
  readonly provider: string
  /** In a session of the console: those that count once the person has signed in again; absent: there are none. */
  readonly afterSignIn?: readonly Permission[]
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

/** Who is signed in to the console in this browser, and where people sign in. */
export interface Session {
  /** Absent: there is no console here. */
  readonly signIn?: {
    /** Where browsers reach the console. */
    readonly url: string
    readonly issuer: string
  }
  /** Absent: no one is signed in. */
  readonly current?: CurrentSession
}

/** A session of the console; times as in RFC 3339. */
export interface CurrentSession {
  /** What the page sends as `Clientry-Session`; another one after each sign-in. */
  readonly key: string
  readonly subject: string
  /** When the person last proved who they are, if the issuer says. */
  readonly authenticatedAt?: string
  /** Until then requests are accepted; a renewal gets another access token where it can. */
  readonly tokenUntil: string
  /** When the session ends unless it is renewed. */
  readonly idleUntil: string
  /** When it ends for good. */
  readonly until: string
}

export interface SignInRequest {
  /** The view of the console to go back to: a fragment, such as `#/clients`. */
  readonly view?: string
  /** Asks for the credentials also where the person is signed in at the issuer. */
  readonly fresh?: boolean
}

/** A sign-in that has begun. */
export interface SignIn {
  /** Where it goes on, at the issuer. */
  readonly url: string
}

/** Named bodies of this file. */
export interface ServerBodies {
  readonly Status: Status
  readonly Index: Index
  readonly Caller: Caller
  readonly ResourceMetadata: ResourceMetadata
  readonly Session: Session
  readonly CurrentSession: CurrentSession
  readonly SignInRequest: SignInRequest
  readonly SignIn: SignIn
  /** A script, a style or an image. */
  readonly ConsoleFile: string
  /** HTML. */
  readonly Page: string
  /** An OpenAPI description. */
  readonly Document: JsonObject
  /** Metrics in the text format of Prometheus. */
  readonly Metrics: string
}
