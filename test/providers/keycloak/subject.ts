/** Keycloak in the suites: its emulator, samples of its settings and records. The server itself is in `test/servers`. */

import type { JsonObject } from '../../../src/core/json/json.ts'
import { secret } from '../../../src/core/secrecy/secret.ts'
import { KEYCLOAK_ACCOUNT, startKeycloakEmulator } from '../../../src/emulators/keycloak/index.ts'
import type { KeycloakSettings } from '../../../src/providers/keycloak/index.ts'
import { mapping } from '../../../src/providers/keycloak/mapping.ts'
import { KEYCLOAK } from '../../contract/frame/keycloak.ts'
import { COMMON } from '../../contract/samples.ts'
import { fullKeycloakClient } from '../../fixtures/keycloak.ts'
import {
  issuerAt as at,
  type Life,
  NOTHING,
  only,
  type ProviderSubject,
  type SubjectKind,
} from '../subject.ts'

export const POOL = 'customers'

/** Settings for one realm of a server. */
export const realmAt = (
  baseUrl: string,
  realm: string,
  { clientId, clientSecret } = KEYCLOAK_ACCOUNT,
): KeycloakSettings => ({
  pools: {
    [POOL]: {
      baseUrl,
      realm,
      issuer: `${baseUrl}/realms/${realm}`,
      clientId,
      clientSecret: secret(clientSecret),
    },
  },
  pace: { perSecond: 10_000 },
  listLagSeconds: 0,
})

/** What the suites know of the server, whether it is the emulator or Keycloak itself. */
export const KEYCLOAK_KIND: Omit<SubjectKind, 'start'> = {
  name: 'keycloak',
  full: fullKeycloakClient,
  volatile: [],
  sorts: true,
  callbacks: 'redirectUris',
  description: 'description',
  frame: KEYCLOAK,
  setting: ['rootUrl', 'https://new.example.com'],
  readsBack: true,
  choosesIds: true,
  another: ['accessTokenLifetime', 900],
}

const kind: SubjectKind = {
  ...KEYCLOAK_KIND,
  start: async () => {
    const emulator = await startKeycloakEmulator({
      clients: [fullKeycloakClient],
      // Copies come from providers with longer ones.
      sessions: { max: 63_072_000, idle: 63_072_000 },
    })
    return {
      provider: await only({ type: 'keycloak', ...realmAt(emulator.url, 'test') }),
      ref: { provider: 'it', userPoolId: POOL, id: 'exampleClientId' },
      stored: () => emulator.client('exampleClientId') as JsonObject,
      put: emulator.put,
      emulator,
      operations: { read: 'GET /clients?clientId', write: 'PUT /clients/{id}' },
      close: emulator.close,
    }
  },
}

const LOGIN = [
  'attributes',
  'directAccessGrantsEnabled',
  'enabled',
  'fullScopeAllowed',
  'implicitFlowEnabled',
  'protocol',
  'publicClient',
  'redirectUris',
  'serviceAccountsEnabled',
  'standardFlowEnabled',
  'webOrigins',
]
const CONFIDENTIAL = [...LOGIN, 'clientAuthenticatorType', 'secret']

const NEW = { name: 'New client', accessTokenLifetime: 1_200 }

const life: Life = {
  id: 'clientId',
  name: 'name',
  writes: { create: 'POST /clients', remove: 'DELETE /clients/{id}' },
  added: ['id', 'defaultClientScopes', 'optionalClientScopes'],
  sent: { spa: LOGIN, native: LOGIN, web: CONFIDENTIAL, machine: CONFIDENTIAL },
  needs: NOTHING,
  appTypes: { spa: 'spa', web: 'regular_web', native: 'native', machine: 'non_interactive' },
  rotates: { spa: undefined, native: undefined, web: undefined, machine: undefined },
  noSecond: true,
  secretCalls: ['POST /clients/{id}/client-secret', 'DELETE /clients/{id}/client-secret/rotated'],
  asks: {
    spa: { ...NEW, callbacks: ['https://new.example.com/callback'] },
    web: { ...NEW, callbacks: ['https://new.example.com/callback'] },
    native: { ...NEW, callbacks: ['com.example.app:/callback'] },
    machine: NEW,
  },
}

