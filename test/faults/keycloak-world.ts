/**
 * The change of a Keycloak client that the enumeration of faults is about: three calls, of which the first has flags,
 * attributes and logout URLs, and the others move a scope from one list to the other.
 */

import type { JsonObject } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { startKeycloakEmulator } from '../../src/emulators/keycloak/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { fullKeycloakClient } from '../fixtures/keycloak.ts'
import { POOL, realmAt } from '../providers/keycloak/subject.ts'
import { only } from '../providers/subject.ts'
import type { ChangedClient, ChangeKind, View } from './changed-client.ts'
import { inOrder } from './in-order.ts'

const ID = 'exampleClientId'
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
const CIBA = 'urn:openid:params:grant-type:ciba'
const LOGOUT = 'https://app.example.com/logout'
const BYE = 'https://app.example.com/bye'

const DEFAULT = ['acr', 'basic', 'roles', 'service_account', 'web-origins']
const OPTIONAL = ['address', 'offline_access', 'phone', 'profile']

/** Each attribute as a setting of its own. */
function settingsOf({ attributes = {}, ...record }: JsonObject): View {
  const named = Object.entries(attributes as JsonObject).map(([name, value]) => [`@${name}`, value])
  return inOrder({ ...record, ...Object.fromEntries(named) })
}

/** A client of the emulated server, and the client as it is stored; `undefined`: it is gone. */
async function start(): Promise<ChangedClient & { stored(): JsonObject | undefined }> {
  const emulator = await startKeycloakEmulator({ clients: [fullKeycloakClient] })
  const provider: Provider = await only({ type: 'keycloak', ...realmAt(emulator.url, 'test') })
  const stored = () => emulator.client(ID) as JsonObject | undefined
  return {
    ref: { provider: 'it', userPoolId: POOL, id: ID },
    providers: new Map([['it', provider]]),
    provider,
    stored,
    view: () => settingsOf(stored() ?? {}),
    calmList: 'webOrigins',
    inject: emulator.inject,
    clearFaults: emulator.clearFaults,
    lateCallLanded: () => emulator.calls.some(({ fault }) => fault === 'delay'),
    writeOutside: (members) => emulator.put({ ...stored(), ...members }),
    close: emulator.close,
  }
}

export const KEYCLOAK = {
  name: 'keycloak',
  action: 'change',
  provider: 'keycloak',
  asked: parseMergePatch({
    name: 'New',
    allowedLogoutUrls: ['+', LOGOUT, BYE],
    grantTypes: { add: [CIBA], remove: [DEVICE] },
    scopes: { add: ['profile'] },
    providerSettings: { defaultClientScopes: DEFAULT },
  }),
  after: {
    name: 'New',
    '@post.logout.redirect.uris': `+##${LOGOUT}##${BYE}`,
    '@oidc.ciba.grant.enabled': 'true',
    '@oauth2.device.authorization.grant.enabled': 'false',
    defaultClientScopes: DEFAULT,
    optionalClientScopes: OPTIONAL,
  },
  fields: [
    'name',
    'allowedLogoutUrls',
    'grantTypes',
    'scopes',
    'providerSettings.defaultClientScopes',
  ],
  calls: [
    { operation: 'PUT /clients/{id}', skip: 0 },
    { operation: 'DELETE /clients/{id}/default-client-scopes/{scope}', skip: 0 },
    { operation: 'PUT /clients/{id}/optional-client-scopes/{scope}', skip: 0 },
  ],
  read: { operation: 'GET /clients?clientId', skip: 0 },
  outside: { named: { name: 'Foreign' }, other: { description: 'Foreign' } },
  start,
} as const satisfies ChangeKind
