/** Calls the emulated Management API with a token of its own, as any other program would. */

import type { Auth0ApiCredential, Auth0Emulator } from '../../src/emulators/auth0/index.ts'

export type Members = Record<string, unknown>

export interface Auth0Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Members
}

export type Auth0Caller = (
  call: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Auth0Answer>

/** A caller that takes `PATCH /clients/abc` and a body. */
export async function auth0Caller(
  emulator: Auth0Emulator,
  { clientId, clientSecret }: Auth0ApiCredential,
): Promise<Auth0Caller> {
  const { body } = await requestToken(emulator, {
    client_id: clientId,
    client_secret: clientSecret,
  })
  const token = String(body.access_token)
  return (call, sent, headers) => send(emulator, token, call, sent, headers)
}

/** `POST /oauth/token` with what is needed besides. */
export async function requestToken(
  emulator: Auth0Emulator,
  members: Members,
): Promise<Auth0Answer> {
  const response = await fetch(`${emulator.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      audience: `${emulator.url}/api/v2/`,
      ...members,
    }),
  })
  return answerOf(response)
}

/** One call with the token given. */
export async function send(
  emulator: Auth0Emulator,
  token: string,
  call: string,
  body?: unknown,
  extra: Record<string, string> = {},
): Promise<Auth0Answer> {
  const [method = '', path = ''] = call.split(' ')
  const response = await fetch(`${emulator.url}/api/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...extra },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return answerOf(response)
}

async function answerOf(response: Response): Promise<Auth0Answer> {
  const text = await response.text()
  const { status, headers } = response
  return { status, headers, body: text === '' ? {} : (JSON.parse(text) as Members) }
}

/** Settings of refresh tokens, all of them. */
export const FULL_TOKEN = {
  rotation_type: 'rotating',
  expiration_type: 'expiring',
  leeway: 0,
  token_lifetime: 100,
  idle_token_lifetime: 50,
}
