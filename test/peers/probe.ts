/**
 * What a real server makes of RFC 7591 and RFC 7592, asked for directly and without the program that is
 * tested: the rows of the table in docs/providers/rfc7592.md.
 */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { same } from '../../src/core/json/json.ts'
import { INITIAL_TOKEN, type Peer } from './oidc.ts'

/** Row → what was seen. */
export type Seen = Readonly<Record<string, string>>

interface Answer {
  readonly status: number
  readonly body: JsonObject
}

const FULL = {
  client_name: 'Probe',
  redirect_uris: ['https://probe.example.com/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  post_logout_redirect_uris: ['https://probe.example.com/logout'],
  application_type: 'web',
  scope: 'openid offline_access',
  logo_uri: 'https://probe.example.com/logo.png',
  client_uri: 'https://probe.example.com/',
  policy_uri: 'https://probe.example.com/policy',
  tos_uri: 'https://probe.example.com/terms',
  contacts: ['owner@probe.example.com'],
  backchannel_logout_uri: 'https://probe.example.com/backchannel',
  member_that_nobody_knows: 'value',
} as const

/** Asks a server everything. */
export async function probe(peer: Peer): Promise<Seen> {
  const endpoint = await registrationEndpoint(peer)
  const made = await send('POST', endpoint, INITIAL_TOKEN, FULL)
  const { client_id: id, client_secret: secret, registration_client_uri: uri } = made.body
  let token = String(made.body.registration_access_token)
  const at = (method: string, body?: JsonObject, headers = {}) =>
    send(method, String(uri), token, body, headers)
  const take = ({ body }: Answer) => {
    if (typeof body.registration_access_token === 'string') token = body.registration_access_token
  }
  const read = await at('GET')
  const held = (name: string) => {
    const value = read.body[name]
    return Array.isArray(value) && !Array.isArray(FULL[name as 'scope']) ? value[0] : value
  }
  const names = Object.keys(FULL) as (keyof typeof FULL)[]
  const lost = names.filter((name) => !same((held(name) as Json) ?? null, FULL[name] as Json))
  const echoed = lost.filter((name) => same((made.body[name] as Json) ?? null, FULL[name] as Json))
  const whole = { ...FULL, client_id: id ?? '' }

  const anonymous = await at('PUT', { ...FULL })
  take(anonymous)
  const before = token
  const sent = await at('PUT', { ...whole, client_secret: secret ?? '' })
  take(sent)
  const old = before === token ? undefined : await send('GET', String(uri), before)
  const afterSent = (await at('GET')).body.client_secret
  take(await at('PUT', whole))
  const afterOmitted = (await at('GET')).body.client_secret
  take(await at('PUT', { client_id: id ?? '', redirect_uris: FULL.redirect_uris }))
  const bare = (await at('GET')).body
  const matched = await at('PUT', whole, { 'if-match': '"never"' })
  take(matched)
  const patched = await at('PATCH', { client_name: 'Patched' })
  const named = (await at('GET')).body.client_name
  const wrong = await send('GET', String(uri), 'no-token-of-this-server')
  const removed = await at('DELETE')
  const gone = await at('GET')
  return {
    'registration answers': String(made.status),
    'of these it stores nothing': listed(lost),
    'and echoes them all the same': listed(echoed),
    'a read shows the token': 'registration_access_token' in read.body ? 'yes' : 'no',
    'a read shows `token_endpoint_auth_method` as': Array.isArray(
      read.body.token_endpoint_auth_method,
    )
      ? 'a list'
      : 'a text',
    'an update without `client_id`': String(anonymous.status),
    'an update renews the token':
      old === undefined ? 'no' : `yes; the one before is answered ${old.status}`,
    'an update with the secret in force': fate(secret, afterSent),
    'an update without a secret': fate(afterSent, afterOmitted),
    'an update without a name': bare.client_name === undefined ? 'clears it' : 'keeps it',
    'an update without grant types leaves': listed(bare.grant_types as string[]),
    'an update without an auth method leaves': methodOf(bare),
    'an update with an `If-Match` that never holds': String(matched.status),
    '`PATCH`': `${patched.status}, ${named === 'Patched' ? 'changes' : 'changes nothing'}`,
    'a token that is none': String(wrong.status),
    'a removal, and a read after it': `${removed.status}, ${gone.status}`,
  }
}

async function registrationEndpoint({ settings }: Peer): Promise<string> {
  const answer = await fetch(`${settings.issuer}/.well-known/openid-configuration`)
  const { registration_endpoint: endpoint } = (await answer.json()) as JsonObject
  return String(endpoint)
}

async function send(
  method: string,
  url: string,
  token: string,
  body?: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : {} }
}

const listed = (names: readonly string[]) =>
  names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ')

const fate = (before: Json | undefined, after: Json | undefined) =>
  after === undefined ? 'removes it' : after === before ? 'keeps it' : 'makes a new one'

function methodOf({ token_endpoint_auth_method: method }: JsonObject): string {
  const [one] = Array.isArray(method) ? method : [method]
  return one === undefined ? 'none' : `\`${one}\``
}
