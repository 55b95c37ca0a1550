/** Okta in the suites: its emulator, samples of its settings and records. */

import type { JsonObject } from '../../../src/core/json/json.ts'
import { closed, opened } from '../../../src/core/mapping/opened.ts'
import { secret } from '../../../src/core/secrecy/secret.ts'
import { type OktaEmulator, startOktaEmulator } from '../../../src/emulators/okta/index.ts'
import type { OktaSettings } from '../../../src/providers/okta/index.ts'
import { mapping } from '../../../src/providers/okta/mapping.ts'
import { OKTA } from '../../contract/frame/okta.ts'
import { COMMON } from '../../contract/samples.ts'
import { APP_ID, fullOktaApp } from '../../fixtures/okta.ts'
import {
  issuerAt as at,
  type Life,
  NEEDS_CALLBACKS,
  only,
  type ProviderSubject,
  type SubjectKind,
} from '../subject.ts'

/** The objects whose members are settings by themselves, as the records of the suites have them open. */
const OBJECTS = [
  'credentials',
  'credentials.oauthClient',
  'settings',
  'settings.notes',
  'settings.oauthClient',
  'settings.oauthClient.refresh_token',
]

const record = (app: JsonObject): JsonObject => opened(app, OBJECTS)

/** Another client has an application of its own. */
function appIdOf({ id = null, 'credentials.oauthClient.client_id': clientId = null }: JsonObject) {
  if (clientId === APP_ID || typeof clientId !== 'string') return id
  return `0oa${Buffer.from(clientId).toString('hex').slice(-17).padStart(17, '0')}`
}

/** Settings for an emulated org. */
export const orgAt = ({ url, serviceApp }: OktaEmulator): OktaSettings => ({
  baseUrl: url,
  app: { ...serviceApp, privateKey: secret(serviceApp.privateKey) },
  pace: { reserve: 0 },
  listLagSeconds: 0,
})

/** More than a suite ever asks for in a minute. */
export const NO_LIMITS = { apps: 100_000, application: 100_000 }

const kind: SubjectKind = {
  name: 'okta',
  full: record(fullOktaApp),
  objects: OBJECTS,
  volatile: ['lastUpdated'],
  callbacks: 'settings.oauthClient.redirect_uris',
  description: 'settings.notes.admin',
  frame: OKTA,
  setting: ['settings.oauthClient.issuer_mode', 'ORG_URL'],
  another: ['clientUri', 'https://new.example.com/'],
  start: async () => {
    const emulator = await startOktaEmulator({
      apps: [fullOktaApp],
      future: ['of_tomorrow', 'member_of_tomorrow'],
      limits: NO_LIMITS,
    })
    return {
      provider: await only({ type: 'okta', ...orgAt(emulator) }),
      ref: { provider: 'it', id: APP_ID },
      stored: () => record(emulator.app(APP_ID) as JsonObject),
      put: (one) => emulator.put(closed({ ...one, id: appIdOf(one) }, OBJECTS)),
      secret: () => emulator.secrets(APP_ID)[0]?.client_secret ?? '',
      emulator,
      operations: { read: 'GET /apps/{id}', write: 'PUT /apps/{id}' },
      close: emulator.close,
    }
  },
}

const LOGIN = [
  'name',
  'signOnMode',
  'credentials.oauthClient.pkce_required',
  'credentials.oauthClient.token_endpoint_auth_method',
  'settings.oauthClient.application_type',
  'settings.oauthClient.grant_types',
  'settings.oauthClient.redirect_uris',
  'settings.oauthClient.refresh_token.rotation_type',
  'settings.oauthClient.response_types',
]
const PUBLIC = [...LOGIN, 'settings.oauthClient.refresh_token.leeway']
const MACHINE = LOGIN.filter((name) => !name.includes('refresh_token'))

