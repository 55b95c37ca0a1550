/** What the suite of a client's whole life must know of each provider beside `subjects.ts`. */

import type { JsonObject } from '../../src/core/json/json.ts'
import { CLIENT_KINDS, type ClientKind } from '../../src/providers/creation.ts'

export interface Life {
  /** Native members that hold id and name. */
  readonly id: string
  readonly name: string
  /** Operations that write, as the emulator spells them. */
  readonly writes: {
    readonly create: string
    readonly remove: string
    readonly addSecret?: string
    readonly removeSecret?: string
  }
  /** Members that the provider adds to what was planned, secrets and read-only ones aside. */
  readonly added: readonly string[]
  /** What a creation sends beside what the caller named. */
  readonly sent: Readonly<Record<ClientKind, readonly string[]>>
  /** Fields whose rules a client breaks that is given a name only. */
  readonly needs: Readonly<Record<ClientKind, readonly string[]>>
  /** The application type of each kind, in the provider's words. */
  readonly appTypes: Readonly<Record<ClientKind, string>>
  /** Whether refresh tokens of each kind rotate. */
  readonly rotates: Readonly<Record<ClientKind, boolean>>
}

const PUBLIC_ONLY = { spa: true, native: true, web: false, machine: false }

const NOTHING = { spa: [], native: [], web: [], machine: [] }
const CALLBACKS = ['client.callbacks']
const NEEDS_CALLBACKS = { ...NOTHING, spa: CALLBACKS, native: CALLBACKS, web: CALLBACKS }

const AUTH0_LOGIN = [
  'app_type',
  'grant_types',
  'jwt_configuration',
  'oidc_conformant',
  'token_endpoint_auth_method',
]
const COGNITO_LOGIN = [
  'AllowedOAuthFlows',
  'AllowedOAuthFlowsUserPoolClient',
  'AllowedOAuthScopes',
  'ExplicitAuthFlows',
  'PreventUserExistenceErrors',
  'SupportedIdentityProviders',
]
const COGNITO_MACHINE = COGNITO_LOGIN.filter(
  (name) => !['SupportedIdentityProviders', 'AllowedOAuthScopes'].includes(name),
)
const LOCAL = ['application_type', 'grant_types', 'response_types', 'token_endpoint_auth_method']

export const LIVES: Readonly<Record<string, Life>> = {
  auth0: {
    id: 'client_id',
    name: 'name',
    writes: {
      create: 'POST /clients',
      remove: 'DELETE /clients/{id}',
    },
    added: ['$connections'],
    sent: {
      spa: [...AUTH0_LOGIN, 'refresh_token'],
      native: [...AUTH0_LOGIN, 'refresh_token'],
      web: AUTH0_LOGIN,
      machine: AUTH0_LOGIN.filter((name) => name !== 'jwt_configuration'),
    },
    needs: NOTHING,
    appTypes: { spa: 'spa', web: 'regular_web', native: 'native', machine: 'non_interactive' },
    rotates: PUBLIC_ONLY,
  },
  cognito: {
    id: 'ClientId',
    name: 'ClientName',
    writes: {
      create: 'CreateUserPoolClient',
      remove: 'DeleteUserPoolClient',
      addSecret: 'AddUserPoolClientSecret',
      removeSecret: 'DeleteUserPoolClientSecret',
    },
    added: ['ClientId'],
    sent: {
      spa: [...COGNITO_LOGIN, 'RefreshTokenRotation'],
      native: [...COGNITO_LOGIN, 'RefreshTokenRotation'],
      web: [...COGNITO_LOGIN, 'GenerateSecret'],
      machine: [...COGNITO_MACHINE, 'GenerateSecret'],
    },
    needs: { ...NEEDS_CALLBACKS, machine: ['client.scopes'] },
    appTypes: { spa: 'spa', web: 'regular_web', native: 'native', machine: 'non_interactive' },
    rotates: PUBLIC_ONLY,
  },
  local: {
    id: 'client_id',
    name: 'client_name',
    writes: { create: '', remove: '' },
    added: [],
    sent: { spa: LOCAL, native: LOCAL, web: LOCAL, machine: [...LOCAL, 'redirect_uris'] },
    needs: NEEDS_CALLBACKS,
    appTypes: { spa: 'web', web: 'web', native: 'native', machine: 'web' },
    rotates: Object.fromEntries(CLIENT_KINDS.map((kind) => [kind, true])) as Life['rotates'],
  },
}

/** What a caller asks of a new client of each kind, and the members that hold it. */
export function asked(provider: string, kind: ClientKind): JsonObject {
  if (kind !== 'machine') {
    const scheme = kind === 'native' ? 'com.example.app:' : 'https://new.example.com'
    return { name: 'New client', callbacks: [`${scheme}/callback`], idTokenLifetime: 1_200 }
  }
  return provider === 'cognito'
    ? { name: 'New client', scopes: ['orders/read'] }
    : { name: 'New client', idTokenLifetime: 1_200 }
}
