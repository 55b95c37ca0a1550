/** What `torture.ts` changes: a client at each provider, with the settings that it names and the rest. */

import type { JsonObject } from '../../src/core/json/json.ts'
import { same } from '../../src/core/json/json.ts'
import { startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import type { Chance } from './chance.ts'
import type { Operation, State } from './linearizability.ts'
import type { Passing } from './proxy.ts'
import { auth0At, cognitoAt } from './servers.ts'

export interface Target {
  readonly name: string
  /** Base URL of the emulator. */
  readonly url: string
  readonly ref: ClientRef
  /** Members of a body that say where the client is. */
  readonly where: JsonObject
  /** The provider's entry in a configuration, reached at `url`. */
  settings(url: string): JsonObject
  /** Puts the lists back to one value each. */
  readonly quiet: JsonObject
  isWrite(request: Passing): boolean
  /** Some change; `number` makes its values its own. */
  change(chance: Chance, number: number): Pick<Operation, 'set' | 'add'> & { client: JsonObject }
  watched(client: JsonObject): State
  writeOutside(chance: Chance): void
  /** A setting that no one named and that is not as it was; `undefined`: all is well. */
  restBroken(): string | undefined
  close(): Promise<void>
}

const ID = 'exampleClientId'
const CALLBACK = 'https://app.example.com/callback'
const LOGOUT = 'https://app.example.com/logout'
const QUIET = { callbacks: [CALLBACK], allowedLogoutUrls: [LOGOUT] }

function commonChange(chance: Chance, number: number) {
  const url = `https://app.example.com/torture/${number}`
  return chance.one([
    { client: { callbacks: { add: [url] } }, add: { callbacks: [url] } },
    { client: { allowedLogoutUrls: { add: [url] } }, add: { allowedLogoutUrls: [url] } },
    { client: { name: `Name ${number}` }, set: { name: `Name ${number}` } },
  ])
}

const commonState = ({ name, callbacks, allowedLogoutUrls }: JsonObject) =>
  ({ name, callbacks, allowedLogoutUrls }) as State

/** The first setting, of those that no one names, in which two records differ. */
function firstDifference(
  start: JsonObject,
  is: JsonObject,
  free: readonly string[],
): string | undefined {
  const names = new Set([...Object.keys(start), ...Object.keys(is)])
  return [...names].find(
    (name) => !free.includes(name) && !same(inOrder(start[name]), inOrder(is[name])),
  )
}

const inOrder = (value: JsonObject[string] | undefined) =>
  Array.isArray(value) ? [...(value as string[])].sort() : (value ?? null)

async function startCognito(): Promise<Target> {
  const emulator = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
  emulator.addFutureMember('MemberOfTomorrow')
  const stored = () => emulator.client(POOL_ID, ID) as JsonObject
  const start = stored()
  const outside = new Set([start.AuthSessionValidity])
  return {
    name: 'cognito',
    url: emulator.url,
    ref: { provider: 'cognito', userPoolId: POOL_ID, id: ID },
    where: { provider: 'cognito', userPoolId: POOL_ID },
    settings: cognitoAt,
    quiet: QUIET,
    isWrite: ({ head }) => head.includes('.UpdateUserPoolClient'),
    change: commonChange,
    watched: commonState,
    writeOutside: (chance) => {
      const validity = 3 + chance.below(12)
      outside.add(validity)
      emulator.put(POOL_ID, { ...stored(), AuthSessionValidity: validity })
    },
    restBroken: () => {
      const is = stored()
      // An outside write between our read and our write is lost there, so an earlier one may be left.
      if (!outside.has(is.AuthSessionValidity)) return 'AuthSessionValidity'
      return firstDifference(start, is, [
        'ClientName',
        'CallbackURLs',
        'LogoutURLs',
        'LastModifiedDate',
        'AuthSessionValidity',
      ])
    },
    close: emulator.close,
  }
}

const CONNECTIONS = ['users', 'google', 'github']

async function startAuth0(): Promise<Target> {
  const emulator = await startAuth0Emulator({
    clients: [fullAuth0Client],
    connections: CONNECTIONS.map((name) => ({
      id: `con_${name}`,
      name,
      strategy: name,
      enabledClients: name === 'users' ? [ID, 'another'] : ['another'],
    })),
  })
  const stored = () => emulator.client(ID) as JsonObject
  const start = stored()
  let outside = start.description
  return {
    name: 'auth0',
    url: emulator.url,
    ref: { provider: 'auth0', id: ID },
    where: { provider: 'auth0' },
    settings: (url) => auth0At(url, emulator.url),
    quiet: { ...QUIET, supportedIdp: ['users'] },
    isWrite: ({ method }) => method === 'PATCH',
    change: (chance, number) => {
      if (chance.happens(0.6)) return commonChange(chance, number)
      const supportedIdp = CONNECTIONS.filter(() => chance.happens(0.5))
      const name = `Name ${number}`
      return { client: { name, supportedIdp }, set: { name, supportedIdp } }
    },
    watched: (client) => ({
      ...commonState(client),
      supportedIdp: client.supportedIdp as readonly string[],
    }),
    writeOutside: (chance) => {
      outside = `Outside ${chance.below(1_000_000)}`
      emulator.put({ ...stored(), description: outside })
    },
    restBroken: () => {
      const is = stored()
      if (!same(is.description ?? null, outside ?? null)) return 'description'
      const foreign = CONNECTIONS.find(
        (name) => !emulator.enabledClients(`con_${name}`).includes('another'),
      )
      if (foreign !== undefined) return `the connection ${foreign} of another client`
      return firstDifference(start, is, [
        'name',
        'callbacks',
        'allowed_logout_urls',
        'updated_at',
        'description',
      ])
    },
    close: emulator.close,
  }
}

export const TARGETS: readonly (() => Promise<Target>)[] = [startCognito, startAuth0]
