/** What the right to lease shows and allows, and what does not end is reported. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { ask, type Sent } from '../contract/caller.ts'
import { SCOPE_EACH, startWorld, type World } from '../contract/world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'

const PREVIEW = 'https://pr-7.preview.example/cb'
const CLIENT = '/clients/exampleClientId'
const LEASE = { field: 'callbacks', value: PREVIEW, owner: 'pr-7', ttlSeconds: 60 }

let world: World
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  world = await startWorld({ permissions: SCOPE_EACH, metrics: true })
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

const send = (method: string, path: string, scopes: readonly string[], sent: Sent = {}) =>
  ask(world, method, path, { scopes, ...sent })
const read = async (query = '') => (await send('GET', CLIENT, ['clients:read'], { query })).body

it('the right to lease shows the leases of the owner, and nothing of the client', async () => {
  const ci = ['leases:write']
  const old = { ...world.auth0.client('exampleClientId'), callbacks: ['http://old.example/cb'] }
  world.auth0.put(old)
  const own = JSON.parse((await send('PUT', `${CLIENT}/leases`, ci, { body: LEASE })).text)
  expect(Object.keys(own)).toEqual(['provider', 'id', 'leases'])
  const both = await send('PUT', `${CLIENT}/leases`, [...ci, 'clients:read'], { body: LEASE })
  expect(both.text).toContain('http://old.example/cb')
  const smelly = { ...LEASE, value: 'https://192.0.2.7/cb' }
  const told = JSON.parse((await send('PUT', `${CLIENT}/leases`, ci, { body: smelly })).text)
  expect(told.warnings).toMatchObject([{ code: 'ip_host' }])
  const other = { ...LEASE, owner: 'pr-8' }
  const { text } = await send('PUT', `${CLIENT}/leases`, ci, { body: other })
  expect(JSON.parse(text).leases).toMatchObject([{ owner: 'pr-8' }])
  const query = 'dryRun=true'
  for (const [method, path, more] of [
    ['PUT', `${CLIENT}/leases`, { query, body: LEASE }],
    ['DELETE', `${CLIENT}/leases`, { query: `${query}&owner=pr-7` }],
    ['GET', `${CLIENT}/leases`, {}],
    ['GET', CLIENT, {}],
    ['PATCH', CLIENT, { body: { client: { callbacks: { add: [PREVIEW] } } } }],
    ['GET', `${CLIENT}/history`, {}],
  ] as const) {
    expect((await send(method, path, ci, more)).status, `${method} ${path}`).toBe(403)
  }
  const planned = await send('DELETE', `${CLIENT}/leases`, [...ci, 'clients:read'], {
    query: `${query}&owner=pr-7`,
  })
  expect(JSON.parse(planned.text)).toMatchObject({
    dryRun: true,
    changes: [{ removed: [smelly.value] }],
  })
  expect((await read()).leases).toHaveLength(3)
})

it('a sweep ends what is over; what cannot end is reported by answers, log and metrics', async () => {
  const cognito = { provider: 'cognito-client', userPoolId: POOL_ID }
  const query = new URLSearchParams(cognito).toString()
  const before = (await read(query)).callbacks
  for (const lease of [
    LEASE,
    { ...cognito, ...LEASE },
    { ...cognito, ...LEASE, value: `${PREVIEW}/2` },
  ]) {
    await send('PUT', `${CLIENT}/leases`, ['leases:write'], { body: lease })
  }
  const held = { ...cognito, client: { defaultCallback: PREVIEW } }
  expect((await send('PATCH', CLIENT, ['clients:write'], { body: held })).status).toBe(200)
  vi.setSystemTime(Date.now() + 61_000)
  await world.clientry.sweep()
  expect(world.auth0.client('exampleClientId')?.callbacks).not.toContain(PREVIEW)
  const left = await read(query)
  expect(new Set(left.callbacks as string[])).toEqual(new Set([...(before as string[]), PREVIEW]))
  expect(left.leases).toMatchObject([{ value: PREVIEW }])
  expect(left.warnings).toMatchObject([{ code: 'lease_over', field: 'client.callbacks' }])
  expect(world.log.filter(({ message }) => message === 'due work failed')).toEqual([
    expect.objectContaining({
      level: 'warn',
      provider: 'cognito-client',
      client: 'exampleClientId',
      code: 'rule_violated',
    }),
  ])
  const { text } = await send('GET', '/metrics', ['metrics:read'])
  expect(text).toContain('clientry_due_done_total 1\n')
  expect(text).toContain('clientry_due_failed_total{provider="cognito-client"} 1\n')
  expect(text).toContain('clientry_due_failed_total{provider="auth0"} 0\n')
})

it('several values are leased in one change or none, each fault named by its place', async () => {
  const ci = ['leases:write']
  const terms = { owner: 'pr-9', ttlSeconds: 60 }
  const page = 'https://pr-9.preview.example'
  const put = (values: unknown, more = {}) =>
    send('PUT', `${CLIENT}/leases`, ci, { body: { values, ...terms, ...more } as JsonObject })
  const before = world.auth0.calls.length
  const bad = await put([
    { field: 'callbacks', value: `${page}/cb` },
    { field: 'callbacks', value: 'https://user@pr-9.preview.example/cb' },
  ])
  expect(JSON.parse(bad.text)).toMatchObject({ code: 'invalid_field', field: 'values[1].value' })
  for (const [values, more] of [
    [[], {}],
    [[{ field: 'grantTypes', value: page }], {}],
    [[{ field: 'callbacks' }], {}],
    [[{ field: 'callbacks', value: page, owner: 'x' }], {}],
    [Array.from({ length: 2 }, () => ({ field: 'callbacks', value: page })), {}],
    [Array.from({ length: 21 }, (_, n) => ({ field: 'callbacks', value: `${page}/${n}` })), {}],
    [[{ field: 'callbacks', value: page }], { field: 'callbacks', value: page }],
  ] as const) {
    const { status, text } = await put(values, more)
    expect(status, text).toBe(400)
    expect(JSON.parse(text).field).toMatch(/^values/)
  }
  expect((await read()).leases).toBeUndefined()
  expect(world.auth0.calls.slice(before).filter(({ method }) => method === 'PATCH')).toEqual([])
  const taken = await put([
    { field: 'callbacks', value: `${page}/cb` },
    { field: 'webOrigins', value: page },
    { field: 'callbacks', value: `${page}/other` },
  ])
  expect(JSON.parse(taken.text).leases).toMatchObject([
    { field: 'callbacks', value: `${page}/cb` },
    { field: 'webOrigins', value: page },
    { field: 'callbacks', value: `${page}/other` },
  ])
  const history = await send('GET', `${CLIENT}/history`, ['history:read'])
  expect(JSON.parse(history.text).items).toMatchObject([{ action: 'lease', outcome: 'applied' }])
  vi.setSystemTime(Date.now() + 61_000)
  await world.clientry.sweep()
  expect(JSON.stringify(world.auth0.client('exampleClientId'))).not.toContain(page)
})
