/**
 * The changes that the enumeration of faults is about: of one call that replaces everything (Cognito), of one whose effect
 * only a read shows (Entra ID), of two calls, one of which replaces everything (Okta), of three calls, two of them to another
 * resource (Auth0 with `supportedIdp`, Keycloak with scopes), and suspending and resuming, which change what holds for the
 * client together with its settings.
 */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import type { Fault, FaultKind } from '../../src/emulators/faults.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import { createProviders } from '../../src/providers/configured.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { ActionName } from '../../src/store/log/entry.ts'
import { auth0Over } from '../contract/auth0-provider.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { ENTRA } from './entra-world.ts'
import { inOrder } from './in-order.ts'
import { KEYCLOAK } from './keycloak-world.ts'
import { OKTA_OFF, OKTA_ON } from './okta-world.ts'

/** All settings as stored, each under one name. */
export type View = JsonObject

/** One client with its provider, and a change of it. */
export interface ChangedClient {
  readonly ref: ClientRef
  readonly providers: ReadonlyMap<string, Provider>
  readonly provider: Provider
  view(): View
  inject(fault: Fault): void
  clearFaults(): void
  /** Whether a call that was delayed has been applied by now. */
  lateCallLanded(): boolean
  /** The list to which the changes before and after add; absent: the logout URLs. */
  readonly calmList?: 'webOrigins' | 'callbacks'
  /** Sets native members as someone else would. */
  writeOutside(members: JsonObject): void
  close(): Promise<void>
}

/** A call by its operation, and how many of that operation pass before it. */
export interface CallOfKind {
  readonly operation: string
  readonly skip: number
}

export interface ChangeKind {
  readonly name: string
  readonly action: ActionName
  readonly provider: 'auth0' | 'cognito' | 'entra' | 'keycloak' | 'okta'
  /** The number of the call that resets what it leaves out, so that it overwrites what it did not see; absent: none does. */
  readonly replaces?: number
  /** What is asked for, and what is done before so that it can be. */
  readonly asked: ChangeRequest['patch']
  readonly before?: ChangeRequest['patch']
  /** The settings that it writes with their values after. */
  readonly after: View
  /** Neutral fields that it names, as the history shows them. */
  readonly fields: readonly string[]
  /** Its calls in order. */
  readonly calls: readonly CallOfKind[]
  /** Reads that belong to its calls, and can fail as they do. */
  readonly lookups?: readonly CallOfKind[]
  readonly read: CallOfKind
  /** What an outside writer sets: a setting that the change names, or another one. */
  readonly outside: { readonly named: JsonObject; readonly other: JsonObject }
  start(): Promise<ChangedClient>
}

const ID = 'exampleClientId'
const CALLBACK = 'https://app.example.com/new'

const COGNITO: ChangeKind = {
  name: 'cognito',
  action: 'change',
  provider: 'cognito',
  replaces: 1,
  asked: parseMergePatch({ name: 'New', callbacks: { add: [CALLBACK] } }),
  after: { ClientName: 'New', CallbackURLs: ['https://app.example.com/callback', CALLBACK] },
  fields: ['name', 'callbacks'],
  calls: [{ operation: 'UpdateUserPoolClient', skip: 0 }],
  read: { operation: 'DescribeUserPoolClient', skip: 0 },
  outside: { named: { ClientName: 'Foreign' }, other: { AuthSessionValidity: 7 } },
  start: async () => {
    const emulator = await startCognitoEmulator({
      pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
      lockMs: 0,
    })
    emulator.addFutureMember('MemberOfTomorrow')
    const providers = await createProviders(
      {
        it: {
          type: 'cognito',
          pools: { [POOL_ID]: { region: 'us-east-1', endpoint: emulator.url } },
          credentials: { accessKeyId: 'emulator', secretAccessKey: secret('emulator-secret') },
          pace: { perOperation: 10_000, perCategory: 10_000 },
        },
      },
      { now: Date.now, environmentCredentials: () => undefined },
    )
    const stored = () => emulator.client(POOL_ID, ID) as JsonObject
    return {
      ref: { provider: 'it', userPoolId: POOL_ID, id: ID },
      providers,
      provider: providers.get('it') as Provider,
      view: () => {
        const { LastModifiedDate: _, ...settings } = stored()
        return inOrder(settings)
      },
      inject: emulator.inject,
      clearFaults: emulator.clearFaults,
      lateCallLanded: () => emulator.calls.some(({ fault }) => fault === 'delay'),
      writeOutside: (members) => emulator.put(POOL_ID, { ...stored(), ...members }),
      close: emulator.close,
    }
  },
}

const CONNECTIONS = ['users', 'google', 'github']
const CONNECTION_CALL = 'PATCH /connections/{id}/clients'

