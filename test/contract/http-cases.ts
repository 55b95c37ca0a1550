/**
 * The HTTP contract as cases: requests, and what must come back. One suite runs them through every
 * entry; `send` is all that differs.
 */

import { expect } from 'vitest'
import { FIELD_NAMES } from '../../src/core/client.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { COPY_CASES } from './copy-cases.ts'
import { HISTORY_CASES } from './history-cases.ts'
import {
  type Case,
  CLIENT,
  COGNITO,
  type Received,
  type Sent,
  stateOf,
  withToken,
} from './http-case.ts'
import { JOB_CASES } from './job-cases.ts'
import { LEASE_CASES } from './lease-cases.ts'
import { LIFE_CASES } from './life-cases.ts'
import { LIST_CASES } from './list-cases.ts'
import { MOVE_CASES } from './move-cases.ts'
import { PRECONDITION_CASES } from './precondition-cases.ts'
import { SECRET_CASES } from './secret-cases.ts'
import type { World } from './world.ts'

export { CLIENT, COGNITO, type Received, type Sent, withToken }

const NEW = {
  callbacks: ['https://new-callback-url.com'],
  allowedLogoutUrls: ['https://new-logout-url.com'],
}

const patch = (world: World, body: Json, more: Partial<Sent> = {}) =>
  withToken(world, { method: 'PATCH', path: CLIENT, ...more }, body)

const form = async (world: World, body: string): Promise<Sent> => ({
  method: 'PATCH',
  path: CLIENT,
  headers: {
    authorization: `Bearer ${await world.token()}`,
    'content-type': 'application/x-www-form-urlencoded',
  },
  body,
})

function expectDocumented({ status, body, headers }: Received): void {
  expect(status).toBe(200)
  expect(Object.keys(body)).toEqual(expect.arrayContaining([...FIELD_NAMES]))
  expect(headers.etag).toMatch(/^"[\w-]{32}\.[\w-]{16}"$/)
  expect(headers['x-request-id']).toBeTruthy()
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
}

const formPairs = (client: typeof NEW, address: Readonly<Record<string, string>> = {}) =>
  new URLSearchParams([
    ...Object.entries(address),
    ...Object.entries(client).flatMap(([field, values]) =>
      values.map((value): [string, string] => [`client[${field}][]`, value]),
    ),
  ]).toString()

/** The fixture differs from the service's defaults everywhere, for the worse in one place. */
function keepWell({ cognito }: World): void {
  const stored = cognito.client(POOL_ID, 'exampleClientId')
  cognito.put(POOL_ID, { ...stored, EnableTokenRevocation: true })
}

