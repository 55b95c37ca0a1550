/** Providers as a configuration builds them, over emulators with limits; and a neighbour there. */

import type { JsonObject } from '../../src/core/json/json.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { signRequest } from '../../src/core/sigv4.ts'
import { DEFAULT_CREDENTIAL, startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import type { Emulator } from '../../src/emulators/server.ts'
import { createProviders, type ProviderSettings } from '../../src/providers/configured.ts'
import type { Budget } from '../../src/providers/pace/pace-budget.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'

export interface PacedAccount {
  readonly provider: Provider
  readonly emulator: Emulator
  /** One call of another program on the same account; gives its status. */
  neighbour(): Promise<number>
}

const clientIds = (count: number) => Array.from({ length: count }, (_, index) => `client${index}`)
/** Two pools for the price of one category. */
export const POOLS = ['eu-central-1_One', 'eu-central-1_Two'] as const

/** The provider of settings, which divides its account with other instances where there is a budget. */
export async function builtProvider(
  settings: ProviderSettings,
  budget?: Budget,
): Promise<Provider> {
  const surroundings = { now: Date.now, environmentCredentials: () => undefined, budget }
  return (await createProviders({ it: settings }, surroundings)).get('it') as Provider
}

type Auth0Pace = { readonly perSecond?: number; readonly burst?: number }

/** How the tenant at an address is reached. */
export const auth0SettingsAt = (url: string, pace?: Auth0Pace): ProviderSettings => ({
  type: 'auth0',
  baseUrl: url,
  audience: `${url}/api/v2/`,
  clientId: DEFAULT_CREDENTIAL.clientId,
  clientSecret: secret(DEFAULT_CREDENTIAL.clientSecret),
  allowWildcards: false,
  pace,
})

/** How the pools at an address are reached. */
export const cognitoSettingsAt = (url: string): ProviderSettings => ({
  type: 'cognito',
  pools: Object.fromEntries(
    POOLS.map((id) => [id, { region: 'eu-central-1', endpoint: url }] as const),
  ),
  credentials: { accessKeyId: 'emulator', secretAccessKey: secret('emulator-secret') },
})

/** A tenant with the limits of Auth0's enterprise plan. */
export async function pacedAuth0(clients: number, pace?: Auth0Pace): Promise<PacedAccount> {
  const emulator = await startAuth0Emulator({
    limits: { burst: 50, perSecond: 16 },
    clients: clientIds(clients).map((id) => {
      const { client_aliases: _, ...client } = fullAuth0Client
      return { ...client, client_id: id }
    }),
  })
  const audience = `${emulator.url}/api/v2/`
  const { clientId, clientSecret } = DEFAULT_CREDENTIAL
  const response = await fetch(`${emulator.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience,
    }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  return {
    emulator,
    provider: await builtProvider(auth0SettingsAt(emulator.url, pace)),
    neighbour: async () => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${emulator.url}/api/v2/clients/client0`, { headers })
      await answer.arrayBuffer()
      return answer.status
    },
  }
}

/** An account with the quotas of AWS; the neighbour reads in the first pool. */
export async function pacedCognito(clients: number): Promise<PacedAccount> {
  const { MemberOfTomorrow: _, ...client } = fullCognitoClient
  const emulator = await startCognitoEmulator({
    limits: 'aws',
    lockMs: 0,
    pools: POOLS.map((id) => ({
      id,
      identityProviders: ['Google'],
      clients: clientIds(clients).map((ClientId) => ({ ...client, UserPoolId: id, ClientId })),
    })),
  })
  const keys = { accessKeyId: 'emulator', secretAccessKey: 'emulator-secret' }
  const body: JsonObject = { UserPoolId: POOLS[0], ClientId: 'client0' }
  return {
    emulator,
    provider: await builtProvider(cognitoSettingsAt(emulator.url)),
    neighbour: async () => {
      const text = JSON.stringify(body)
      const url = `${emulator.url}/`
      const headers = signRequest({
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityProviderService.DescribeUserPoolClient',
        },
        body: text,
        region: 'eu-central-1',
        service: 'cognito-idp',
        credentials: keys,
        at: new Date(),
      })
      const answer = await fetch(url, { method: 'POST', headers, body: text })
      await answer.arrayBuffer()
      return answer.status
    },
  }
}