const life: Life = {
  id: 'credentials.oauthClient.client_id',
  name: 'label',
  writes: {
    create: 'POST /apps',
    remove: 'DELETE /apps/{id}',
    addSecret: 'POST /apps/{id}/credentials/secrets',
    // From then on it is no longer live.
    removeSecret: 'POST /apps/{id}/credentials/secrets/{secretId}/lifecycle/deactivate',
  },
  secretCalls: ['DELETE /apps/{id}/credentials/secrets/{secretId}'],
  many: 230,
  added: [
    'credentials.oauthClient.client_id',
    'credentials.signing',
    'features',
    'id',
    'name',
    'orn',
    'settings.emOptInStatus',
    'settings.oauthClient.participate_slo',
    'signOnMode',
    'universalLogout',
  ],
  sent: { spa: PUBLIC, native: PUBLIC, web: LOGIN, machine: MACHINE },
  needs: NEEDS_CALLBACKS,
  appTypes: { spa: 'spa', web: 'regular_web', native: 'native', machine: 'non_interactive' },
  rotates: { spa: true, native: true, web: false, machine: undefined },
  asks: {
    spa: { name: 'New client', callbacks: ['https://new.example.com/callback'] },
    web: { name: 'New client', callbacks: ['https://new.example.com/callback'] },
    native: { name: 'New client', callbacks: ['com.example.app:/callback'] },
    machine: { name: 'New client', clientUri: 'https://new.example.com/' },
  },
}

const SECRET = { env: 'SECRET' }
const right = { baseUrl: 'https://example.okta.com', clientId: '0oaservice', privateKey: SECRET }

export const subject: ProviderSubject = {
  kinds: [kind],
  life,
  samples: {
    ...COMMON,
    grantTypes: ['authorization_code', 'client_credentials'],
    tokenEndpointAuthMethod: 'client_secret_post',
    responseTypes: ['code', 'id_token'],
    firstParty: true,
  },
  mappings: [
    {
      name: 'okta',
      mapping,
      native: record(fullOktaApp),
      follows: { grantTypes: ['responseTypes', 'refreshTokenRotation'] },
      odd: [
        { label: [], 'settings.oauthClient.redirect_uris': 'https://app.example.com/cb' },
        { status: 'DELETED', profile: 'text', 'settings.notes.admin': 7 },
        { 'settings.oauthClient.refresh_token.rotation_type': 5, created: 'yesterday' },
        { 'settings.oauthClient.jwks': [], 'settings.oauthClient.grant_types': {} },
        { 'credentials.oauthClient.token_endpoint_auth_method': 3, profile: { team: 1 } },
      ],
    },
  ],
  // The OpenAPI file, `readOnly`, and what a PUT was recorded to leave out.
  shownOnly: [
    'created',
    'credentials.oauthClient.client_id',
    'credentials.signing',
    'expressConfiguration',
    'features',
    'id',
    'lastUpdated',
    'name',
    'orn',
    'settings.emOptInStatus',
    'signOnMode',
    'universalLogout',
  ],
  createOnly: ['credentials.oauthClient.client_secret', 'settings.oauthClient.application_type'],
  settings: {
    right: [
      right,
      { ...right, keyId: 'key-1', dpop: true, listLagSeconds: 1, pace: { reserve: 0.5 } },
      { baseUrl: 'http://127.0.0.1:8080/', apiToken: SECRET },
    ],
    wrong: [
      [{ clientId: 'x', privateKey: SECRET }, '.baseUrl must be'],
      [
        { baseUrl: 'https://example.okta.com' },
        ' must have clientId and privateKey of a service application, or an apiToken.',
      ],
      [
        { ...right, apiToken: SECRET },
        ' must have apiToken, or clientId and privateKey, not both.',
      ],
      [{ ...right, baseUrl: 'http://example.okta.com' }, '.baseUrl must be an https URL'],
      [{ ...right, privateKey: 'written here' }, '.privateKey must be { env: NAME }'],
      [{ ...right, privateKey: { env: 'NOWHERE' } }, '.privateKey names the variable NOWHERE'],
    ],
    issuers: [
      [at('https://example.okta.com/oauth2/default'), [{}]],
      [at('https://other.okta.com/oauth2/default'), []],
    ],
  },
}
