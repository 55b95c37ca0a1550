/**
 * One endpoint of a real server as the suite of `npm run test:servers` sees it: how Clientry is configured for it, what
 * its own administration makes and shows, how a script without Clientry changes a client, and how users log in.
 */

import { parseConfig } from '../../src/config/config-parse.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { Place } from '../../src/providers/call.ts'
import { createProviders } from '../../src/providers/configured.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import type { Bench } from '../contract/service.ts'
import type { Front } from '../peers/front.ts'
import { INITIAL_TOKEN, type RegistrationServer } from '../peers/oidc.ts'
import type { Flow, Party } from './flow.ts'

/** A client that was made at the server. */
export interface Made {
  readonly id: string
  readonly party: Party
  /** What opens it by registration. */
  readonly token?: string
}

/** A server of Clientry. */
export interface Instance {
  readonly url: string
  /** Of a caller who may do everything. */
  token(): Promise<string>
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
}

/** Where instances keep what they know. */
export interface StorePlace {
  readonly path: string
  readonly key: Uint8Array
}

export interface World {
  /** As requests name it. */
  readonly place: Place
  /** The provider in a configuration. */
  readonly settings: JsonObject
  /** Variables that it names. */
  readonly secrets: Readonly<Record<string, string>>
  /** The store, where the server has its clients in it too. */
  readonly store?: StorePlace
  /** Starts a server of Clientry, where the server itself is one. */
  startInstance?(): Promise<Instance>
  /** What stands before the server; absent where nothing is sent to it. */
  readonly front?: Front
  readonly flow: Flow
  /** Makes a client with these callbacks, behind every API. */
  make(id: string, callbacks: readonly string[]): Made | Promise<Made>
  /** Another token that opens a client by registration, where the one that was known is lost. */
  tokenOf?(id: string): string
  callbacks(id: string): readonly string[] | Promise<readonly string[]>
  name(id: string): Json | undefined | Promise<Json | undefined>
  /** Adds a callback as a script does: reads the client, and writes it. Gives the status of the write. */
  addNatively(made: Made, url: string): Promise<number>
  /** Sets the name or the callbacks, by the server's administration. */
  setNatively(id: string, members: { name?: string; callbacks?: string[] }): void | Promise<void>
  /** Sets how long codes live (seconds), where the server shows that to Clientry. */
  setCodeSeconds?(seconds: number): Promise<void>
  close(): Promise<void>
}

export const SECRET = 'a-secret-of-the-tests-a-secret-of-the-tests'

/** A confidential client for the code flow, in the words of registration. */
export const CODE_FLOW: JsonObject = {
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
}

/** A server with registration; `members` are those of every client that is made. */
export function registeredWorld(
  server: RegistrationServer,
  members: JsonObject = CODE_FLOW,
  key?: Party['key'],
): World {
  const stored = (id: string) => server.stored(id) ?? {}
  return {
    place: { provider: 'it' },
    settings: { type: 'rfc7592', pace: { perSecond: 10_000 }, ...server.settings },
    secrets: { INITIAL_TOKEN },
    front: server.front,
    flow: server.flow,
    make: (id, callbacks) => {
      const record = {
        client_id: id,
        client_name: 'Example',
        redirect_uris: [...callbacks],
        ...(key === undefined ? { client_secret: SECRET } : {}),
        ...members,
      }
      server.put(record)
      const party = { id, ...(key === undefined ? { secret: SECRET } : { key }) }
      return { id, party, token: server.token(id) }
    },
    tokenOf: server.token,
    callbacks: (id) => stored(id).redirect_uris as string[],
    name: (id) => stored(id).client_name,
    addNatively: addByRegistration(server),
    setNatively: (id, { name, callbacks }) => {
      const changed = {
        ...(name === undefined ? {} : { client_name: name }),
        ...(callbacks === undefined ? {} : { redirect_uris: callbacks }),
      }
      server.put({ ...stored(id), ...changed })
    },
    close: server.close,
  }
}

/** RFC 7592 section 2.2: what an update "MUST NOT" have. */
const NOT_SENT = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
]

/** What a careful script does by RFC 7592: everything that was read, and one callback more. */
export function addByRegistration({ settings }: Pick<RegistrationServer, 'settings'>) {
  let endpoint: Promise<string> | undefined
  return async ({ id, token }: Made, url: string): Promise<number> => {
    endpoint ??= endpointOf(settings)
    const at = `${(await endpoint).replace(/\/$/, '')}/${encodeURIComponent(id)}`
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const read = await fetch(at, { headers })
    if (!read.ok) return read.status
    const record = (await read.json()) as JsonObject
    const kept = Object.entries(record).filter(
      ([name, value]) => value !== null && !NOT_SENT.includes(name),
    )
    // Glewlwyd shows a client without them while another update runs.
    const uris = [...((record.redirect_uris ?? []) as string[]), url]
    // Glewlwyd shows a list and takes a text.
    const [method] = [record.token_endpoint_auth_method].flat()
    const sent = { ...Object.fromEntries(kept), token_endpoint_auth_method: method }
    const body = JSON.stringify({ ...sent, redirect_uris: uris })
    return (await fetch(at, { method: 'PUT', headers, body })).status
  }
}

async function endpointOf({ issuer, registrationEndpoint }: JsonObject): Promise<string> {
  if (registrationEndpoint !== undefined) return String(registrationEndpoint)
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`)
  return String(((await answer.json()) as JsonObject).registration_endpoint)
}

/** The provider of a service in this process. */
export async function providerOf(
  world: World,
  { service, database, key, keys }: Bench,
): Promise<Provider> {
  const { providers } = parseConfig(
    {
      mode: 'development',
      key: { env: 'KEY' },
      store: { type: 'sqlite', path: ':memory:' },
      providers: { [world.place.provider]: world.settings },
      auth: { issuers: [{ issuer: 'https://issuer.example', audience: ['clientry'] }] },
    },
    { KEY: Buffer.from(key).toString('base64'), ...world.secrets },
  )
  const { store, seal } = service
  const documents = createDocuments(database, { keys })
  const built = await createProviders(providers, {
    now: Date.now,
    environmentCredentials: () => undefined,
    store,
    seal,
    documents,
  })
  const provider = built.get(world.place.provider)
  if (provider === undefined) throw new TypeError('no provider')
  return provider
}
