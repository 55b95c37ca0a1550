/** What the application is given of the console: where browsers reach it, and who signs people in. */

import type { EndedHere } from './ended-sessions.ts'
import type { PendingSignIn } from './stored-session.ts'

/** What a sign-in, or the renewal of one, gives. */
export interface SignedIn {
  readonly accessToken: string
  readonly refreshToken?: string
  /** `auth_time` of the ID token; epoch milliseconds. */
  readonly authenticatedAt?: number
}

/** By what the answer to a sign-in is checked. */
export type SignInChecks = Pick<PendingSignIn, 'state' | 'nonce' | 'verifier'>

/** The issuer, as the console's own client sees it. */
export interface ConsoleIssuer {
  readonly issuer: string
  /**
   * A sign-in to begin. `fresh`: also where the person is signed in at the issuer.
   * @throws ClientError `issuer_unavailable`
   */
  begin(fresh: boolean): Promise<{ readonly url: string; readonly checks: SignInChecks }>
  /**
   * Redeems the code that the browser brought.
   * @throws ClientError `unauthenticated`, `issuer_unavailable`
   */
  finish(query: string, checks: SignInChecks): Promise<SignedIn>
  /**
   * New tokens for a refresh token.
   * @throws ClientError `unauthenticated`, `issuer_unavailable`
   */
  renew(refreshToken: string): Promise<SignedIn>
  /** Ends a refresh token at the issuer (RFC 7009); never rejects. */
  revoke(refreshToken: string): Promise<void>
}

/** What browsers load, as a build has made it. */
export interface ConsoleFiles {
  /** Names of what the page begins with. */
  readonly begin: {
    /** Each after what it imports. */
    readonly scripts: readonly string[]
    /** Scripts of views that are opened later. */
    readonly later: readonly string[]
    readonly style: string
    readonly icon: string
  }
  readonly files: ReadonlyMap<string, ConsoleFile>
}

/** A file; compressed where answers can have any bytes. */
export interface ConsoleFile {
  readonly type: string
  readonly text: string
  /** As the policy of a page and `integrity` name it: `sha256-…`. */
  readonly digest: string
  readonly gzip?: Uint8Array
}

/** Absent from the settings: there is no console here. */
export interface ConsoleSettings {
  /** Where browsers reach this server, without a slash at its end. */
  readonly url: string
  readonly issuer: ConsoleIssuer
  /** Absent: they were not built, as where the program runs from its sources. */
  readonly files?: ConsoleFiles
  /** Sessions that were signed out of in this process. */
  readonly ended: EndedHere
}
