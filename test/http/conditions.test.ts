/** G3: conditions in headers that come on several lines, which only some entries can bring. */

import { expect } from 'vitest'
import { ask, type Sent } from '../contract/caller.ts'
import { startWorld, type World } from '../contract/world.ts'
import { onShared } from '../fixtures/opened.ts'

let world: World
const it = onShared(startWorld, (opened) => {
  world = opened
})

const send = (method: string, headers: Sent['headers'] = {}) =>
  ask(world, method, '/clients/exampleClientId', {
    headers,
    ...(method !== 'GET' && { query: 'dryRun=true', body: { client: { name: 'Planned' } } }),
  })

// RFC 9110 section 5.3: several lines of a list are one list.
it('reads several lines of If-Match and of If-None-Match as one list', async () => {
  const { headers } = await send('GET', {})
  const { etag = '' } = headers
  expect((await send('PATCH', { 'if-match': ['"other"', etag] })).status).toBe(200)
  expect((await send('PATCH', { 'if-match': ['"other"', '', '"more"'] })).status).toBe(412)
  expect((await send('GET', { 'if-none-match': ['"other"', etag] })).status).toBe(304)
  expect((await send('PATCH', { 'if-none-match': ['"other"', etag] })).status).toBe(412)
  expect((await send('PATCH', { 'if-match': ['*', etag] })).status).toBe(400)
})

// RFC 9110 section 8.8.1: a strong tag is another one wherever the answer is.
it('gives other views to callers who see other things of the same state', async () => {
  const mixed = await startWorld({
    permissions: [
      { scope: 'all', grants: ['clients:read', 'secrets:read'] },
      { scope: 'read', grants: ['clients:read'] },
    ] as never,
  })
  try {
    const get = (scope: string) =>
      ask(mixed, 'GET', '/clients/exampleClientId', { scopes: [scope] })
    const [all, read] = [await get('all'), await get('read')]
    const parts = ({ headers }: typeof all) => (headers.etag ?? '').slice(1, -1).split('.')
    expect(parts(all)[0]).toBe(parts(read)[0])
    expect(parts(all)[1]).not.toBe(parts(read)[1])
  } finally {
    await mixed.close()
  }
})
