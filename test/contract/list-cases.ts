/** Listing clients over HTTP, as cases that run through every entry. */

import { expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { placesOf } from '../../src/service/mirror/mirror.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { type Case, CLIENT, COGNITO, type Received, type Sent, withToken } from './http-case.ts'
import type { World } from './world.ts'

type Send = (request: Sent) => Promise<Received>
type Query = Readonly<Record<string, string>>

const list = async (send: Send, world: World, query: Query = {}) => {
  const asked = {
    method: 'GET',
    path: '/clients',
    query: new URLSearchParams(query).toString(),
  }
  return send(await withToken(world, asked))
}

const clientsIn = ({ body }: Received) => body.clients as readonly JsonObject[]
const idsIn = (answer: Received) =>
  clientsIn(answer)
    .map(({ provider, id }) => `${provider}/${id}`)
    .sort()

/** Everything, page by page. */
async function pages(send: Send, world: World, query: Readonly<Record<string, string>>) {
  const found: string[] = []
  for (let cursor = {}; ; ) {
    const answer = await list(send, world, { ...query, ...cursor })
    expect(answer.status).toBe(200)
    expect(clientsIn(answer).length).toBeLessThanOrEqual(Number(query.limit))
    found.push(...idsIn(answer))
    if (answer.body.next === undefined) return found
    cursor = { cursor: String(answer.body.next) }
  }
}

/** Reads all clients anew, whatever was read before. */
async function refresh(world: World): Promise<void> {
  await forget(world)
  while (await world.clientry.refresh());
}

async function forget({ clientry: { service } }: World): Promise<void> {
  // What earlier changes still have to store would come back.
  await service.late.flush()
  for (const place of placesOf(service)) await service.store.mirror?.forget(place)
}

const EVERYONE = [
  'auth0/exampleClientId',
  'cognito-client/exampleClientId',
  'local/exampleClientId',
]

/** Twelve more clients at Auth0, in the order of their ids. */
function addClients({ auth0 }: World): readonly string[] {
  const ids = Array.from({ length: 12 }, (_, index) => `more${String(index).padStart(2, '0')}`)
  for (const id of ids) {
    const callbacks = [`https://${id}.apps.example.com/cb`]
    auth0.put({
      ...fullAuth0Client,
      client_id: id,
      client_aliases: [],
      name: `More ${id}`,
      callbacks,
    })
  }
  return ids
}

export const LIST_CASES: readonly Case[] = [
  {
    name: 'a list that says what the mirror does not know yet',
    run: async (send, world) => {
      await forget(world)
      const before = await list(send, world)
      expect(before).toMatchObject({ status: 200, body: { clients: [] } })
      expect(before.body.mirror).toEqual([
        { provider: 'auth0', complete: false, verifiedAt: null },
        { ...COGNITO, complete: false, verifiedAt: null },
        { provider: 'local', complete: false, verifiedAt: null },
      ])
      await refresh(world)
      const after = await list(send, world, { q: 'exampleClientId' })
      expect(idsIn(after)).toEqual(EVERYONE)
      for (const place of after.body.mirror as readonly JsonObject[]) {
        expect(place).toMatchObject({ complete: true, verifiedAt: expect.stringMatching(/Z$/) })
      }
    },
  },
  {
    name: 'a list that shows each client as a read does, without secrets',
    run: async (send, world) => {
      await refresh(world)
      const listed = clientsIn(await list(send, world, { q: 'exampleClientId' }))
      for (const { lastVerifiedAt, ...client } of listed) {
        const { provider, userPoolId } = client
        const query = { provider, ...(userPoolId === undefined ? {} : { userPoolId }) }
        const asked = {
          method: 'GET',
          path: CLIENT,
          query: new URLSearchParams(query as never).toString(),
        }
        const read = await send(await withToken(world, asked))
        expect(read.body.secret).toEqual(expect.any(String))
        expect(client).toEqual({ ...read.body, secret: null, secretRedacted: true })
        expect(Date.parse(String(lastVerifiedAt))).toBeLessThanOrEqual(Date.now())
      }
      expect(listed).toHaveLength(3)
    },
  },
  {
    name: 'a search by text and by filters',
    run: async (send, world) => {
      addClients(world)
      await refresh(world)
      const found = async (query: Query) => idsIn(await list(send, world, query))
      expect(await found({ q: 'MORE07.apps' })).toEqual(['auth0/more07'])
      // Other clients may have such an id too.
      const short = await found({ q: 'e0', limit: '100' })
      expect(short).toEqual(expect.arrayContaining(['auth0/more00', 'auth0/more09']))
      expect(short).not.toContain('auth0/more11')
      expect(await found({ filter: 'host:more11.apps.example.com' })).toEqual(['auth0/more11'])
      expect(await found({ filter: 'id:exampleClientId' })).toEqual(EVERYONE)
      expect(await found({ q: 'exampleclient', provider: 'local' })).toEqual(EVERYONE.slice(2))
      expect(await found({ q: 'exampleclient', ...COGNITO })).toEqual(EVERYONE.slice(1, 2))
      expect(await found({ q: 'no such text' })).toEqual([])
      expect(await found({ filter: 'id:more03,disabled:false' })).toEqual(['auth0/more03'])
      expect(await found({ filter: 'id:more03,disabled:true' })).toEqual([])
    },
  },
  {
    name: 'a list page by page, from the mirror and from the providers',
    run: async (send, world) => {
      const more = addClients(world).map((id) => `auth0/${id}`)
      // Nothing is in the mirror yet, so that a fresh list asks the providers.
      await forget(world)
      const all = (await pages(send, world, { limit: '100', fresh: 'true' })).sort()
      expect(all).toEqual(expect.arrayContaining([...EVERYONE, ...more]))
      await forget(world)
      expect((await pages(send, world, { limit: '5', fresh: 'true' })).sort()).toEqual(all)
      await refresh(world)
      const calls = world.upstreamCalls()
      for (const limit of ['1', '5', '100']) {
        expect((await pages(send, world, { limit })).sort()).toEqual(all)
      }
      expect(world.upstreamCalls()).toBe(calls)
      expect((await pages(send, world, { limit: '4', q: 'more0' })).sort()).toEqual(
        more.slice(0, 10),
      )
      expect((await pages(send, world, { limit: '5', fresh: 'true' })).sort()).toEqual(all)
      expect(world.upstreamCalls()).toBeGreaterThan(calls)
    },
  },
  {
    name: 'a list that follows every change',
    run: async (send, world) => {
      await refresh(world)
      const named = async (q: string) =>
        clientsIn(await list(send, world, { q })).map(({ name }) => name)
      const changed = { method: 'PATCH', path: CLIENT }
      await send(await withToken(world, changed, { ...COGNITO, client: { name: 'Renamed' } }))
      expect(await named('Renamed')).toContain('Renamed')
      const made = await withToken(
        world,
        { method: 'POST', path: '/clients' },
        { provider: 'local', kind: 'machine', client: { name: 'Made' } },
      )
      const { id } = (await send(made)).body
      expect(await named('Made')).toContain('Made')
      const headers = { 'if-match': '*' }
      const removed = { method: 'DELETE', path: `/clients/${id}`, query: 'provider=local', headers }
      await send(await withToken(world, removed))
      expect(await named('Made')).not.toContain('Made')
    },
  },
  {
    name: 'a list of the clients that are suspended, at every provider',
    run: async (send, world) => {
      await refresh(world)
      const off = async () => idsIn(await list(send, world, { filter: 'disabled:true' }))
      const before = await off()
      for (const address of [{ provider: 'auth0' }, COGNITO, { provider: 'local' }]) {
        const query = new URLSearchParams(address as Query).toString()
        const post = async (what: string) =>
          send(await withToken(world, { method: 'POST', path: `${CLIENT}/${what}`, query }))
        expect((await post('suspend')).status).toBe(200)
        const named = `${address.provider}/exampleClientId`
        expect(await off()).toContain(named)
        // Read anew, from the provider that may have no such setting.
        await refresh(world)
        expect(await off()).toContain(named)
        const fresh = { filter: 'disabled:true', fresh: 'true' }
        expect(idsIn(await list(send, world, fresh))).toContain(named)
        expect((await post('resume')).status).toBe(200)
        expect(await off()).toEqual(before)
      }
    },
  },
  {
    name: 'a list that is refused, naming what is wrong',
    run: async (send, world) => {
      const bad: readonly (readonly [Query, string])[] = [
        [{ provider: 'other' }, 'provider'],
        [{ userPoolId: POOL_ID }, 'userPoolId'],
        [{ provider: 'auth0', userPoolId: POOL_ID }, 'userPoolId'],
        [{ filter: 'grantTypes' }, 'filter'],
        [{ filter: 'secret:x' }, 'filter'],
        [{ filter: 'disabled:maybe' }, 'filter'],
        [{ cursor: 'bm90aGluZw' }, 'cursor'],
        [{ limit: '101' }, 'limit'],
        [{ fresh: 'yes' }, 'fresh'],
        [{ q: '' }, 'q'],
      ]
      for (const [query, field] of bad) {
        const answer = await list(send, world, query)
        expect(answer, JSON.stringify(query)).toMatchObject({ status: 400, body: { field } })
        if (field === 'q') expect(answer.body.error).toContain('1 to 200 characters')
      }
      const elsewhere = { provider: 'cognito-client', userPoolId: 'us-east-1_other' }
      expect((await list(send, world, elsewhere)).status).toBe(404)
    },
  },
  {
    name: 'lint over all clients, as each one alone, and callbacks that many share',
    run: async (send, world) => {
      const uri = `https://shared-${Math.random()}.example.com/cb`
      const ids = addClients(world).slice(0, 4)
      for (const id of ids) world.auth0.put({ ...world.auth0.client(id), callbacks: [uri] })
      await refresh(world)
      const lint = async (path: string, query: Query) => {
        const asked = { method: 'GET', path, query: new URLSearchParams(query).toString() }
        return (await send(await withToken(world, asked))).body
      }
      const items: JsonObject[] = []
      const shared: JsonObject[] = []
      for (let cursor = {}; ; ) {
        const body = await lint('/lint', { limit: '4', ...cursor })
        items.push(...(body.items as JsonObject[]))
        shared.push(...(body.shared as JsonObject[]))
        if (body.next === undefined) break
        cursor = { cursor: String(body.next) }
      }
      for (const { client, findings } of items) {
        const { id, ...place } = client as Query
        expect(await lint(`/clients/${id}/lint`, place)).toEqual({ findings })
      }
      const told = shared.filter(({ message }) => String(message).includes(uri))
      expect(told).toMatchObject([{ rule: 'shared_callback', count: 4 }])
      const holders = ids.map((id) => ({ provider: 'auth0', id }))
      expect(told[0]?.clients).toEqual(holders)
      const errors = await lint('/lint', { limit: '100', severity: 'error' })
      const severe = items.filter(({ findings }) =>
        (findings as JsonObject[]).some(({ severity }) => severity === 'error'),
      )
      expect(errors.items as JsonObject[]).toHaveLength(severe.length)
      expect(errors.shared).toEqual([])
    },
  },
]