const AUTH0: ChangeKind = {
  name: 'auth0',
  action: 'change',
  provider: 'auth0',
  asked: parseMergePatch({ name: 'New', supportedIdp: ['google'] }),
  after: { name: 'New', $google: true, $users: false },
  fields: ['name', 'supportedIdp'],
  calls: [
    { operation: CONNECTION_CALL, skip: 0 },
    { operation: 'PATCH /clients/{id}', skip: 0 },
    { operation: CONNECTION_CALL, skip: 1 },
  ],
  read: { operation: 'GET /clients/{id}', skip: 0 },
  outside: { named: { name: 'Foreign' }, other: { description: 'Foreign' } },
  start: async () => {
    const emulator = await startAuth0Emulator({
      clients: [fullAuth0Client],
      connections: CONNECTIONS.map((name) => ({
        id: `con_${name}`,
        name,
        strategy: name,
        enabledClients: name === 'users' ? [ID, 'another'] : ['another'],
      })),
    })
    const providers = await auth0Over(emulator.url)
    return {
      ref: { provider: 'auth0', id: ID },
      providers,
      provider: providers.get('auth0') as Provider,
      view: () => ({
        ...settingsOf(emulator.client(ID) as JsonObject),
        ...Object.fromEntries(
          CONNECTIONS.flatMap((name): [string, Json][] => {
            const enabled = emulator.enabledClients(`con_${name}`)
            const others = enabled.filter((id) => id !== ID)
            return [
              [`$${name}`, enabled.includes(ID)],
              [`$${name} of others`, others],
            ]
          }),
        ),
      }),
      inject: emulator.inject,
      clearFaults: emulator.clearFaults,
      lateCallLanded: () => emulator.calls.some(({ fault }) => fault === 'delay'),
      writeOutside: (members) =>
        emulator.put({ ...(emulator.client(ID) as JsonObject), ...members }),
      close: emulator.close,
    }
  },
}

const suspended = (on: boolean) =>
  ({ kind: 'suspension', suspended: on, allowPartial: false }) as const
const GRANTS = ['authorization_code', 'client_credentials', 'refresh_token']
const FLOWS = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH']

const AUTH0_SUSPENSION: ChangeKind = {
  ...AUTH0,
  name: 'auth0 suspended',
  action: 'suspend',
  asked: suspended(true),
  after: { grant_types: [] },
  fields: ['grantTypes'],
  calls: [{ operation: 'PATCH /clients/{id}', skip: 0 }],
  outside: { named: { grant_types: ['implicit'] }, other: { description: 'Foreign' } },
}
const AUTH0_RESUMPTION: ChangeKind = {
  ...AUTH0_SUSPENSION,
  name: 'auth0 resumed',
  action: 'resume',
  before: suspended(true),
  asked: suspended(false),
  after: { grant_types: GRANTS },
  // What someone else gives back on their own is a part of it, so that the end is the same.
  outside: { named: { grant_types: ['authorization_code'] }, other: { description: 'Foreign' } },
}
const COGNITO_SUSPENSION: ChangeKind = {
  ...COGNITO,
  name: 'cognito suspended',
  action: 'suspend',
  asked: suspended(true),
  after: {
    AllowedOAuthFlowsUserPoolClient: false,
    ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
  },
  fields: ['grantTypes', 'providerSettings.ExplicitAuthFlows'],
  outside: {
    named: { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH'] },
    other: { AuthSessionValidity: 7 },
  },
}
const COGNITO_RESUMPTION: ChangeKind = {
  ...COGNITO_SUSPENSION,
  name: 'cognito resumed',
  action: 'resume',
  before: suspended(true),
  asked: suspended(false),
  after: { AllowedOAuthFlowsUserPoolClient: true, ExplicitAuthFlows: FLOWS },
  outside: { named: { ExplicitAuthFlows: FLOWS }, other: { AuthSessionValidity: 7 } },
}

/** Changes of settings alone. */
export const CHANGE_KINDS: readonly ChangeKind[] = [COGNITO, AUTH0]
/** In the suite, each provider is suspended or resumed. */
export const SUITE_KINDS: readonly ChangeKind[] = [
  ...CHANGE_KINDS,
  KEYCLOAK,
  OKTA_ON,
  ENTRA,
  COGNITO_SUSPENSION,
  AUTH0_RESUMPTION,
]
export const ALL_KINDS: readonly ChangeKind[] = [
  ...SUITE_KINDS,
  OKTA_OFF,
  AUTH0_SUSPENSION,
  COGNITO_RESUMPTION,
]

/** Each call of a change that can meet a fault. */
export const fallibleCalls = ({ calls, lookups = [] }: ChangeKind): readonly CallOfKind[] => [
  ...calls,
  ...lookups,
]

/** Upstream faults that meet a call of the change. */
export const UPSTREAM_FAULTS = [
  'throttle',
  'error_before_apply',
  'error_after_apply',
  'reset_before_apply',
  'reset_after_apply',
  'stall_before_apply',
  'stall_after_apply',
  'cut_answer',
  'garbage_answer',
  'redirect',
  /** Applied later than its caller waits, and within the time that settling gives it. */
  'delay',
] as const satisfies readonly FaultKind[]

export type UpstreamFault = (typeof UPSTREAM_FAULTS)[number]

/** Without what moves with every write. */
function settingsOf({ updated_at: _, ...settings }: JsonObject): View {
  return inOrder(settings)
}
