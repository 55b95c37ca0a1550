/** Who calls: a service account of the realm by its token, and what its role lets it do. */

import { randomUUID } from 'node:crypto'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'

/** Roles of realm-management. */
export type Role = 'none' | 'query-clients' | 'view-clients' | 'manage-clients'

export interface Account {
  readonly clientId: string
  readonly clientSecret: string
  readonly role?: Role
  /** Whether it has `view-realm` beside its role. */
  readonly viewsRealm?: boolean
}

const LIFETIME_SECONDS = 300

export interface Access {
  /** The answer of the token endpoint. */
  token(request: EmulatorRequest): EmulatorAnswer
  /** The role of the caller; `undefined`: no token, or one that has ended. */
  roleOf(request: EmulatorRequest): Role | undefined
  /** Whether the caller may view the realm. */
  viewsRealm(request: EmulatorRequest): boolean
  /** Ends every token. */
  reset(): void
}

/** Tokens of accounts; the same in each realm. */
export function createAccess(accounts: readonly Account[], now: () => number): Access {
  const tokens = new Map<
    string,
    { readonly role: Role; readonly viewsRealm: boolean; readonly until: number }
  >()
  const sessionOf = ({ headers }: EmulatorRequest) => {
    const [, token = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
    const session = tokens.get(token)
    return session === undefined || session.until <= now() ? undefined : session
  }
  return {
    token: ({ body }) => {
      const form = new URLSearchParams(body.toString())
      const account = accounts.find(
        ({ clientId, clientSecret }) =>
          form.get('client_id') === clientId && form.get('client_secret') === clientSecret,
      )
      if (account === undefined || form.get('grant_type') !== 'client_credentials') {
        return {
          status: 401,
          body: {
            error: 'unauthorized_client',
            error_description: 'Invalid client or Invalid client credentials',
          },
        }
      }
      const token = randomUUID()
      const { role = 'manage-clients', viewsRealm = false } = account
      tokens.set(token, { role, viewsRealm, until: now() + LIFETIME_SECONDS * 1_000 })
      return {
        status: 200,
        body: { access_token: token, expires_in: LIFETIME_SECONDS, token_type: 'Bearer' },
      }
    },
    roleOf: (request) => sessionOf(request)?.role,
    viewsRealm: (request) => sessionOf(request)?.viewsRealm === true,
    reset: () => tokens.clear(),
  }
}