const SECRET = { env: 'SECRET' }
const account = { clientId: 'clientry', clientSecret: SECRET }
const right = {
  baseUrl: 'https://sso.example.com',
  ...account,
  pools: { customers: {}, staff: { realm: 'staff of 2026' } },
}

export const subject: ProviderSubject = {
  kinds: [kind],
  servers: async () => (await import('../../servers/keycloak-subject.ts')).keycloakKinds(),
  life,
  samples: {
    ...COMMON,
    grantTypes: ['implicit', 'client_credentials'],
    tokenEndpointAuthMethod: 'client_secret_post',
    scopes: ['phone'],
    accessTokenLifetime: 300,
    refreshTokenLifetime: 3_600,
    refreshTokenIdleLifetime: 600,
    idTokenSignedResponseAlg: 'PS256',
    firstParty: true,
  },
  mappings: [
    {
      name: 'keycloak',
      mapping,
      native: fullKeycloakClient,
      follows: {
        tokenEndpointAuthMethod: ['appType'],
        grantTypes: ['appType', 'responseTypes'],
        callbacks: ['appType'],
      },
      odd: [
        { redirectUris: 'https://app.example.com/cb', attributes: [], name: [] },
        { attributes: { 'post.logout.redirect.uris': 7, 'access.token.lifespan': 'junk' } },
        { attributes: 'text', enabled: 'yes', secret: '**********', protocolMappers: {} },
        { attributes: { 'use.jwks.url': 'true', 'jwks.url': {} }, publicClient: 'no' },
        { protocolMappers: [7, { config: 1 }], webOrigins: {}, optionalClientScopes: 'openid' },
        { protocol: 'saml', bearerOnly: 'x', clientAuthenticatorType: 3 },
      ],
    },
  ],
  // Admin API v1 (26.7), measured: what a PUT takes and ignores.
  shownOnly: [
    'attributes.client.secret.creation.time',
    'attributes.client.secret.expiration.time',
    'attributes.client.secret.rotated',
    'attributes.client.secret.rotated.creation.time',
    'attributes.client.secret.rotated.expiration.time',
    'attributes.realm_client',
    'bearerOnly',
    'clientId',
    'id',
    'registeredNodes',
    'registrationAccessToken',
  ],
  createOnly: ['protocol'],
  settings: {
    right: [
      right,
      {
        pools: {
          a: { baseUrl: 'http://127.0.0.1:8080/auth/', ...account },
          b: {
            baseUrl: 'https://other.example.com',
            issuer: 'https://login.example.com/realms/b/',
            ...account,
          },
        },
        listLagSeconds: 1,
        pace: { perSecond: 5, burst: 10 },
      },
    ],
    wrong: [
      [{}, '.pools must be'],
      [{ ...right, pools: {} }, '.pools must contain at least one realm.'],
      [{ pools: { a: account } }, '.pools.a must have baseUrl, here or beside pools.'],
      [
        { pools: { a: { baseUrl: 'https://sso.example.com' } } },
        '.pools.a must have clientId, clientSecret, here or beside pools.',
      ],
      [{ ...right, baseUrl: 'http://sso.example.com' }, '.baseUrl must be an https URL'],
      [{ ...right, clientSecret: 'written here' }, '.clientSecret must be { env: NAME }'],
      [{ ...right, clientSecret: { env: 'NOWHERE' } }, '.clientSecret names the variable NOWHERE'],
    ],
    issuers: [
      [at('https://sso.example.com/realms/customers'), [{ userPoolId: 'customers' }]],
      [at('https://sso.example.com/realms/staff of 2026/'), [{ userPoolId: 'staff' }]],
      [at('https://sso.example.com/realms/others'), []],
    ],
  },
}
