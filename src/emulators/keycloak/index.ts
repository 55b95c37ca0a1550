/**
 * An emulator of Keycloak's admin API v1 for clients (26.7.4), on a real socket: its PUT that keeps what is left out but
 * for two members, its 500 for what it does not check, its scopes that have calls of their own, its empty lists for who has
 * too few rights. `test/servers/keycloak-cases.ts` asks the server itself the same.
 */

import { randomUUID } from 'node:crypto'
import { redirectsIn } from '../authorization.ts'
import { recordRoute } from '../control-records.ts'
import { copyOf } from '../copy.ts'
import { type Emulator, type ListenOptions, listenAs } from '../server.ts'
import { type Account, createAccess } from './access.ts'
import type { KeycloakClient } from './members.ts'
import { answerTo, clientOf, operationOf, type State } from './operations.ts'
import { BARE, newRealm, ofOpenId, type Realm, type RealmSettings } from './realm.ts'
import { BROKEN, failure, UNAUTHORIZED } from './refusal.ts'

export type { Account, KeycloakClient }

export interface KeycloakEmulatorOptions extends ListenOptions, RealmSettings {
  /** Names of realms; `test` unless given. */
  readonly realms?: readonly string[]
  /** Clients of the first realm, beside those that every realm has. */
  readonly clients?: readonly KeycloakClient[]
  /** Service accounts, in every realm; `KEYCLOAK_ACCOUNT` unless given. */
  readonly accounts?: readonly Account[]
  /** Epoch milliseconds; the clock of what it makes. */
  readonly now?: () => number
}

/** The service account of an emulator that is given none. */
export const KEYCLOAK_ACCOUNT = {
  clientId: 'clientry',
  clientSecret: 'the-secret-of-the-service-account',
}

export interface KeycloakEmulator extends Emulator {
  /** Stores a client as it is, in place of any with its client id. */
  put(client: KeycloakClient, realm?: string): void
  /** A copy of the client; `undefined` when there is none. */
  client(clientId: string, realm?: string): KeycloakClient | undefined
  /** Whether a client policy of the realm rotates secrets. */
  rotateSecrets(on: boolean, realm?: string): void
}

/** Starts an emulated server. */
export async function startKeycloakEmulator(
  options: KeycloakEmulatorOptions = {},
): Promise<KeycloakEmulator> {
  const { realms: names = ['test'], accounts = [KEYCLOAK_ACCOUNT], now = Date.now } = options
  const realms = new Map<string, Realm>()
  const access = createAccess(accounts, now)
  const state: State = { realms, access, now }
  const [first = ''] = names
  const realmNamed = (name: string): Realm => {
    const realm = realms.get(name)
    if (realm === undefined) throw new TypeError(`no realm ${name}`)
    return realm
  }
  const findClient = (clientId: unknown, { clients }: Realm) =>
    [...clients.values()].find((one) => one.clientId === clientId)
  const put = (client: KeycloakClient, name = first) => {
    const realm = realmNamed(name)
    const scopes = {
      defaultClientScopes: ofOpenId(realm, realm.defaults.default),
      optionalClientScopes: [...realm.defaults.optional],
    }
    const former = findClient(client.clientId, realm)
    const { id: requestId = former?.id, ...members } = client
    if (former !== undefined) realm.clients.delete(String(former.id))
    // The id of another client's record is not taken from it.
    const id =
      requestId === undefined || realm.clients.has(String(requestId)) ? randomUUID() : requestId
    realm.clients.set(String(id), copyOf({ id, ...BARE, ...scopes, ...members }))
  }
  const fill = () => {
    realms.clear()
    for (const name of names) realms.set(name, newRealm(name, options))
    for (const client of options.clients ?? []) put(client)
  }
  fill()
  const emulator = await listenAs(
    {
      operation: operationOf,
      answer: (request, name) => answerTo(state, request, name),
      faultAnswer: (kind, { retryAfter = 1 }) => FAULTS[kind](retryAfter),
      foreignWrite: (request, change) => {
        const before = clientOf(state, request)
        const realm = [...realms.values()].find(
          ({ clients }) => before !== undefined && clients.get(String(before.id)) === before,
        )
        if (before !== undefined) put({ ...before, ...copyOf(change) }, realm?.name)
      },
      authorization: {
        isAt: (path) => AUTHORIZATION_PATH.test(path),
        redirects: (id, path) => {
          const [, name = ''] = AUTHORIZATION_PATH.exec(path) ?? []
          const realm = realms.get(decodeURIComponent(name))
          const client = realm && findClient(id, realm)
          return client?.enabled === false ? undefined : redirectsIn(client?.redirectUris)
        },
      },
      reset: fill,
      // Each route with `?realm=`; the first one without.
      control: (request, name) => {
        const realm = realms.get(request.query.get('realm') ?? first)
        if (realm === undefined) return undefined
        const all = () => [...realm.clients.values()]
        const stored = (client: KeycloakClient) => put(client, realm.name)
        const routes = { noun: 'clients', all, idOf: clientIdOf, put: stored }
        return recordRoute(routes, request, name)
      },
    },
    options,
  )
  return {
    ...emulator,
    put,
    client: (clientId, name = first) => copyOf(findClient(clientId, realmNamed(name))),
    rotateSecrets: (on, name = first) => {
      realmNamed(name).rotatesSecrets = on
    },
  }
}

const AUTHORIZATION_PATH = /^\/realms\/([^/]+)\/protocol\/openid-connect\/auth$/

const clientIdOf = ({ clientId }: KeycloakClient) => clientId

/** The server has no rates; a proxy before it may. */
const FAULTS = {
  throttle: (retryAfter: number) => ({
    ...failure(429, 'Too many requests'),
    headers: { 'retry-after': String(retryAfter) },
  }),
  error: () => BROKEN,
  expired_credentials: () => UNAUTHORIZED,
}
