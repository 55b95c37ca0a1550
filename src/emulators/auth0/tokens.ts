/**
 * `POST /oauth/token` for the client credentials grant, and the check of the tokens that it gave out
 * (RFC 6749, section 4.4; texts as a tenant words them, Auth0 docs "Get Management API access
 * tokens for production").
 */

import { randomBytes } from 'node:crypto'
import { isRecord } from '../copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import { formOrJson } from './body.ts'
import { refuse } from './refusal.ts'

/** A machine client that may call the Management API. */
export interface Auth0ApiCredential {
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
}

/** Gives tokens and knows them again. */
export interface Tokens {
  grant(request: EmulatorRequest): EmulatorAnswer
  /** Scopes of the caller. @throws 401 */
  scopesOf(request: EmulatorRequest): ReadonlySet<string>
}

const LIFETIME_SECONDS = 86_400

/** Whom to serve, and by which clock. */
export interface TokenOptions {
  readonly credentials: readonly Auth0ApiCredential[]
  /** Audiences that are served, asked at each grant because the port is known late. */
  audiences(): readonly string[]
  now(): number
}

/** No token is known at the start. */
export function createTokens({ credentials, audiences, now }: TokenOptions): Tokens {
  const issued = new Map<string, { scopes: ReadonlySet<string>; until: number }>()

  function grant(request: EmulatorRequest): EmulatorAnswer {
    const parsed = formOrJson(request)
    const grant = isRecord(parsed) ? parsed : {}
    if (grant.grant_type !== 'client_credentials') {
      const description = `Unsupported grant type: ${String(grant.grant_type)}`
      return denied(403, 'unsupported_grant_type', description)
    }
    const [id, secret] = basic(request) ?? [grant.client_id, grant.client_secret]
    const credential = credentials.find(({ clientId }) => clientId === id)
    if (credential === undefined || credential.clientSecret !== secret) {
      return denied(401, 'access_denied', 'Unauthorized')
    }
    if (!audiences().includes(String(grant.audience))) {
      const description = `Service not enabled within domain: ${String(grant.audience)}`
      return denied(403, 'access_denied', description)
    }
    const token = [20, 120, 64].map((size) => randomBytes(size).toString('base64url')).join('.')
    issued.set(token, {
      scopes: new Set(credential.scopes),
      until: now() + LIFETIME_SECONDS * 1000,
    })
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: {
        access_token: token,
        scope: credential.scopes.join(' '),
        expires_in: LIFETIME_SECONDS,
        token_type: 'Bearer',
      },
    }
  }

  function scopesOf(request: EmulatorRequest): ReadonlySet<string> {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ')
    if (scheme?.toLowerCase() !== 'bearer' || !token) refuse(401, 'Missing authentication')
    const entry = issued.get(token)
    if (entry === undefined) refuse(401, 'Invalid token')
    if (entry.until <= now()) {
      refuse(401, 'Expired token received for JSON Web Token validation')
    }
    return entry.scopes
  }

  return { grant, scopesOf }
}

/** Refuses a caller without any of the scopes. */
export function needScope(scopes: ReadonlySet<string>, anyOf: readonly string[]): void {
  if (anyOf.some((scope) => scopes.has(scope))) return
  const message = `Insufficient scope, expected any of: ${anyOf.join(',')}`
  refuse(403, message, 'insufficient_scope')
}

function denied(status: number, error: string, description: string): EmulatorAnswer {
  return { status, body: { error, error_description: description } }
}

function basic(request: EmulatorRequest): readonly [string, string] | undefined {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || !encoded) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const mark = text.indexOf(':')
  return [decodeURIComponent(text.slice(0, mark)), decodeURIComponent(text.slice(mark + 1))]
}
