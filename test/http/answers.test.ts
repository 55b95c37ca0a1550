/** Addresses, methods and media types in answers, as RFC 9110 has them. */

import { describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createLambdaHandler } from '../../src/lambda/lambda-event.ts'
import { createNodeServer } from '../../src/node/node-server.ts'
import { startWorld, type World } from '../contract/world.ts'
import { onShared } from '../fixtures/opened.ts'

let world: World
const it = onShared(startWorld, (opened) => {
  world = opened
})

const NEW = JSON.stringify({
  provider: 'local',
  kind: 'web',
  client: { name: 'New', callbacks: ['https://new.example.com/cb'] },
})
const headers = async () => ({
  authorization: `Bearer ${await world.token()}`,
  'content-type': 'application/json',
})

describe('Location', () => {
  it('stands under the base path of a Node server, and can be followed', async () => {
    const server = createNodeServer(world.clientry.app, { basePath: '/identity/v1' })
    const url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`
    try {
      const sent = { method: 'POST', headers: await headers(), body: NEW }
      const made = await fetch(`${url}/identity/v1/clients`, sent)
      const location = made.headers.get('location') ?? ''
      expect(location).toMatch(/^\/identity\/v1\/clients\/[\w-]+\?provider=local$/)
      const read = await fetch(new URL(location, url), { headers: await headers() })
      expect(read.status).toBe(200)
    } finally {
      await server.close(0)
    }
  })

  // The events are those of AWS: a REST API gives the stage in the context alone, an HTTP API in the path.
  it.each<[string, JsonObject, string]>([
    [
      'a REST API at its own address',
      { path: '/clients', requestContext: { stage: 'prod', path: '/prod/clients' } },
      '/prod',
    ],
    [
      'a REST API on a domain with a base path',
      { path: '/id/clients', requestContext: { stage: 'prod', path: '/id/clients' } },
      '/id',
    ],
    [
      'an HTTP API with a stage',
      { version: '2.0', rawPath: '/prod/clients', requestContext: { stage: 'prod' } },
      '/prod',
    ],
    [
      'an HTTP API without one',
      { version: '2.0', rawPath: '/clients', requestContext: { stage: '$default' } },
      '',
    ],
    ['a load balancer', { path: '/clients', requestContext: { elb: {} } }, ''],
    ['what would name another host', { path: '//evil.example/clients' }, ''],
  ])('stands where the caller can reach it: %s', async (_, event, prefix) => {
    const answer = await createLambdaHandler(world.clientry.app)({
      httpMethod: 'POST',
      headers: await headers(),
      body: NEW,
      ...event,
      ...('version' in event
        ? { requestContext: { ...(event.requestContext as JsonObject), http: { method: 'POST' } } }
        : {}),
    })
    expect(answer.statusCode).toBe(201)
    expect(answer.headers?.location).toMatch(
      new RegExp(`^${prefix}/clients/[\\w-]+\\?provider=local$`),
    )
  })
})

const ask = (method: string, path: string, more: Record<string, readonly string[]> = {}) =>
  world.clientry.app({
    method,
    path,
    query: '',
    headers: more,
    body: undefined,
    deadline: Date.now() + 5_000,
  })

describe('methods', () => {
  it('are all listed where another one is asked for', async () => {
    const { status, headers: told } = await ask('PUT', '/clients/a')
    expect(status).toBe(405)
    expect(told.allow?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH'])
    expect((await ask('GET', '/clients/a/copy')).headers.allow).toBe('POST, OPTIONS')
    // The path of one job fits as well, and is another resource.
    expect((await ask('OPTIONS', '/jobs/reap')).headers.allow).toBe('POST, OPTIONS')
    expect((await ask('OPTIONS', '/jobs/a')).headers.allow).toBe('GET, HEAD, OPTIONS')
  })

  it('are listed by OPTIONS, with the types of patches', async () => {
    const { status, headers: told, body } = await ask('OPTIONS', '/clients/a')
    expect({ status, body }).toEqual({ status: 204, body: '' })
    expect(told.allow).toContain('PATCH')
    expect(told['accept-patch']?.split(', ').sort()).toEqual([
      'application/json',
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/x-www-form-urlencoded',
    ])
    expect((await ask('OPTIONS', '/healthz')).headers).not.toHaveProperty('accept-patch')
    expect((await ask('OPTIONS', '/nowhere')).status).toBe(404)
  })
})

it.each([
  ['application/problem+json', true],
  ['application/problem+json;q=0.5', true],
  ['application/json;q=0.4, application/problem+json;q=0.5', true],
  ['Application/Problem+JSON ; charset=utf-8 ; Q=1', true],
  ['application/problem+json, */*;q=0.1', true],
  ['application/problem+json;q=0', false],
  ['application/json, application/problem+json;q=0.5', false],
  ['application/*, application/problem+json;q=0.5', false],
  ['text/html;x="application/problem+json"', false],
  ['application/problem+jsonx', false],
  ['*/*', false],
])('heeds the weights of Accept: %s (%s)', async (accept, isProblem) => {
  const { headers: told, body } = await ask('GET', '/nowhere', { accept: [accept] })
  const type = isProblem ? 'application/problem+json' : 'application/json'
  expect(told['content-type']).toBe(`${type}; charset=utf-8`)
  expect('title' in JSON.parse(body)).toBe(isProblem)
})