export const CASES: readonly Case[] = [
  ...HISTORY_CASES,
  ...LIFE_CASES,
  ...JOB_CASES,
  ...COPY_CASES,
  ...SECRET_CASES,
  ...LEASE_CASES,
  ...MOVE_CASES,
  ...LIST_CASES,
  ...PRECONDITION_CASES,
  {
    name: 'the documented request to Auth0',
    run: async (send, world) => {
      const answer = await send(await patch(world, { client: NEW }))
      expectDocumented(answer)
      expect(answer.body).toMatchObject({
        id: 'exampleClientId',
        auth0Id: 'exampleClientId',
        ...NEW,
      })
      expect(world.auth0.client('exampleClientId')).toMatchObject({ callbacks: NEW.callbacks })
    },
  },
  {
    name: 'the documented request to Cognito',
    run: async (send, world) => {
      const answer = await send(await patch(world, { ...COGNITO, client: NEW }))
      expectDocumented(answer)
      expect(answer.body).toMatchObject({ id: 'exampleClientId', ...COGNITO, ...NEW })
    },
  },
  {
    name: 'the same to the local provider',
    run: async (send, world) => {
      const answer = await send(await patch(world, { provider: 'local', client: NEW }))
      expectDocumented(answer)
      expect(answer.body).toMatchObject(NEW)
    },
  },
  {
    name: 'the documented requests as form bodies',
    run: async (send, world) => {
      const one = await send(await form(world, formPairs(NEW)))
      expectDocumented(one)
      expect(one.body).toMatchObject(NEW)
      const other = await send(await form(world, formPairs(NEW, COGNITO)))
      expectDocumented(other)
      expect(other.body).toMatchObject({ ...COGNITO, ...NEW })
    },
  },
  {
    name: 'a form with the client as JSON',
    run: async (send, world) => {
      const body = new URLSearchParams({ client: JSON.stringify({ description: null }) })
      const answer = await send(await form(world, body.toString()))
      expect(answer.body).toMatchObject({ description: null })
      expect(answer.status).toBe(200)
    },
  },
  {
    name: 'a merge patch and a JSON patch by their media types',
    run: async (send, world) => {
      const merge = { 'content-type': 'application/merge-patch+json' }
      const one = await send(await patch(world, { client: { name: 'Merged' } }, { headers: merge }))
      expect(one).toMatchObject({ status: 200, body: { name: 'Merged' } })
      const operations = { 'content-type': 'application/json-patch+json' }
      const add = { op: 'add', path: '/callbacks/-', value: 'https://added.example.com/cb' }
      const bare = await send(await patch(world, [add], { headers: operations }))
      expect(bare.status).toBe(200)
      expect(bare.body.callbacks).toContain('https://added.example.com/cb')
      const query = `provider=cognito-client&userPoolId=${POOL_ID}`
      const there = await send(await patch(world, [add], { headers: operations, query }))
      expect(there).toMatchObject({ status: 200, body: COGNITO })
      const whole = await send(
        await patch(
          world,
          { ...COGNITO, client: [{ ...add, value: 'https://b.example.com/' }] },
          { headers: operations },
        ),
      )
      expect(whole.body.callbacks).toContain('https://b.example.com/')
    },
  },
  {
    name: 'operations that double a client again and again are refused, in a dry run too',
    run: async (send, world) => {
      world.auth0.clearCalls()
      const headers = { 'content-type': 'application/json-patch+json' }
      const doublings = Array.from({ length: 30 }, (_, index) => ({
        op: 'copy',
        from: '/providerSettings/addons',
        path: `/providerSettings/addons/copy${index}`,
      }))
      for (const query of ['', 'dryRun=true']) {
        const refused = await send(await patch(world, doublings, { headers, query }))
        expect(refused).toMatchObject({ status: 413, body: { code: 'too_large' } })
        expect(refused.body.field).toMatch(/^client\[\d+\]$/)
      }
      const writes = world.auth0.calls.filter(({ method }) => method === 'PATCH')
      expect(writes).toEqual([])
    },
  },
  {
    name: 'a GET has the same shape, the ETag that If-Match takes, and can be sent back whole',
    run: async (send, world) => {
      for (const address of [{}, COGNITO, { provider: 'local' }]) {
        const query = new URLSearchParams(address).toString()
        const read = await send(await withToken(world, { method: 'GET', path: CLIENT, query }))
        expectDocumented(read)
        const back = await send(
          await patch(
            world,
            { ...address, client: read.body },
            { headers: { 'if-match': read.headers.etag ?? '' } },
          ),
        )
        expectDocumented(back)
        expect(back.body).toEqual(read.body)
        expect(back.headers.etag).toBe(read.headers.etag)
      }
    },
  },
  {
    name: 'If-Match that no longer holds is 412, and nothing is sent',
    run: async (send, world) => {
      const stale = { headers: { 'if-match': '"stale"' } }
      const before = world.auth0.client('exampleClientId')
      const answer = await send(await patch(world, { client: { name: 'Late' } }, stale))
      expect(answer).toMatchObject({ status: 412, body: { code: 'precondition_failed' } })
      expect(world.auth0.client('exampleClientId')).toEqual(before)
    },
  },
  {
    name: 'a dry run shows the difference and the exact request, and changes nothing',
    run: async (send, world) => {
      const before = world.cognito.client(POOL_ID, 'exampleClientId')
      const answer = await send(
        await patch(world, { ...COGNITO, client: { name: 'Planned' } }, { query: 'dryRun=true' }),
      )
      expect(answer).toMatchObject({
        status: 200,
        body: {
          dryRun: true,
          changes: [{ field: 'name', after: 'Planned' }],
          requests: [{ target: 'UpdateUserPoolClient', body: { ClientName: 'Planned' } }],
          client: { name: 'Planned' },
        },
      })
      expect(world.cognito.client(POOL_ID, 'exampleClientId')).toEqual(before)
    },
  },
  {
    name: 'an id with odd characters reaches the provider as one segment',
    run: async (send, world) => {
      const path = '/clients/a%2Bb%25c%C3%BC'
      const answer = await send(await patch(world, { client: { name: 'x' } }, { path }))
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
      const asked = world.auth0.calls.filter((call) => call.path.includes('a%2Bb'))
      expect(asked.every((call) => call.path.startsWith('/api/v2/clients/a%2Bb%25c%C3%BC'))).toBe(
        true,
      )
      expect(asked.length).toBeGreaterThan(0)
    },
  },
  {
    name: 'lint finds nothing in clients that are kept well',
    run: async (send, world) => {
      keepWell(world)
      for (const address of [{}, COGNITO, { provider: 'local' }]) {
        const query = new URLSearchParams(address).toString()
        const read = await send(await withToken(world, { method: 'GET', path: CLIENT, query }))
        const path = `${CLIENT}/lint`
        const answer = await send(await withToken(world, { method: 'GET', path, query }))
        expect(answer).toMatchObject({ status: 200 })
        expect(answer.body.findings).toEqual([])
        expect(stateOf(answer.headers.etag)).toBe(stateOf(read.headers.etag))
      }
    },
  },
  {
    name: 'lint reports what deserves a second look, with a PATCH that fixes it',
    run: async (send, world) => {
      const faults = { AllowedOAuthFlows: ['code', 'implicit'], WriteAttributes: [] }
      keepWell(world)
      const stored = world.cognito.client(POOL_ID, 'exampleClientId')
      const { WriteAttributes: _, ...record } = { ...stored, ...faults }
      world.cognito.put(POOL_ID, { ...record, PreventUserExistenceErrors: 'LEGACY' })
      const query = new URLSearchParams(COGNITO).toString()
      const lint = async () =>
        send(await withToken(world, { method: 'GET', path: `${CLIENT}/lint`, query }))
      const { body, headers } = await lint()
      const findings = body.findings as readonly JsonObject[]
      expect(findings.map(({ rule }) => rule)).toEqual([
        'implicit_grant',
        'write_attributes_default',
        'user_existence_errors',
      ])
      expect(findings[0]).toEqual({
        rule: 'implicit_grant',
        severity: 'warning',
        field: 'client.grantTypes',
        message: expect.stringContaining('implicit'),
        source: expect.stringContaining('RFC 9700 section 2.1.2'),
        mend: { client: { grantTypes: { remove: ['implicit'] } } },
      })
      const [first, , third] = findings.map(({ mend }) => mend as JsonObject | undefined)
      const match = { headers: { 'if-match': headers.etag ?? '' } }
      expect(await send(await patch(world, { ...COGNITO, ...first }, match))).toMatchObject({
        status: 200,
      })
      expect(await send(await patch(world, { ...COGNITO, ...third }))).toMatchObject({
        status: 200,
      })
      expect((await lint()).body).toMatchObject({
        findings: [{ rule: 'write_attributes_default' }],
      })
    },
  },
  {
    name: 'lint of a client that does not exist is 404, and takes no other parameter',
    run: async (send, world) => {
      const path = '/clients/nobody/lint'
      const none = await send(await withToken(world, { method: 'GET', path }))
      expect(none).toMatchObject({ status: 404, body: { code: 'not_found' } })
      const query = 'dryRun=true'
      const odd = await send(
        await withToken(world, { method: 'GET', path: `${CLIENT}/lint`, query }),
      )
      expect(odd.status).toBe(400)
    },
  },
  {
    name: 'providers and what they can hold',
    run: async (send, world) => {
      const list = await send(await withToken(world, { method: 'GET', path: '/providers' }))
      expect(list).toMatchObject({
        status: 200,
        body: {
          providers: [{ id: 'auth0', default: true }, { id: 'cognito-client' }, { id: 'local' }],
        },
      })
      const one = await send(
        await withToken(world, { method: 'GET', path: '/providers/cognito-client' }),
      )
      expect(one).toMatchObject({
        status: 200,
        body: {
          updates: 'replace',
          fields: {
            callbacks: { support: 'native', writable: true, limits: { maxItems: 100 } },
            grantTypes: { support: 'derived', writable: true },
            secret: { support: 'read-only', writable: false, reason: expect.any(String) },
            description: { support: 'missing', writable: false, reason: expect.any(String) },
          },
        },
      })
      const none = await send(await withToken(world, { method: 'GET', path: '/providers/okta' }))
      expect(none.status).toBe(404)
    },
  },
  {
    name: 'health, readiness and OpenAPI, without a token',
    run: async (send) => {
      expect(await send({ method: 'GET', path: '/healthz' })).toMatchObject({ status: 200 })
      expect(await send({ method: 'GET', path: '/readyz' })).toMatchObject({ status: 200 })
      const document = await send({ method: 'GET', path: '/openapi.json' })
      expect(document).toMatchObject({ status: 200, body: { openapi: '3.1.0' } })
    },
  },
  {
    name: 'no token, a wrong token, an unknown path, a wrong method',
    run: async (send, world) => {
      const body = JSON.stringify({ client: {} })
      const json = { 'content-type': 'application/json' }
      const none = await send({ method: 'PATCH', path: CLIENT, headers: json, body })
      expect(none).toMatchObject({
        status: 401,
        body: { error: expect.any(String), code: 'unauthenticated' },
      })
      const headers = { ...json, authorization: 'Bearer not.a.token' }
      expect(await send({ method: 'PATCH', path: CLIENT, headers, body })).toMatchObject({
        status: 401,
      })
      const nowhere = await send(
        await withToken(world, { method: 'GET', path: '/clients/a/nowhere' }),
      )
      expect(nowhere).toMatchObject({ status: 404, body: { code: 'no_such_route' } })
      const wrong = await send(await withToken(world, { method: 'DELETE', path: '/healthz' }))
      expect(wrong).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } })
    },
  },
  {
    name: 'a body of 300 kB is 413',
    run: async (send, world) => {
      const answer = await send(await patch(world, { client: { name: 'x'.repeat(300_000) } }))
      expect(answer).toMatchObject({ status: 413, body: { code: 'too_large' } })
    },
  },
  {
    name: 'a caller names the request, and asks for problem details',
    run: async (send, world) => {
      const headers = { 'x-request-id': 'my-request-1', accept: 'application/problem+json' }
      const answer = await send(await patch(world, { client: { nonsense: 1 } }, { headers }))
      expect(answer).toMatchObject({
        status: 400,
        headers: { 'x-request-id': 'my-request-1' },
        body: {
          error: expect.any(String),
          code: 'unknown_field',
          title: 'unknown field',
          status: 400,
        },
      })
      expect(Object.keys(answer.body)[0]).toBe('error')
    },
  },
  {
    name: 'a query that is no UTF-8, two Authorization headers, JSON without a type, and the types of patches',
    run: async (send, world) => {
      const token = `Bearer ${await world.token()}`
      const headers = { authorization: token }
      const query = await send({ method: 'GET', path: '/clients', query: 'q=caf%e9', headers })
      expect(query).toMatchObject({
        status: 400,
        body: { error: 'The query must be percent-encoded UTF-8.' },
      })
      const both = { authorization: `${token}, ${token}` }
      const twice = await send({ method: 'GET', path: '/clients', headers: both })
      expect(twice).toMatchObject({ status: 400, body: { field: 'Authorization' } })
      expect(twice.headers['www-authenticate']).toContain('error="invalid_request"')
      const typeless = await send({ ...(await patch(world, { client: {} })), headers })
      expect(typeless).toMatchObject({
        status: 415,
        body: { error: expect.stringContaining('looks like JSON') },
      })
      const options = await send({ method: 'OPTIONS', path: '/clients/a', headers: {} })
      expect(options).toMatchObject({
        status: 204,
        headers: { 'accept-patch': expect.stringContaining('merge-patch') },
      })
    },
  },
]
