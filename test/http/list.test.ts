/** `GET /clients` and `GET /lint` for callers with fewer rights, and on a store without a mirror. */

import { afterEach, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { ask } from '../contract/caller.ts'
import { SCOPE_EACH, startWorld, type World, type WorldOptions } from '../contract/world.ts'

let world: World
afterEach(() => world.close())

async function open(options: WorldOptions): Promise<void> {
  const grants = SCOPE_EACH
  const local = { scope: 'local', grants: ['clients:read'], providers: ['local'] }
  world = await startWorld({ permissions: [...grants, local] as never, ...options })
}

const get = (path: string, query: Readonly<Record<string, string>>, scope = 'clients:read') =>
  ask(world, 'GET', path, { query, scopes: [scope] })

const providersIn = ({ body }: { body: JsonObject }) =>
  (body.clients as readonly JsonObject[]).map(({ provider }) => provider).sort()

const withoutMirror: WorldOptions = {
  around: ({ mirror: _, ...store }) => store,
}

it('shows clients of those providers only that the caller may read', async () => {
  await open({})
  await world.clientry.refresh()
  expect(providersIn(await get('/clients', {}))).toHaveLength(3)
  const answer = await get('/clients', {}, 'local')
  expect(providersIn(answer)).toEqual(['local'])
  expect(answer.body.mirror).toHaveLength(1)
  const lint = await get('/lint', {}, 'local')
  expect(JSON.stringify(lint.body)).not.toMatch(/auth0|cognito/)
  expect((await get('/clients', { provider: 'auth0' }, 'local')).status).toBe(400)
  expect((await get('/clients', {}, 'history:read')).status).toBe(403)
})

it('asks the providers where there is no mirror, place after place', async () => {
  await open(withoutMirror)
  await world.clientry.refresh()
  const found: unknown[] = []
  for (let query: Record<string, string> = { limit: '1' }; ; ) {
    const answer = await get('/clients', query)
    expect(answer).toMatchObject({ status: 200, body: { mirror: [] } })
    found.push(...providersIn(answer))
    if (answer.body.next === undefined) break
    query = { limit: '1', cursor: String(answer.body.next) }
  }
  expect(found).toEqual(['auth0', 'cognito-client', 'local'])
  const one = await get('/clients', { provider: 'local', q: 'EXAMPLEclient' })
  expect(providersIn(one)).toEqual(['local'])
  expect((await get('/clients', { provider: 'local', q: 'nothing' })).body.clients).toEqual([])
  expect((await get('/lint', {})).body).toMatchObject({ code: 'unsupported_operation' })
})

it("takes no cursor into another caller's provider", async () => {
  await open(withoutMirror)
  const { body } = await get('/clients', { limit: '1' })
  const answer = await get('/clients', { cursor: String(body.next) }, 'local')
  expect(answer).toMatchObject({ status: 400, body: { field: 'cursor' } })
})

it('lists a client that was made elsewhere since, where its provider is asked', async () => {
  await open({})
  await world.clientry.refresh()
  const stored = world.auth0.client('exampleClientId')
  world.auth0.put({ ...stored, client_id: 'newcomer', client_aliases: [] })
  const ids = async (query: Record<string, string>) =>
    ((await get('/clients', query)).body.clients as JsonObject[]).map(({ id }) => id)
  expect(await ids({ provider: 'auth0' })).not.toContain('newcomer')
  expect(await ids({ provider: 'auth0', fresh: 'true' })).toContain('newcomer')
})

it('reads a page anew when asked for, and says which clients it could not read', async () => {
  await open({})
  await world.clientry.refresh()
  const before = await get('/clients', {})
  const stored = world.auth0.client('exampleClientId')
  world.auth0.put({ ...stored, name: 'Changed elsewhere' })
  world.cognito.inject({ kind: 'garbage_answer', operation: 'DescribeUserPoolClient', times: 9 })
  const after = await get('/clients', { fresh: 'true' })
  const by = ({ body }: typeof before) =>
    new Map((body.clients as JsonObject[]).map((one) => [one.provider, one]))
  expect(by(before).get('auth0')?.name).not.toBe('Changed elsewhere')
  expect(by(after).get('auth0')?.name).toBe('Changed elsewhere')
  expect(by(after).get('cognito-client')).toEqual(by(before).get('cognito-client'))
  const alone = await get('/clients', { provider: 'cognito-client', fresh: 'true' })
  expect(alone.status).toBe(500)
  const gone = { id: 'exampleClientId', provider: 'local' }
  world.database.exec("delete from documents where collection = 'client'")
  expect(providersIn(await get('/clients', { provider: gone.provider, fresh: 'true' }))).toEqual([])
})

it('goes on to the next page where every client of this one is at a provider that fails', async () => {
  await open({})
  await world.clientry.refresh()
  world.auth0.inject({ kind: 'garbage_answer', operation: 'GET /clients/{id}', times: 99 })
  const seen: unknown[] = []
  const unread: unknown[] = []
  for (let query: Record<string, string> = { limit: '1', fresh: 'true', q: 'example' }; ; ) {
    const page = await get('/clients', query)
    expect(page.status, JSON.stringify(page.body)).toBe(200)
    seen.push(...providersIn(page))
    unread.push(...((page.body.unread ?? []) as JsonObject[]).map(({ provider }) => provider))
    if (page.body.next === undefined) break
    query = { ...query, cursor: String(page.body.next) }
  }
  expect(seen.sort()).toEqual(['auth0', 'cognito-client', 'local'])
  expect(unread).toEqual(['auth0'])
  const alone = await get('/clients', { provider: 'auth0', fresh: 'true', q: 'example' })
  expect(alone).toMatchObject({ status: 500, body: { code: 'provider_unavailable' } })
})
