/**
 * What the admin API of Ory Hydra does, asked of any server that speaks it: the rows of docs/providers/hydra.md. The emulator
 * is compared with them by `test/emulators/hydra.test.ts`, the server itself by `hydra-admin.test.ts`.
 */

import { randomUUID } from 'node:crypto'
import { isRecord, type Json, type JsonObject, same } from '../../src/core/json/json.ts'
import { fullHydraClient } from '../fixtures/hydra.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: JsonObject
}

/** Calls of the admin API at an address. */
export function adminAt(url: string) {
  const send = async (method: string, path: string, body?: Json): Promise<Answer> => {
    const answer = await fetch(`${url}/admin/clients${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json') === true
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson && text !== '' ? JSON.parse(text) : {},
    }
  }
  return {
    send,
    read: async (id: string) => (await send('GET', `/${id}`)).body,
    /** Makes a client with an id of its own. */
    make: async (members: JsonObject = {}): Promise<string> => {
      const id = `case-${randomUUID()}`
      const answer = await send('POST', '', { redirect_uris: [URI], ...members, client_id: id })
      if (answer.status !== 201) throw new Error(`no client: ${JSON.stringify(answer.body)}`)
      return id
    },
    patch: (id: string, ...operations: readonly JsonObject[]) =>
      send('PATCH', `/${id}`, [...operations]),
  }
}

export type Admin = ReturnType<typeof adminAt>

export interface HydraCase {
  /** What is asked, as a cell of the table. */
  readonly asks: string
  /** What came of it. */
  run(admin: Admin): Promise<string>
}

const URI = 'https://app.example.com/cb'
const KEYS = fullHydraClient.jwks as JsonObject
const SENTENCE = /^.*(?:Client's Metadata\.|redirect_uris is invalid\.) ?/

const replace = (name: string, value: Json): JsonObject => ({
  op: 'replace',
  path: `/${name}`,
  value,
})

const shown = (value: Json | undefined) =>
  value === undefined ? 'not shown' : `\`${JSON.stringify(value)}\``

/** Status and, of a refusal, its last words. */
function outcome({ status, body }: Answer): string {
  const { error, error_description: text } = body
  if (status < 400 || error === undefined) return String(status)
  const words = String(text).replace(SENTENCE, '').slice(0, 120)
  return `${status} \`${error}\`${words === '' ? '' : `: ${words.replaceAll('|', '/')}`}`
}

/** One operation on a client with members, and what a read then shows of one of them. */
const oneOperation = (
  asks: string,
  members: JsonObject,
  operation: JsonObject,
  looks: string,
): HydraCase => ({
  asks,
  run: async (admin) => {
    const id = await admin.make(members)
    const before = (await admin.read(id))[looks]
    const answer = await admin.patch(id, operation)
    const after = (await admin.read(id))[looks]
    const unchanged = same(before ?? null, after ?? null)
    if (answer.status >= 400)
      return `${outcome(answer)}${unchanged ? '' : ', and changed all the same'}`
    return `${answer.status}, ${unchanged ? 'unchanged' : shown(after)}`
  },
})

const HOUR = { authorization_code_grant_id_token_lifespan: '1h' }
const LIFESPAN = 'authorization_code_grant_id_token_lifespan'
const LOGOUT = { post_logout_redirect_uris: ['https://app.example.com/out'] }
const ADDRESS = { jwks_uri: 'https://app.example.com/keys' }

const CLEARING: readonly HydraCase[] = [
  oneOperation(
    '`remove /client_name`',
    { client_name: 'A' },
    { op: 'remove', path: '/client_name' },
    'client_name',
  ),
  oneOperation(
    '`client_name: null`',
    { client_name: 'A' },
    replace('client_name', null),
    'client_name',
  ),
  oneOperation(
    '`client_name: ""`',
    { client_name: 'A' },
    replace('client_name', ''),
    'client_name',
  ),
  oneOperation(
    '`remove /metadata`',
    { metadata: { a: 'b' } },
    { op: 'remove', path: '/metadata' },
    'metadata',
  ),
  oneOperation('`metadata: {}`', { metadata: { a: 'b' } }, replace('metadata', {}), 'metadata'),
  oneOperation(
    '`remove /metadata/a`',
    { metadata: { a: 'b' } },
    { op: 'remove', path: '/metadata/a' },
    'metadata',
  ),
  oneOperation(
    '`contacts: []`',
    { contacts: ['a@example.com'] },
    replace('contacts', []),
    'contacts',
  ),
  oneOperation(
    '`contacts: null`',
    { contacts: ['a@example.com'] },
    replace('contacts', null),
    'contacts',
  ),
  oneOperation(
    '`post_logout_redirect_uris: []`',
    LOGOUT,
    replace('post_logout_redirect_uris', []),
    'post_logout_redirect_uris',
  ),
  oneOperation(
    '`access_token_strategy: ""`',
    { access_token_strategy: 'jwt' },
    replace('access_token_strategy', ''),
    'access_token_strategy',
  ),
  oneOperation(
    '`token_endpoint_auth_method: ""`',
    { token_endpoint_auth_method: 'none' },
    replace('token_endpoint_auth_method', ''),
    'token_endpoint_auth_method',
  ),
  oneOperation('`scope: ""`', { scope: 'openid' }, replace('scope', ''), 'scope'),
  oneOperation(
    '`skip_consent: null`',
    { skip_consent: true },
    replace('skip_consent', null),
    'skip_consent',
  ),
  oneOperation(
    '`skip_consent: false`',
    { skip_consent: true },
    replace('skip_consent', false),
    'skip_consent',
  ),
  oneOperation(
    '`skip_logout_consent: null`',
    { skip_logout_consent: true },
    replace('skip_logout_consent', null),
    'skip_logout_consent',
  ),
  oneOperation('a lifetime: `null`', HOUR, replace(LIFESPAN, null), LIFESPAN),
  oneOperation('a lifetime: `""`', HOUR, replace(LIFESPAN, ''), LIFESPAN),
  oneOperation('`jwks: {}`, over keys', { jwks: KEYS }, replace('jwks', {}), 'jwks'),
  oneOperation('`jwks: null`, over keys', { jwks: KEYS }, replace('jwks', null), 'jwks'),
]

const VALUES: readonly HydraCase[] = [
  oneOperation('a lifetime: `"90m"`', {}, replace(LIFESPAN, '90m'), LIFESPAN),
  oneOperation('a lifetime: `"1d"`', {}, replace(LIFESPAN, '1d'), LIFESPAN),
  oneOperation('a lifetime: `60`', {}, replace(LIFESPAN, 60), LIFESPAN),
  oneOperation('a text where a list is held', {}, replace('audience', 'a'), 'audience'),
  oneOperation('a number where a text is held', {}, replace('owner', 1), 'owner'),
  oneOperation('an unknown member', {}, replace('no_such_member', 1), 'no_such_member'),
  oneOperation(
    '`token_endpoint_auth_method: "junk"`',
    {},
    replace('token_endpoint_auth_method', 'junk'),
    'token_endpoint_auth_method',
  ),
  oneOperation(
    '`access_token_strategy: "junk"`',
    {},
    replace('access_token_strategy', 'junk'),
    'access_token_strategy',
  ),
  oneOperation(
    '`allowed_cors_origins: ["https://a.example/"]`',
    {},
    replace('allowed_cors_origins', ['https://a.example/']),
    'allowed_cors_origins',
  ),
  oneOperation(
    '`allowed_cors_origins: ["*"]`',
    {},
    replace('allowed_cors_origins', ['*']),
    'allowed_cors_origins',
  ),
  oneOperation(
    'a callback with a fragment',
    {},
    replace('redirect_uris', [`${URI}#a`]),
    'redirect_uris',
  ),
  oneOperation(
    'a logout URL on another port',
    {},
    replace('post_logout_redirect_uris', ['https://app.example.com:8443/out']),
    'post_logout_redirect_uris',
  ),
  oneOperation(
    'the callback of a logout URL removed',
    LOGOUT,
    replace('redirect_uris', []),
    'redirect_uris',
  ),
  oneOperation('`client_secret: "abc"`', {}, replace('client_secret', 'abc'), 'client_secret'),
  oneOperation('`created_at`', {}, replace('created_at', '2020-01-01T00:00:00Z'), 'created_at'),
  oneOperation('`client_id`', {}, replace('client_id', 'other'), 'client_id'),
]

const OPERATIONS: readonly HydraCase[] = [
  oneOperation(
    '`test`, which holds',
    { client_name: 'A' },
    { op: 'test', path: '/client_name', value: 'A' },
    'client_name',
  ),
  oneOperation(
    '`add /redirect_uris/-`',
    {},
    { op: 'add', path: '/redirect_uris/-', value: `${URI}/2` },
    'redirect_uris',
  ),
  oneOperation(
    '`remove /redirect_uris/7`',
    {},
    { op: 'remove', path: '/redirect_uris/7' },
    'redirect_uris',
  ),
  {
    asks: 'a merge patch in the place of operations',
    run: async (admin) => {
      const id = await admin.make({ client_name: 'A' })
      return outcome(await admin.send('PATCH', `/${id}`, { client_name: 'B' }))
    },
  },
  {
    asks: 'a new name, with `jwks_uri` set',
    run: async (admin) => {
      const id = await admin.make(ADDRESS)
      return outcome(await admin.patch(id, replace('client_name', 'B')))
    },
  },
  {
    asks: 'the same with `jwks: null` in the same patch',
    run: async (admin) => {
      const id = await admin.make(ADDRESS)
      const answer = await admin.patch(id, replace('client_name', 'B'), replace('jwks', null))
      const { client_name, jwks, jwks_uri } = await admin.read(id)
      return `${answer.status}, ${shown({ client_name: client_name ?? null, jwks: jwks ?? null, jwks_uri: jwks_uri ?? null })}`
    },
  },
  {
    asks: 'a new `client_secret`',
    run: async (admin) => {
      const id = await admin.make()
      const { status, body } = await admin.patch(id, replace('client_secret', 'a-new-secret'))
      const read = Object.hasOwn(await admin.read(id), 'client_secret') ? 'shown' : 'not shown'
      return `${status}, ${body.client_secret === 'a-new-secret' ? 'echoed' : 'not echoed'}; ${read} by a read`
    },
  },
  {
    asks: 'an empty patch: `updated_at`',
    run: async (admin) => {
      const id = await admin.make()
      const { updated_at: before } = await admin.read(id)
      await admin.patch(id)
      const { updated_at: after } = await admin.read(id)
      const exact = /\.\d+Z$/.test(String(after)) ? 'to less than a second' : 'in seconds'
      return before === after ? 'stays' : `moves, ${exact}`
    },
  },
]

const CALLS: readonly HydraCase[] = [
  {
    asks: '`PUT .../lifespans` with one lifetime, of two',
    run: async (admin) => {
      const name = 'client_credentials_grant_access_token_lifespan'
      const id = await admin.make({ ...HOUR, [name]: '2h' })
      const answer = await admin.send('PUT', `/${id}/lifespans`, { [name]: '60s' })
      const after = await admin.read(id)
      return `${answer.status}, ${shown([after[LIFESPAN] ?? null, after[name] ?? null])}`
    },
  },
  {
    asks: 'the same, with `jwks_uri` set',
    run: async (admin) =>
      outcome(await admin.send('PUT', `/${await admin.make(ADDRESS)}/lifespans`, {})),
  },
  {
    asks: '`POST` with an id that is taken',
    run: async (admin) => {
      const id = await admin.make()
      return outcome(await admin.send('POST', '', { client_id: id }))
    },
  },
  {
    asks: '`POST` with `{}`: grant types in the answer, and in a read',
    run: async (admin) => {
      const { body } = await admin.send('POST', '', {})
      const { grant_types } = await admin.read(String(body.client_id))
      return `${shown(body.grant_types)}, ${shown(grant_types)}`
    },
  },
  {
    asks: '`POST` of a public client: its secret',
    run: async (admin) => {
      const { body } = await admin.send('POST', '', { token_endpoint_auth_method: 'none' })
      return shown(body.client_secret)
    },
  },
  {
    asks: '`GET` and `DELETE` of a client that is not there',
    run: async (admin) =>
      [await admin.send('GET', '/no-such'), await admin.send('DELETE', '/no-such')]
        .map(outcome)
        .join('; '),
  },
  {
    asks: 'a list in pages of one, from the first to the second',
    run: async (admin) => {
      await admin.make()
      await admin.make()
      const first = await admin.send('GET', '?page_size=1')
      const [, query = ''] =
        /<[^>?]*(\?[^>]*)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
      const second = await admin.send('GET', query)
      const [one, other] = [first, second].map(({ body }) => (body as unknown as JsonObject[])[0])
      const sorted = String(one?.client_id) < String(other?.client_id)
      const counted = Number(first.headers.get('x-total-count')) >= 2
      return `${first.status}, ${second.status}; ${sorted ? 'sorted by id' : 'not sorted'}; ${counted ? 'counted' : 'not counted'}`
    },
  },
  {
    asks: 'a list with a page token that is junk',
    run: async (admin) => {
      const { status, body } = await admin.send('GET', '?page_size=1&page_token=junk')
      return `${status}, ${Array.isArray(body) && body.length === 1 && isRecord(body[0]) ? 'the first page' : 'no page'}`
    },
  },
]

/** Every row, below the words that name its part. */
export const HYDRA_CASES: Readonly<Record<string, readonly HydraCase[]>> = {
  'Clearing, by `PATCH`': CLEARING,
  'Values, by `PATCH`': VALUES,
  'Operations of a `PATCH`': OPERATIONS,
  'Other calls': CALLS,
}

/** The tables as the page has them. */
export async function hydraTables(url: string): Promise<string> {
  const admin = adminAt(url)
  const parts: string[] = []
  for (const [title, cases] of Object.entries(HYDRA_CASES)) {
    const rows: string[] = []
    for (const { asks, run } of cases) rows.push(`| ${asks} | ${await run(admin)} |`)
    parts.push([`| ${title} | |`, '|---|---|', ...rows].join('\n'))
  }
  return parts.join('\n\n')
}
