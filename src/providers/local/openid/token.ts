/**
 * The access token for trying things out: a machine client of the server's own, with a secret made by
 * chance, and a real client-credentials request (RFC 6749 section 4.4) to the OpenID Provider.
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Documents } from '../../../store/documents.ts'
import { callJson } from '../../http.ts'
import { newSecretValue } from '../../secrets.ts'
import {
  CLIENTS,
  COMMAND_LINE_CLIENT_ID,
  CONSOLE_CLIENT_ID,
  DEVELOPMENT_CLIENT_ID,
  newClient,
} from '../clients.ts'
import { API_SCOPES } from '../members.ts'

export interface DevelopmentClient {
  readonly clientId: string
  readonly clientSecret: string
}

/** A working day. */
const TOKEN_LIFETIME = 43_200
const TIMEOUT_MS = 10_000

/** Creates the machine client; one that is there gets a new secret. `now` in epoch milliseconds. */
export async function putDevelopmentClient(
  documents: Documents,
  now: number,
): Promise<DevelopmentClient> {
  const clientSecret = newSecretValue()
  const client = {
    client_id: DEVELOPMENT_CLIENT_ID,
    client_name: 'Clientry development',
    client_secret: clientSecret,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope: API_SCOPES.join(' '),
    access_token_lifetime: TOKEN_LIFETIME,
  }
  await documents.put(CLIENTS, DEVELOPMENT_CLIENT_ID, newClient(client, now))
  return { clientId: DEVELOPMENT_CLIENT_ID, clientSecret }
}

/**
 * Creates the public client by which people sign in from a terminal: its answer goes to a port of the
 * loopback interface that is made up each time (RFC 8252 sections 7.3 and 8.4).
 */
export async function putCommandLineClient(documents: Documents, now: number): Promise<string> {
  const client = {
    client_id: COMMAND_LINE_CLIENT_ID,
    client_name: 'Clientry on the command line',
    ...signingInAt('http://127.0.0.1/callback'),
  }
  await documents.put(CLIENTS, COMMAND_LINE_CLIENT_ID, newClient(client, now))
  return COMMAND_LINE_CLIENT_ID
}

/**
 * Creates the public client by which the console signs people in. Its kind is that of native apps, since the address
 * is one of the loopback interface (RFC 8252 section 7.3).
 */
export async function putConsoleClient(
  documents: Documents,
  redirectUri: string,
  now: number,
): Promise<void> {
  const client = {
    client_id: CONSOLE_CLIENT_ID,
    client_name: 'Clientry',
    ...signingInAt(redirectUri),
  }
  await documents.put(CLIENTS, CONSOLE_CLIENT_ID, newClient(client, now))
}

/** Of a public client by which people sign in, where it is answered at an address of the loopback interface. */
const signingInAt = (redirectUri: string) => ({
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [redirectUri],
  scope: COMMAND_LINE_SCOPE,
})

/** What it may ask for, separated by spaces. */
export const COMMAND_LINE_SCOPE = ['openid', 'offline_access', ...API_SCOPES].join(' ')

export interface TokenRequest extends DevelopmentClient {
  readonly tokenEndpoint: string
  /** Separated by spaces; absent: every scope of the API. */
  readonly scope?: string
}

/**
 * Asks for an access token.
 * @throws ClientError `provider_unavailable`, `provider_misconfigured`
 */
export async function fetchDevelopmentToken(request: TokenRequest): Promise<string> {
  const { tokenEndpoint, clientId, clientSecret, scope = API_SCOPES.join(' ') } = request
  const { status, body } = await callJson(
    {
      operation: 'POST /token',
      method: 'POST',
      url: tokenEndpoint,
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }).toString(),
      effect: false,
    },
    { deadline: Date.now() + TIMEOUT_MS, timeoutMs: TIMEOUT_MS, operationId: 'development-token' },
  )
  if (status === 200 && isRecord(body) && typeof body.access_token === 'string') {
    return body.access_token
  }
  throw new ClientError(
    'provider_misconfigured',
    `The OpenID Provider gave no access token to ${clientId} (status ${status}).`,
  )
}
