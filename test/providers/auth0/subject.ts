/** Auth0 in the suites: its emulator, samples of its settings and records. */

import type { JsonObject } from '../../../src/core/json/json.ts'
import { secret } from '../../../src/core/secrecy/secret.ts'
import { DEFAULT_CREDENTIAL, startAuth0Emulator } from '../../../src/emulators/auth0/index.ts'
import { mapping } from '../../../src/providers/auth0/mapping.ts'
import { AUTH0 } from '../../contract/frame/auth0.ts'
import { COMMON } from '../../contract/samples.ts'
import { fullAuth0Client } from '../../fixtures/auth0.ts'
import {
  issuerAt as at,
  type Life,
  NOTHING,
  only,
  type ProviderSubject,
  PUBLIC_ONLY,
  type SubjectKind,
} from '../subject.ts'

const CONNECTIONS = [
  { id: 'con_1', name: 'users', strategy: 'auth0' },
  { id: 'con_2', name: 'google', strategy: 'google-oauth2' },
  { id: 'con_3', name: 'github', strategy: 'github' },
]

/** Connections of which some are enabled for the client of the fixture, and all for some others. */
const connectionsOf = (names: readonly string[], others: readonly string[]) =>
  CONNECTIONS.map((one) => ({
    ...one,
    enabledClients: [...others, ...(names.includes(one.name) ? ['exampleClientId'] : [])],
  }))

const kind: SubjectKind = {
  name: 'auth0',
  full: fullAuth0Client,
  volatile: ['updated_at'],
  callbacks: 'callbacks',
  description: 'description',
  frame: AUTH0,
  setting: ['organization_usage', 'require'],
  start: async () => {
    const emulator = await startAuth0Emulator({
      connections: connectionsOf(['users'], []),
      credentials: [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }],
    })
    emulator.put(fullAuth0Client)
    emulator.addFutureMember('member_of_tomorrow')
    return {
      provider: await only({
        type: 'auth0',
        baseUrl: emulator.url,
        audience: `${emulator.url}/api/v2/`,
        clientId: 'clientry',
        clientSecret: secret('management-secret'),
        allowWildcards: false,
        listLagSeconds: 0,
      }),
      ref: { provider: 'it', id: 'exampleClientId' },
      stored: () => emulator.client('exampleClientId') as JsonObject,
      put: (record) => emulator.put(record),
      elsewhere: {
        put: (names) => {
          for (const one of connectionsOf(names, ['another'])) emulator.putConnection(one)
        },
        stored: () =>
          Object.fromEntries(
            CONNECTIONS.map(({ id, name }) => [name, [...emulator.enabledClients(id)].sort()]),
          ),
      },
      emulator,
      operations: { read: 'GET /clients/{id}', write: 'PATCH /clients/{id}' },
      close: emulator.close,
    }
  },
}

const LOGIN = [
  'app_type',
  'grant_types',
  'jwt_configuration',
  'oidc_conformant',
  'token_endpoint_auth_method',
]

const life: Life = {
  id: 'client_id',
  name: 'name',
  writes: {
    create: 'POST /clients',
    remove: 'DELETE /clients/{id}',
  },
  added: ['$connections'],
  sent: {
    spa: [...LOGIN, 'refresh_token'],
    native: [...LOGIN, 'refresh_token'],
    web: LOGIN,
    machine: LOGIN.filter((name) => name !== 'jwt_configuration'),
  },
  needs: NOTHING,
  appTypes: { spa: 'spa', web: 'regular_web', native: 'native', machine: 'non_interactive' },
  rotates: PUBLIC_ONLY,
  oneSecret: true,
}

const SECRET = { env: 'SECRET' }
const right = { domain: 'tenant.eu.auth0.com', clientId: 'clientry', clientSecret: SECRET }

export const subject: ProviderSubject = {
  kinds: [kind],
  life,
  samples: {
    ...COMMON,
    grantTypes: ['authorization_code'],
    tokenEndpointAuthMethod: 'client_secret_basic',
    supportedIdp: ['google', 'users'],
    appType: 'spa',
    oidcConformant: false,
    refreshTokenIdleLifetime: 600000,
    idTokenSignedResponseAlg: 'PS256',
  },
  mappings: [
    {
      name: 'auth0',
      mapping,
      native: {
        ...fullAuth0Client,
        $connections: { con_1: { name: 'users', strategy: 'auth0' } },
        $tenant_connections: {
          con_1: { name: 'users', strategy: 'auth0' },
          con_2: { name: 'google', strategy: 'google-oauth2' },
        },
      },
      odd: [
        { callbacks: 'https://app.example.com/cb', grant_types: { a: 1 }, client_metadata: [] },
        { jwt_configuration: null, refresh_token: 'rotating', name: 7, created_at: 'yesterday' },
        { token_endpoint_auth_method: [], client_authentication_methods: 'key', logo_uri: {} },
      ],
    },
  ],
  // Management API v2 (OpenAPI), PATCH /api/v2/clients/{id}.
  shownOnly:
    'client_id tenant global external_metadata_type external_metadata_created_by external_client_id jwks_uri cross_origin_auth callback_url_template owners encrypted oidc_backchannel_logout created_at updated_at'.split(
      ' ',
    ),
  // The same, POST /api/v2/clients; "Third-party application security controls".
  createOnly: ['is_first_party', 'resource_server_identifier', 'third_party_security_mode'],
  settings: {
    right: [
      right,
      { baseUrl: 'https://login.example.com/', clientId: 'clientry', clientSecret: SECRET },
      { ...right, audience: 'https://own.example.com/', allowWildcards: true, listLagSeconds: 1 },
      { ...right, pace: { perSecond: 16, burst: 50, reserve: 0 } },
    ],
    wrong: [
      [{ clientId: 'clientry', clientSecret: SECRET }, 'must have a domain or a baseUrl.'],
      [{ ...right, baseUrl: 'http://login.example.com' }, '.baseUrl must be an https URL'],
      [{ ...right, clientSecret: 'written here' }, '.clientSecret must be { env: NAME }'],
      [{ ...right, clientSecret: { env: 'NOWHERE' } }, '.clientSecret names the variable NOWHERE'],
      [{ ...right, tenant: 'other' }, '.tenant is not known here.'],
    ],
    issuers: [
      [at('https://tenant.eu.auth0.com/'), [{}]],
      [at('https://login.example.com/', 'https://tenant.eu.auth0.com/jwks.json'), [{}]],
      [at('https://other.eu.auth0.com/'), []],
    ],
  },
}
