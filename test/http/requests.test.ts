/** What a request may hold by the RFCs: each of these was taken, or refused with less than they ask for. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { ask, type Sent } from '../contract/caller.ts'
import { startWorld, type World } from '../contract/world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'

const CLIENT = '/clients/exampleClientId'

let world: World

beforeAll(async () => {
  const all = ['clients:read', 'clients:write', 'secrets:read', 'secrets:rotate', 'history:read']
  world = await startWorld({
    permissions: [
      { scope: 'all', grants: all },
      { scope: 'read', grants: ['clients:read'] },
      { scope: 'history', grants: ['history:read'] },
    ] as never,
  })
})
afterAll(() => world.close())

const send = (target: string, sent: Sent = {}, method = 'GET') =>
  ask(world, method, target, { scopes: ['all'], ...sent })

const patch = (client: JsonObject) => send(CLIENT, { body: { client } }, 'PATCH')

// RFC 6750 section 3: every refusal of credentials has a challenge; 3.1: a repeated one is `invalid_request`.
it('answers two Authorization headers with 400 and a challenge', async () => {
  const token = `Bearer ${await world.token(['all'])}`
  const { status, headers, body } = await send(CLIENT, {
    headers: { authorization: [token, token] },
  })
  expect(status).toBe(400)
  expect(body).toMatchObject({ code: 'invalid_request', field: 'Authorization' })
  expect(headers['www-authenticate']).toMatch(/^Bearer realm="clientry", error="invalid_request"/)
})

describe('a query that is no percent-encoded UTF-8', () => {
  it.each([
    ['/clients', 'q=%ff'],
    ['/clients', 'q=caf%e9'],
    ['/clients', 'q=%ed%a0%80'],
    ['/clients', 'q=100%'],
    ['/clients', 'q=caf\u00e9'],
    ['/history', 'actor=%c3%28'],
    [`${CLIENT}/leases`, 'owner=%80'],
  ])('is refused: %s?%s', async (path, query) => {
    const method = path.endsWith('leases') ? 'DELETE' : 'GET'
    const answer = await send(path, { query }, method)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(answer.body.error).toBe('The query must be percent-encoded UTF-8.')
  })

  it('is not one that has other letters as UTF-8', async () => {
    expect((await send('/clients?q=caf%C3%A9+au+%F0%9F%A5%9B')).status).toBe(200)
  })
})

it.each([
  ['2026-02-30T00:00:00Z', 400],
  ['2026-01-31T24:00:00Z', 400],
  ['2026-02-29T12:00:00Z', 400],
  ['2025-04-31T23:59:59+02:00', 400],
  ['2026-13-01T00:00:00Z', 400],
  ['2024-02-29T12:00:00Z', 200],
  ['0000-02-29T12:00:00Z', 200],
  ['9999-12-31T23:59:59Z', 200],
  // In UTC, as answers have it, the year has five digits, or comes before the first one.
  ['9999-12-31T23:59:59-00:01', 400],
  ['0000-01-01T00:00:00+00:01', 400],
  ['2026-03-01T00:30:00%2B02:00', 200],
])('takes from=%s only if there is such a day (%i)', async (time, status) => {
  for (const name of ['from', 'to']) {
    const query = `${name}=${time.replace(/\+/g, '%2B')}`
    expect(await send(`/history?${query}`)).toMatchObject({ status })
  }
})

describe('null in a JSON Patch', () => {
  const cognito = `provider=cognito-client&userPoolId=${POOL_ID}`
  const operations = async (list: readonly JsonObject[], query = '') =>
    send(CLIENT, { query, body: list }, 'PATCH')

  it.each([
    ['add', '/clientMetadata/team', null],
    ['add', '/clientMetadata', { team: null }],
    ['add', '/providerSettings/someObject', { inner: { member: null } }],
    ['replace', '/providerSettings', { someObject: null }],
  ])('is refused where it would remove what RFC 6902 sets: %s %s', async (op, path, value) => {
    const before = world.auth0.client('exampleClientId')
    const answer = await operations([{ op, path, value }])
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_field' } })
    expect(String(answer.body.error)).toContain('"remove"')
    expect(world.auth0.client('exampleClientId')).toEqual(before)
  })

  it('is refused where it is copied into a member', async () => {
    const copy = { op: 'copy', from: '/description', path: '/clientMetadata/team' }
    await patch({ description: null })
    expect(await operations([copy])).toMatchObject({ status: 400 })
  })

  it('clears an attribute, which then shows null', async () => {
    await patch({ description: 'There' })
    const clear = { op: 'replace', path: '/description', value: null }
    expect(await operations([clear])).toMatchObject({ status: 200, body: { description: null } })
    const there = [{ op: 'test', path: '/description', value: null }]
    expect(await operations(there)).toMatchObject({ status: 200 })
    expect(
      await operations([{ op: 'replace', path: '/name', value: 'New' }], cognito),
    ).toMatchObject({ status: 200 })
  })
})

// A caller who may not undo jobs learns nothing about bodies.
it.each<Json>([{}, { autoStart: 'yes' }, []])(
  'refuses an undo by its rights before its body',
  async (body) => {
    const path = '/jobs/00000000-0000-4000-8000-000000000000/undo'
    expect(await send(path, { body, scopes: ['read'] }, 'POST')).toMatchObject({ status: 403 })
  },
)

describe('control characters', () => {
  it.each(['a\u0000b', 'line\nfeed', '\u001b[31mred', 'del\u007f', 'c1\u0085'])(
    'are refused in the name %j, on every way in',
    async (name) => {
      const operations = [{ op: 'replace', path: '/name', value: name }]
      const answers = [
        await patch({ name }),
        await send(CLIENT, { body: { provider: 'local', client: { name } } }, 'PATCH'),
        await send(CLIENT, { body: operations }, 'PATCH'),
        await send(
          '/clients',
          { body: { provider: 'local', kind: 'web', client: { name } } },
          'POST',
        ),
      ]
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 400, body: { field: 'client.name' } })
        expect(answer.body.error).not.toMatch(/\p{Cc}/u)
      }
      const inMetadata = await patch({ clientMetadata: { [name]: 'value' } })
      expect(inMetadata).toMatchObject({ status: 400, body: { code: 'invalid_field' } })
    },
  )

  it('stay in a name that has them already, and that is sent back', async () => {
    const stored = { ...world.auth0.client('exampleClientId'), name: 'odd\u0007name' }
    world.auth0.put(stored as never)
    const sent = await patch({ name: 'odd\u0007name', description: 'Changed' })
    expect(sent).toMatchObject({ status: 200, body: { name: 'odd\u0007name' } })
    expect(await patch({ name: 'Plain' })).toMatchObject({ status: 200 })
  })

  it.each(['\u202e', '\u2066', '\u200f', '\u061c', '\u0085', '\u2028', '\u0007'])(
    'and those that turn text round are escaped in a sentence: %j',
    async (one) => {
      const { status, body } = await patch({ [`a${one}b`]: 1 })
      const code = one.charCodeAt(0).toString(16).padStart(4, '0')
      expect(status).toBe(400)
      expect(body.error).toContain(`\\u${code}`)
      expect(body.error).not.toContain(one)
      expect(body.field).toContain(`\\u${code}`)
      expect(body.field).not.toContain(one)
    },
  )
})

// `curl -d '{...}'` says that it is a form; a program can leave the type out.
it.each([
  [['application/x-www-form-urlencoded'], '{"client":{"name":"New"}}'],
  [['application/x-www-form-urlencoded; charset=utf-8'], '\n  [{"op":"test"}]'],
  [[], '{"client":{"name":"New"}}'],
])('names the header that a JSON body lacks: %j', async (type, body) => {
  for (const [method, path] of [
    ['PATCH', CLIENT],
    ['POST', '/clients'],
  ] as const) {
    const headers = { 'content-type': type }
    const answer = await send(path, { headers, body: Buffer.from(body) }, method)
    expect(answer).toMatchObject({ status: 415, body: { field: 'Content-Type' } })
    expect(answer.body.error).toBe(
      'The body looks like JSON. Add the header "Content-Type: application/json".',
    )
  }
})

it('lists the user pools where none is named, to who may read clients there', async () => {
  const query = 'provider=cognito-client'
  const says = 'userPoolId must name the user pool that holds the client'
  const read = await send(CLIENT, { query, scopes: ['read'] })
  expect(read).toMatchObject({ status: 400, body: { field: 'userPoolId' } })
  expect(read.body.error).toMatch(new RegExp(`^${says}, one of: .*${POOL_ID}.*\\.$`))
  const path = `${CLIENT}/history`
  const other = await send(path, { query, scopes: ['history'] })
  expect(other).toMatchObject({ status: 400, body: { error: `${says}.` } })
})
