/** Entra ID in the suites: its emulator, samples of its settings and records. */

import type { JsonObject } from '../../../src/core/json/json.ts'
import { secret } from '../../../src/core/secrecy/secret.ts'
import {
  ENTRA_ACCOUNT,
  ENTRA_TENANT,
  startEntraEmulator,
} from '../../../src/emulators/entra/index.ts'
import { type EntraSettings, mapping } from '../../../src/providers/entra/index.ts'
import { ENTRA } from '../../contract/frame/entra.ts'
import { COMMON } from '../../contract/samples.ts'
import { certifiedKey } from '../../fixtures/certificates.ts'
import { fullEntraApplication } from '../../fixtures/entra.ts'
import {
  issuerAt as at,
  type Life,
  NOTHING,
  only,
  type ProviderSubject,
  type SubjectKind,
} from '../subject.ts'

/** Settings for an emulated tenant. */
export const tenantAt = (url: string, more: Partial<EntraSettings> = {}): EntraSettings => ({
  tenantId: ENTRA_TENANT,
  graphUrl: `${url}/v1.0`,
  loginUrl: url,
  clientId: ENTRA_ACCOUNT.clientId,
  credential: { secret: secret(ENTRA_ACCOUNT.clientSecret) },
  creationKeys: false,
  servicePrincipals: true,
  listLagSeconds: 0,
  pace: { readsPerSecond: 10_000, writesPerSecond: 10_000, personalPerSecond: 10_000 },
  ...more,
})

const kind: SubjectKind = {
  name: 'entra',
  full: fullEntraApplication,
  volatile: [],
  callbacks: 'web.redirectUris',
  description: 'description',
  lacks: ['allowedLogoutUrls'],
  frame: ENTRA,
  setting: ['notes', 'Other notes'],
  readsBack: true,
  key: certifiedKey({ kid: '5f3c2b1a-9d8e-4c7b-a6f5-0e1d2c3b4a59' }),
  another: ['policyUri', 'https://new.example.com/policy'],
  start: async () => {
    const emulator = await startEntraEmulator({ applications: [fullEntraApplication] })
    return {
      provider: await only({ type: 'entra', ...tenantAt(emulator.url) }),
      ref: { provider: 'it', id: 'exampleClientId' },
      stored: () => emulator.application('exampleClientId') as JsonObject,
      put: emulator.put,
      emulator,
      operations: { read: 'GET /applications?appId', write: 'PATCH /applications/{id}' },
      close: emulator.close,
    }
  },
}

const SENT = ['signInAudience']
const NEW = { name: 'New client', policyUri: 'https://new.example.com/policy' }

const life: Life = {
  id: 'appId',
  name: 'displayName',
  writes: {
    create: 'POST /applications',
    remove: 'DELETE /applications/{id}',
    addSecret: 'POST /applications/{id}/addPassword',
    removeSecret: 'POST /applications/{id}/removePassword',
  },
  added: [
    'addIns',
    'api',
    'appRoles',
    'identifierUris',
    'info',
    'keyCredentials',
    'parentalControlSettings',
    'requiredResourceAccess',
    'tags',
    'isDisabled',
  ],
  sent: { spa: SENT, native: [...SENT, 'isFallbackPublicClient'], web: SENT, machine: SENT },
  needs: NOTHING,
  appTypes: { spa: 'spa', web: 'regular_web', native: 'native', machine: 'non_interactive' },
  rotates: { spa: undefined, native: undefined, web: undefined, machine: undefined },
  makesSecrets: { atOnce: 10 },
  grantTypes: {
    web: ['authorization_code', 'refresh_token', 'client_credentials'],
  },
  asks: {
    spa: { ...NEW, callbacks: ['https://new.example.com/callback'] },
    web: { ...NEW, callbacks: ['https://new.example.com/callback'] },
    native: { ...NEW, callbacks: ['com.example.app:/callback'] },
    machine: NEW,
  },
}

const SECRET = { env: 'SECRET' }
const right = { tenantId: ENTRA_TENANT, clientId: ENTRA_ACCOUNT.clientId, clientSecret: SECRET }
const { clientSecret: _, ...open } = right
const certificate = { privateKey: SECRET, thumbprint: 'a'.repeat(43) }

const { description, policyUri, tosUri, clientUri, name, callbacks, disabled } = COMMON

export const subject: ProviderSubject = {
  kinds: [kind],
  life,
  samples: {
    ...{ description, policyUri, tosUri, clientUri, name, callbacks, disabled },
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
  } as ProviderSubject['samples'],
  mappings: [
    {
      name: 'entra',
      mapping,
      native: fullEntraApplication,
      follows: { grantTypes: ['responseTypes'], callbacks: ['appType'] },
      odd: [
        { web: 'text', spa: [], publicClient: { redirectUris: 'https://app.example.com/cb' } },
        { displayName: 7, description: {}, isDisabled: 'yes' },
        { info: { privacyStatementUrl: 7, logoUrl: {} }, createdDateTime: 5 },
        { passwordCredentials: 'none', keyCredentials: [7, { keyId: 1 }] },
        { signInAudience: 3, tags: {}, web: { implicitGrantSettings: 'x', redirectUris: [1] } },
      ],
    },
  ],
  // Microsoft Graph v1.0, application resource type.
  shownOnly: [
    'appId',
    'applicationTemplateId',
    'certification',
    'createdDateTime',
    'deletedDateTime',
    'disabledByMicrosoftStatus',
    'id',
    'info.logoUrl',
    'passwordCredentials',
    'publisherDomain',
    'uniqueName',
    'verifiedPublisher',
    'web.redirectUriSettings',
  ],
  settings: {
    right: [
      right,
      { ...open, certificate },
      {
        ...right,
        graphUrl: 'https://graph.microsoft.us',
        loginUrl: 'https://login.microsoftonline.us/',
        creationKeys: true,
        servicePrincipals: false,
        listLagSeconds: 1,
        pace: { writesPerSecond: 5 },
      },
    ],
    wrong: [
      [{}, '.tenantId must be'],
      [{ ...right, tenantId: 'contoso' }, '.tenantId has a value that is not allowed'],
      [open, ' must have either clientSecret or certificate.'],
      [{ ...right, certificate }, ' must have either clientSecret or certificate.'],
      [{ ...right, graphUrl: 'http://graph.example.com' }, '.graphUrl must be an https URL'],
      [{ ...right, clientSecret: 'written here' }, '.clientSecret must be { env: NAME }'],
      [{ ...right, clientSecret: { env: 'NOWHERE' } }, '.clientSecret names the variable NOWHERE'],
    ],
    issuers: [
      [at(`https://login.microsoftonline.com/${ENTRA_TENANT}/v2.0`), [{}]],
      [at(`https://sts.windows.net/${ENTRA_TENANT}/`), [{}]],
      [at('https://login.microsoftonline.com/other/v2.0'), []],
    ],
  },
}
