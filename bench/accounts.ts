/** Accounts full of clients at the emulators, with the rates of the real ones. */

import { request } from 'node:http'
import { createServer, type Server } from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../src/core/json/json.ts'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../src/emulators/auth0/index.ts'
import { type CognitoEmulator, startCognitoEmulator } from '../src/emulators/cognito/index.ts'
import { fullAuth0Client } from '../test/fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../test/fixtures/cognito.ts'
import type { Account } from './contest.ts'
import { AUTH0_SECRET } from './subject.ts'

export const ADDED = 'https://changed.example.com/cb'
/** Of the one who calls the tenant's API. */
export const CREDENTIAL = { ...DEFAULT_CREDENTIAL, clientSecret: AUTH0_SECRET }
/** Calls a second and burst of Auth0's enterprise plan. */
export const AUTH0_RATE = { perSecond: 16, burst: 50 }
/** A provider takes its time (milliseconds). */
const DELAY_MS = 60

const idsOf = (count: number) => Array.from({ length: count }, (_, index) => `client${index}`)

export interface Auth0Account extends Account {
  readonly emulator: Auth0Emulator
}

export async function auth0Account(count: number): Promise<Auth0Account> {
  const { client_aliases: _, ...client } = fullAuth0Client
  const ids = idsOf(count)
  const clients = ids.map((id) => ({ ...client, client_id: id, name: `App ${id}` }))
  const connections = ['users', 'google', 'partners'].map((name) => ({
    id: `con_${name}`,
    name,
    strategy: 'auth0',
    enabledClients: ids,
  }))
  const emulator = await startAuth0Emulator({
    limits: AUTH0_RATE,
    clients,
    connections,
    credentials: [CREDENTIAL],
  })
  slow(emulator)
  const before = new Map(ids.map((id) => [id, emulator.client(id) as JsonObject]))
  return {
    emulator,
    ids,
    added: ADDED,
    list: 'callbacks',
    volatile: [],
    before: (id) => before.get(id) ?? {},
    after: (id) => (emulator.client(id) ?? {}) as JsonObject,
    calls: emulator.calls,
    isWrite: ({ operation }) => operation === 'PATCH /clients/{id}',
    isThrottled: ({ status }) => status === 429,
  }
}

export interface CognitoAccount extends Account {
  readonly emulator: CognitoEmulator
}

export async function cognitoAccount(count: number): Promise<CognitoAccount> {
  const { MemberOfTomorrow: _, ...client } = fullCognitoClient
  const ids = idsOf(count)
  const clients = ids.map((ClientId) => ({ ...client, ClientId, ClientName: `App ${ClientId}` }))
  const pools = [{ id: POOL_ID, identityProviders: ['Google'], clients }]
  const emulator = await startCognitoEmulator({ limits: 'aws', pools })
  slow(emulator)
  const held = (id: string) => (emulator.client(POOL_ID, id) ?? {}) as JsonObject
  const before = new Map(ids.map((id) => [id, held(id)]))
  return {
    emulator,
    ids,
    added: ADDED,
    list: 'CallbackURLs',
    volatile: ['LastModifiedDate'],
    before: (id) => before.get(id) ?? {},
    after: held,
    calls: emulator.calls,
    isWrite: ({ operation }) => operation === 'UpdateUserPoolClient',
    // Throttles, and updates that came while another one of the same pool was under way.
    isThrottled: ({ status }) => status === 400,
  }
}

function slow({ inject }: Pick<Auth0Emulator, 'inject'>): void {
  inject({ kind: 'delay', delayMs: DELAY_MS, times: Number.MAX_SAFE_INTEGER })
}

export interface Front {
  /** `localhost:port`, where TLS ends. */
  readonly domain: string
  /** The certificate, in PEM. */
  readonly certificate: string
  close(): void
}

/** TLS before an emulator: Auth0's own tools speak nothing else. */
export async function tlsFront(upstream: string, peers: string): Promise<Front> {
  const { generate } = createRequire(`${peers}/`)('selfsigned') as {
    generate(subject: unknown, options: unknown): Promise<{ private: string; cert: string }>
  }
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const { hostname, port } = new URL(upstream)
  const server: Server = createServer({ key, cert }, (asked, answer) => {
    const { method, url: path, headers } = asked
    const forward = request({ hostname, port, method, path, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers)
      given.pipe(answer)
    })
    forward.on('error', () => answer.destroy())
    asked.pipe(forward)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, resolve)
  })
  return {
    domain: `localhost:${(server.address() as AddressInfo).port}`,
    certificate: cert,
    close: () => server.close(),
  }
}
