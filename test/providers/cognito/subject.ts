/** Amazon Cognito in the suites: its emulator, samples of its settings and records. */

import type { JsonObject } from '../../../src/core/json/json.ts'
import { secret } from '../../../src/core/secrecy/secret.ts'
import { startCognitoEmulator } from '../../../src/emulators/cognito/index.ts'
import { mapping } from '../../../src/providers/cognito/mapping.ts'
import { COGNITO } from '../../contract/frame/cognito.ts'
import { COMMON } from '../../contract/samples.ts'
import { fullCognitoClient, POOL_ID } from '../../fixtures/cognito.ts'
import {
  issuerAt as at,
  type Life,
  NEEDS_CALLBACKS,
  only,
  type ProviderSubject,
  PUBLIC_ONLY,
  type SubjectKind,
} from '../subject.ts'

const kind: SubjectKind = {
  name: 'cognito',
  full: fullCognitoClient,
  volatile: ['LastModifiedDate'],
  sorts: true,
  callbacks: 'CallbackURLs',
  description: 'ClientName',
  frame: COGNITO,
  setting: ['PreventUserExistenceErrors', 'LEGACY'],
  start: async () => {
    const emulator = await startCognitoEmulator({
      pools: [
        {
          id: POOL_ID,
          identityProviders: ['Google'],
          resourceServers: [{ identifier: 'orders', scopes: ['read', 'write'] }],
          clients: [fullCognitoClient],
        },
      ],
    })
    emulator.addFutureMember('MemberOfTomorrow')
    return {
      provider: await only({
        type: 'cognito',
        pools: { [POOL_ID]: { region: 'us-east-1', endpoint: emulator.url } },
        credentials: { accessKeyId: 'emulator', secretAccessKey: secret('emulator-secret') },
        pace: { perOperation: 10_000, perCategory: 10_000 },
        listLagSeconds: 0,
      }),
      ref: { provider: 'it', userPoolId: POOL_ID, id: 'exampleClientId' },
      stored: () => emulator.client(POOL_ID, 'exampleClientId') as JsonObject,
      put: (record) => emulator.put(POOL_ID, record),
      emulator,
      operations: { read: 'DescribeUserPoolClient', write: 'UpdateUserPoolClient' },
      close: emulator.close,
    }
  },
}

const LOGIN = [
  'AllowedOAuthFlows',
  'AllowedOAuthFlowsUserPoolClient',
  'AllowedOAuthScopes',
  'ExplicitAuthFlows',
  'PreventUserExistenceErrors',
  'SupportedIdentityProviders',
]
const MACHINE = LOGIN.filter(
  (name) => !['SupportedIdentityProviders', 'AllowedOAuthScopes'].includes(name),
)

const life: Life = {
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
    spa: [...LOGIN, 'RefreshTokenRotation'],
    native: [...LOGIN, 'RefreshTokenRotation'],
    web: [...LOGIN, 'GenerateSecret'],
    machine: [...MACHINE, 'GenerateSecret'],
  },
  needs: { ...NEEDS_CALLBACKS, machine: ['client.scopes'] },
  appTypes: { spa: 'spa', web: 'regular_web', native: 'native', machine: 'non_interactive' },
  rotates: PUBLIC_ONLY,
  asks: { machine: { name: 'New client', scopes: ['orders/read'] } },
}

const pools = { [POOL_ID]: {} }
const credentials = { accessKeyId: 'key', secretAccessKey: { env: 'SECRET' } }

export const subject: ProviderSubject = {
  kinds: [kind],
  life,
  samples: {
    ...COMMON,
    grantTypes: ['implicit'],
    supportedIdp: ['COGNITO'],
    defaultCallback: 'https://app.example.com/callback',
    scopes: ['openid'],
    accessTokenLifetime: 3600,
  },
  mappings: [
    {
      name: 'cognito',
      mapping,
      native: fullCognitoClient,
      follows: { grantTypes: ['responseTypes', 'appType'] },
      odd: [
        { CallbackURLs: 'https://app.example.com/cb', AllowedOAuthFlows: {}, ClientName: [] },
        { TokenValidityUnits: 'hours', AccessTokenValidity: '60', RefreshTokenRotation: true },
        { ExplicitAuthFlows: null, AnalyticsConfiguration: [], CreationDate: 'yesterday' },
      ],
    },
  ],
  // Service model 2016-04-18, UpdateUserPoolClientRequest against UserPoolClientType.
  shownOnly: ['ClientSecretArn', 'CreationDate', 'LastModifiedDate', 'ClientType'],
  createOnly: ['ClientSecret'],
  settings: {
    right: [
      { pools },
      { pools, credentials, listLagSeconds: 0 },
      { pools, credentials: { ...credentials, sessionToken: { env: 'SECRET' } } },
      { pools: { 'cn-north-1_abc': { region: 'cn-north-1', endpoint: 'https://idp.example.cn' } } },
      { pools, pace: { perCategory: 30 } },
    ],
    wrong: [
      [{ pools: {} }, '.pools must contain at least one user pool.'],
      [{ pools: { pool: {} } }, '.pools.pool is not a name that can be used here.'],
      [
        { pools: { [POOL_ID]: { endpoint: 'http://idp.example.com' } } },
        `.pools.${POOL_ID}.endpoint must be an https URL`,
      ],
      [
        { pools, credentials: { ...credentials, secretAccessKey: 'written here' } },
        '.credentials.secretAccessKey must be { env: NAME }',
      ],
      [
        { pools, credentials: { ...credentials, sessionToken: { env: 'NOWHERE' } } },
        '.credentials.sessionToken names the variable NOWHERE',
      ],
    ],
    issuers: [
      [at(`https://cognito-idp.us-east-1.amazonaws.com/${POOL_ID}`), [{ userPoolId: POOL_ID }]],
      [at(`https://cognito-idp.us-east-1.amazonaws.com/${POOL_ID}d`), []],
    ],
  },
}
