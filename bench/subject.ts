/** What is changed, for whom and under which configuration: the same in every measurement. */

import { randomBytes } from 'node:crypto'
import type { JsonObject } from '../src/core/json/json.ts'
import { fullAuth0Client } from '../test/fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../test/fixtures/cognito.ts'
import { type SigningKey, sign } from '../test/http/auth/issuer.ts'

export const PROVIDERS = ['auth0', 'cognito'] as const
export type ProviderName = (typeof PROVIDERS)[number]

/** The ones who change: each has a client of its own, so that no one sees another's changes. None is the client of the program itself. */
const LANES = ['direct', 'proxy', 'floor', 'served', 'memory', 'empty', 'others', 'long']
/** The clients of one who changes many. */
export const CLIENTS_OF_MANY = 16
export const clientsOf = (name: string) =>
  Array.from({ length: CLIENTS_OF_MANY }, (_, index) => `${name}${index}`)
/** One server's, and those of two servers on one file. */
const CLIENTS = [...LANES, 'alone', 'shared', ...clientsOf('alone'), ...clientsOf('shared')]

export const AUTH0_SECRET = 'management-secret'
export const AWS_CREDENTIALS = { accessKeyId: 'emulator', secretAccessKey: 'emulator-secret' }
export const REGION = 'us-east-1'
export const TABLE = 'clientry'

const ISSUER = 'https://issuer.example/'
const AUDIENCE = 'https://clientry.example'
const TOKEN_SECONDS = 3_600

// Cognito takes one form of the analytics or the other, and the fixture has both.
const { MemberOfTomorrow: _, AnalyticsConfiguration: __, ...cognitoClient } = fullCognitoClient

export const cognitoClients = CLIENTS.map((ClientId) => ({ ...cognitoClient, ClientId }))
/** An alias belongs to one client only. */
export const auth0Clients = CLIENTS.map((id) => ({
  ...fullAuth0Client,
  client_id: id,
  client_aliases: [id],
}))

/** Addresses of what stands upstream. */
export interface Addresses {
  readonly auth0: string
  readonly cognito: string
  readonly keys: string
  /** The registration endpoint of a server that speaks RFC 7592, where one was started. */
  readonly registration?: string
}

export interface Subject {
  /** The environment of Clientry for one provider. */
  environment(
    provider: ProviderName | 'rfc7592',
    store: JsonObject,
    /** Further settings of the provider, `undefined` for its own default. */
    more?: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, string>>
  readonly token: string
  /** A token of another caller, with the same rights. */
  tokenOf(subject: string): Promise<string>
}

export async function createSubject(key: SigningKey, addresses: Addresses): Promise<Subject> {
  const now = Math.floor(Date.now() / 1_000)
  const tokenOf = (subject: string) =>
    sign(key, {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: subject,
      client_id: 'bench',
      iat: now,
      exp: now + TOKEN_SECONDS,
      scope: 'clients:read clients:write',
    })
  const token = await tokenOf('bench')
  const sealingKey = randomBytes(32).toString('base64')
  return {
    token,
    tokenOf,
    environment: (provider, store, more = {}) => ({
      CLIENTRY_KEY: sealingKey,
      CLIENTRY_SECRET: provider === 'auth0' ? AUTH0_SECRET : AWS_CREDENTIALS.secretAccessKey,
      AWS_ACCESS_KEY_ID: AWS_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: AWS_CREDENTIALS.secretAccessKey,
      CLIENTRY_CONFIG_JSON: JSON.stringify({
        server: { port: 0 },
        key: { env: 'CLIENTRY_KEY' },
        store,
        providers: { [provider]: { ...settingsOf(provider, addresses), ...more } },
        auth: { issuers: [{ issuer: ISSUER, jwksUrl: addresses.keys, audience: [AUDIENCE] }] },
      }),
    }),
  }
}

function settingsOf(
  provider: ProviderName | 'rfc7592',
  { auth0, cognito, registration = '' }: Addresses,
): JsonObject {
  if (provider === 'rfc7592') return { type: 'rfc7592', registrationEndpoint: registration }
  const secret = { env: 'CLIENTRY_SECRET' }
  if (provider === 'auth0') {
    return { type: 'auth0', baseUrl: auth0, clientId: 'clientry', clientSecret: secret }
  }
  return {
    type: 'cognito',
    pools: { [POOL_ID]: { endpoint: cognito } },
    credentials: { accessKeyId: AWS_CREDENTIALS.accessKeyId, secretAccessKey: secret },
    // What a change costs is measured, not how it is held back.
    pace: { perOperation: 10_000, perCategory: 10_000 },
  }
}

/** The body of a PATCH that sets the name. */
export function patchBody(provider: ProviderName, name: string): string {
  const pool = provider === 'cognito' ? { userPoolId: POOL_ID } : {}
  return JSON.stringify({ ...pool, client: { name } })
}
