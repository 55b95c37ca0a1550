/** Ory Hydra in the suites: its emulator, samples of its settings and records. The server itself is in `test/servers`. */

import type { JsonObject } from '../../../src/core/json/json.ts'
import { startHydraEmulator } from '../../../src/emulators/hydra/index.ts'
import { mapping } from '../../../src/providers/hydra/mapping.ts'
import { HYDRA } from '../../contract/frame/hydra.ts'
import { COMMON } from '../../contract/samples.ts'
import { fullHydraClient } from '../../fixtures/hydra.ts'
import {
  issuerAt as at,
  type Life,
  NOTHING,
  only,
  type ProviderSubject,
  type SubjectKind,
} from '../subject.ts'

/** What the suites know of the server, whether it is the emulator or Hydra itself. */
export const HYDRA_KIND: Omit<SubjectKind, 'start'> = {
  name: 'hydra',
  full: withoutLogout(fullHydraClient),
  volatile: ['updated_at'],
  callbacks: 'redirect_uris',
  description: 'owner',
  frame: HYDRA,
  setting: ['owner', 'team-b'],
  lacks: ['description', 'webOrigins', 'allowedLogoutUrls'],
  readsBack: true,
  hidesSecret: 'client_secret',
  choosesIds: true,
}

const kind: SubjectKind = {
  ...HYDRA_KIND,
  start: async () => {
    const emulator = await startHydraEmulator({ clients: [withoutLogout(fullHydraClient)] })
    return {
      provider: await only({
        type: 'hydra',
        baseUrl: emulator.url,
        issuer: emulator.url,
        pace: { perSecond: 10_000 },
        listLagSeconds: 0,
      }),
      ref: { provider: 'it', id: 'exampleClientId' },
      stored: () => emulator.client('exampleClientId') as JsonObject,
      put: emulator.put,
      emulator,
      operations: { read: 'GET /admin/clients/{id}', write: 'PATCH /admin/clients/{id}' },
      close: emulator.close,
    }
  },
}

const LOGIN = ['grant_types', 'response_types', 'scope', 'token_endpoint_auth_method']
const CONFIDENTIAL = [...LOGIN, 'client_secret']

const life: Life = {
  id: 'client_id',
  name: 'client_name',
  writes: { create: 'POST /admin/clients', remove: 'DELETE /admin/clients/{id}' },
  added: [],
  sent: {
    spa: LOGIN,
    native: LOGIN,
    web: CONFIDENTIAL,
    machine: CONFIDENTIAL.filter((name) => name !== 'response_types'),
  },
  needs: NOTHING,
  appTypes: { spa: 'spa', web: 'regular_web', native: 'native', machine: 'non_interactive' },
  rotates: { spa: true, native: true, web: true, machine: true },
  oneSecret: true,
}

const SECRET = { env: 'SECRET' }
const right = { baseUrl: 'https://hydra-admin.example.com' }

export const subject: ProviderSubject = {
  kinds: [kind],
  servers: async () => (await import('../../servers/hydra-subject.ts')).hydraKinds(),
  life,
  samples: {
    ...COMMON,
    allowedLogoutUrls: ['https://app.example.com/out'],
    grantTypes: ['authorization_code'],
    tokenEndpointAuthMethod: 'client_secret_post',
    responseTypes: ['code', 'token'],
    scopes: ['openid', 'email'],
    accessTokenLifetime: 600,
    firstParty: false,
  },
  mappings: [
    {
      name: 'hydra',
      mapping,
      native: withoutKeys(fullHydraClient),
      follows: { tokenEndpointAuthMethod: ['appType'], grantTypes: ['appType'] },
      odd: [
        { redirect_uris: 'https://app.example.com/cb', grant_types: {}, client_name: [] },
        { scope: ['openid'], contacts: 'someone@example.com', metadata: [1, 'two'] },
        { metadata: 'text', skip_consent: 'yes', created_at: 'yesterday', jwks: [] },
        { authorization_code_grant_id_token_lifespan: 60, token_endpoint_auth_method: ['none'] },
        { authorization_code_grant_id_token_lifespan: '500ms', jwks_uri: 7, logo_uri: {} },
      ],
    },
  ],
  // Admin API (v2.3.0), measured: what a PATCH takes and ignores, or looks for another client by.
  shownOnly: ['client_id', 'client_secret_expires_at', 'created_at', 'updated_at'],
  settings: {
    right: [
      right,
      { baseUrl: 'http://127.0.0.1:4445/', issuer: 'https://login.example.com/' },
      { ...right, token: SECRET, listLagSeconds: 1, pace: { perSecond: 5, burst: 10 } },
      { ...right, token: SECRET, header: { name: 'X-Api-Key', value: SECRET } },
    ],
    wrong: [
      [{}, '.baseUrl must be a string.'],
      [{ baseUrl: 'http://hydra-admin.example.com' }, '.baseUrl must be an https URL'],
      [{ ...right, token: 'written here' }, '.token must be { env: NAME }'],
      [{ ...right, token: { env: 'NOWHERE' } }, '.token names the variable NOWHERE'],
      [{ ...right, header: { name: 'Content-Type', value: SECRET } }, '.header.name'],
      [
        { ...right, token: SECRET, header: { name: 'Authorization', value: SECRET } },
        'must have a token or a header Authorization, not both.',
      ],
    ],
    issuers: [
      [at('https://hydra-admin.example.com/'), [{}]],
      [at('https://login.example.com/'), []],
    ],
  },
}

/** Keys by value and by address exclude each other, and a sample of the address is set. */
function withoutKeys({ jwks: _, ...record }: JsonObject): JsonObject {
  return { ...record, jwks: {} }
}

/** The suites replace the callbacks, of which each logout URL needs one on its own host; the frame has both. */
function withoutLogout({ post_logout_redirect_uris: _, ...record }: JsonObject): JsonObject {
  return record
}
