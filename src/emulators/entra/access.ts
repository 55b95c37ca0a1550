/** Who calls: an application of the tenant by its token, and what its permission lets it do. */

import { randomUUID } from 'node:crypto'
import { isRecord } from '../copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'

/** Application permissions of Microsoft Graph. */
export type Permission = 'none' | 'Application.ReadWrite.OwnedBy' | 'Application.ReadWrite.All'

export interface Account {
  readonly clientId: string
  readonly clientSecret: string
  /** Object id of its service principal, as which it owns applications. */
  readonly objectId: string
  readonly permission?: Permission
}

export interface Caller {
  readonly objectId: string
  readonly permission: Permission
}

const LIFETIME_SECONDS = 3_599

export interface Access {
  /** The answer of the token endpoint. */
  token(request: EmulatorRequest): EmulatorAnswer
  /** The caller; `undefined`: no token, or one that has ended. */
  callerOf(request: EmulatorRequest): Caller | undefined
  /** Ends every token. */
  reset(): void
}

/** Tokens of accounts. */
export function createAccess(accounts: readonly Account[], now: () => number): Access {
  const tokens = new Map<string, Caller & { readonly until: number }>()
  return {
    token: ({ body }) => {
      const form = new URLSearchParams(body.toString())
      const account = accounts.find((one) => isProven(one, form))
      if (account === undefined || form.get('grant_type') !== 'client_credentials') {
        return {
          status: 401,
          body: {
            error: 'invalid_client',
            error_description: 'AADSTS7000215: Invalid client secret provided.',
          },
        }
      }
      const token = randomUUID()
      const { objectId, permission = 'Application.ReadWrite.All' } = account
      tokens.set(token, { objectId, permission, until: now() + LIFETIME_SECONDS * 1_000 })
      return {
        status: 200,
        body: { token_type: 'Bearer', expires_in: LIFETIME_SECONDS, access_token: token },
      }
    },
    callerOf: ({ headers }) => {
      const [, token = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
      const session = tokens.get(token)
      return session === undefined || session.until <= now() ? undefined : session
    },
    reset: () => tokens.clear(),
  }
}

/** By its secret; of an assertion only who it is about is looked at. */
function isProven({ clientId, clientSecret }: Account, form: URLSearchParams): boolean {
  const assertion = form.get('client_assertion')
  if (assertion === null) {
    return form.get('client_id') === clientId && form.get('client_secret') === clientSecret
  }
  const [, claims = ''] = assertion.split('.')
  const parsed: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}')
  return isRecord(parsed) && parsed.iss === clientId && parsed.sub === clientId
}
