/**
 * What the cookies hold, sealed with the installation's key: every instance opens them, and nothing is stored. A session is idle
 * 15 minutes after it was last renewed, and ends 8 hours after its sign-in.
 */

import { createHash } from 'node:crypto'
import type { JsonObject } from '../../core/json/json.ts'
import type { Service } from '../../service/base/service.ts'
import type { CallerClaims } from '../auth/claim-rule.ts'
import type { Principal } from '../auth/principal.ts'

type Seal = Service['seal']

/** A signed-in person, by what their access token said. The token itself is not kept. */
export interface StoredSession {
  /** By chance, another one after each sign-in. */
  readonly id: string
  readonly principal: Principal
  /** When the person proved who they are, as the issuer says (`auth_time`); epoch milliseconds. */
  readonly authenticatedAt?: number
  readonly startedAt: number
  readonly renewedAt: number
  /** Gets the next access token. */
  readonly refreshToken?: string
}

/** A sign-in that is under way. */
export interface PendingSignIn {
  readonly state: string
  readonly nonce: string
  /** The PKCE verifier (RFC 7636). */
  readonly verifier: string
  /** The view of the console to go back to. */
  readonly view: string
  readonly startedAt: number
}

/** After so long without being renewed a session has ended (milliseconds). */
export const IDLE_MS = 15 * 60_000
/** After so long it has ended, whatever happens (milliseconds). */
export const LONGEST_MS = 8 * 3_600_000
/** The time to sign in at the issuer (milliseconds). */
export const SIGN_IN_MS = 10 * 60_000

const SESSION_PLACE = 'console session'
const SIGN_IN_PLACE = 'console sign-in'

/** When a session ends unless it is renewed, and when it ends for good; epoch milliseconds. */
export function endsOf({ startedAt, renewedAt, principal, refreshToken }: StoredSession) {
  const longest = startedAt + LONGEST_MS
  // Without a refresh token no right lasts longer than the token that granted it.
  const until = refreshToken === undefined ? Math.min(longest, principal.expiresAt) : longest
  return { idleUntil: Math.min(renewedAt + IDLE_MS, until), until }
}

/** The name of a session for the page that belongs to it; no cookie can be made from it. */
export const keyOf = ({ id }: Pick<StoredSession, 'id'>): string =>
  createHash('sha256').update(`clientry session key ${id}`).digest('base64url')

/** Seals a session. */
export function closeSession(seal: Seal, { principal, ...session }: StoredSession): string {
  const scopes = [...principal.scopes]
  const value = { ...session, principal: { ...principal, scopes } }
  return seal.close(value as unknown as JsonObject, SESSION_PLACE)
}

/** The session of a cookie; `undefined` where it is none of ours, or has ended. */
export function openSession(seal: Seal, sealed: string, now: number): StoredSession | undefined {
  const value = opened(seal, sealed, SESSION_PLACE) as unknown as
    | (Omit<StoredSession, 'principal'> & { readonly principal: SealedPrincipal })
    | undefined
  if (value === undefined) return undefined
  const principal = { ...value.principal, scopes: new Set(value.principal.scopes) }
  const session = { ...value, principal }
  return now < endsOf(session).idleUntil ? session : undefined
}

/** Seals a sign-in. */
export const closeSignIn = (seal: Seal, pending: PendingSignIn): string =>
  seal.close({ ...pending }, SIGN_IN_PLACE)

/** The sign-in of a cookie; `undefined` where it is none of ours, or took too long. */
export function openSignIn(seal: Seal, sealed: string, now: number): PendingSignIn | undefined {
  const pending = opened(seal, sealed, SIGN_IN_PLACE) as unknown as PendingSignIn | undefined
  return pending !== undefined && now < pending.startedAt + SIGN_IN_MS ? pending : undefined
}

interface SealedPrincipal extends Omit<Principal, 'scopes' | 'claims'> {
  readonly scopes: readonly string[]
  readonly claims?: CallerClaims
}

/** What was sealed here and for this, and nothing else. */
function opened(seal: Seal, sealed: string, place: string): JsonObject | undefined {
  try {
    return seal.open(sealed, place)
  } catch {
    return undefined
  }
}
