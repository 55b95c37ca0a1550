/**
 * The provider's own two calls for one change, read and then write, with nothing around them: what
 * the bare proxy does for a PATCH, and what is sent directly to compare with.
 */

import { Pool } from 'undici'
import type { JsonObject } from '../src/core/json/json.ts'
import { signRequest } from '../src/core/sigv4.ts'
import { POOL_ID } from '../test/fixtures/cognito.ts'
import { AUTH0_SECRET, AWS_CREDENTIALS, type ProviderName } from './subject.ts'

/** Reads the client and writes it with its new name; gives the provider's answer as text. */
export type NativeChange = (id: string, name: string) => Promise<string>

/** What else is done for a change. */
interface Beside {
  /** Reads the connections of an Auth0 client along with the client. */
  readonly connections: boolean
  /** Done with the record that was read, before the write. */
  beforeWrite(record: string): Promise<void>
}

/** Prepares the calls; `lane` keeps them apart from those of others. */
export async function nativeChange(
  provider: ProviderName,
  url: string,
  lane: string,
  beside: Beside = { connections: false, beforeWrite: async () => undefined },
): Promise<NativeChange> {
  const pool = new Pool(url)
  return provider === 'auth0'
    ? auth0Change(pool, url, lane, beside)
    : cognitoChange(pool, url, lane, beside)
}

/** Members that Cognito shows and does not take. */
const SHOWN_ONLY = ['ClientSecret', 'CreationDate', 'LastModifiedDate', 'ClientType']

function cognitoChange(
  pool: Pool,
  url: string,
  lane: string,
  { beforeWrite }: Beside,
): NativeChange {
  const call = async (operation: string, input: JsonObject) => {
    const body = JSON.stringify(input)
    const headers = signRequest({
      method: 'POST',
      url: `${url}/`,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body,
      region: 'us-east-1',
      service: 'cognito-idp',
      credentials: AWS_CREDENTIALS,
      at: new Date(),
    })
    return send(pool, { method: 'POST', path: '/', headers: { ...headers, 'x-lane': lane }, body })
  }
  return async (id, name) => {
    const address = { UserPoolId: POOL_ID, ClientId: id }
    const text = await call('DescribeUserPoolClient', address)
    const read = JSON.parse(text) as { UserPoolClient: JsonObject }
    await beforeWrite(text)
    const kept = Object.entries(read.UserPoolClient).filter(([key]) => !SHOWN_ONLY.includes(key))
    return call('UpdateUserPoolClient', { ...Object.fromEntries(kept), ClientName: name })
  }
}

async function auth0Change(
  pool: Pool,
  url: string,
  lane: string,
  { connections, beforeWrite }: Beside,
): Promise<NativeChange> {
  const json = { 'content-type': 'application/json' }
  const grant = JSON.stringify({
    grant_type: 'client_credentials',
    client_id: 'clientry',
    client_secret: AUTH0_SECRET,
    audience: `${url}/api/v2/`,
  })
  const given = await send(pool, {
    method: 'POST',
    path: '/oauth/token',
    headers: json,
    body: grant,
  })
  const { access_token: token } = JSON.parse(given) as { access_token: string }
  const headers = { authorization: `Bearer ${token}`, 'x-lane': lane }
  return async (id, name) => {
    const path = `/api/v2/clients/${id}`
    const get = (path: string) => send(pool, { method: 'GET', path, headers })
    const reads = [path, ...(connections ? [`${path}/connections?take=100`] : [])]
    const [text = ''] = await Promise.all(reads.map(get))
    JSON.parse(text)
    await beforeWrite(text)
    const body = JSON.stringify({ name })
    return send(pool, { method: 'PATCH', path, headers: { ...headers, ...json }, body })
  }
}

interface Sent {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** The text of a good answer; a wrong one ends the benchmark. */
export async function send(pool: Pool, { body, ...request }: Sent): Promise<string> {
  const answer = await pool.request({ ...request, ...(body === undefined ? {} : { body }) })
  const text = await answer.body.text()
  if (answer.statusCode === 200) return text
  throw new Error(`${request.method} ${request.path}: ${answer.statusCode} ${text}`)
}
