/** Grants that are limited to clients, settings and values: what they let through, and what is not there for them. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { streamed } from '../contract/caller.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const GRANTED = PERMISSIONS.filter((one) => one !== 'metrics:read')
const PREVIEWS = 'https://*.preview.example.com/**'

let world: JobWorld

beforeAll(async () => {
  const each = PERMISSIONS.map((one) => ({ scope: one, grants: [one] }))
  const permissions = [
    ...each,
    { scope: 'named', grants: GRANTED, only: { names: [{ pattern: 'Ours *' }] } },
    { scope: 'ids', grants: GRANTED, only: { clients: ['client000'] } },
    { scope: 'team', grants: GRANTED, only: { teams: ['payments'] } },
    { scope: 'ci', grants: ['leases:write'], only: { values: [{ pattern: PREVIEWS }] } },
    { scope: 'looks', grants: ['clients:read'], only: { operations: ['getClient'] } },
    { scope: 'describer', grants: ['clients:write'], only: { fields: ['description'] } },
    // It changes these clients and reads none of them; its own jobs it reads for others.
    { scope: 'blind', grants: ['clients:write', 'jobs:write'], only: { clients: ['client000'] } },
    { scope: 'blind', grants: ['clients:read', 'jobs:read'], only: { clients: ['elsewhere'] } },
    { scope: 'rotator', grants: ['secrets:rotate'], only: { names: ['Ours of old'] } },
  ]
  world = await startJobWorld(4, { permissions: permissions as never, scopes: PERMISSIONS })
  for (const id of ['client000', 'client001']) put(id, `Ours ${id}`)
})
afterAll(() => world.close())

function put(id: string, name: string, more: JsonObject = {}): void {
  world.auth0.put({ ...fullAuth0Client, client_aliases: [], client_id: id, name, ...more })
}

const as = (scope: string, method: string, path: string, body?: Json, headers = {}) =>
  world.send(method, path, body, { scopes: scope.split(' '), headers })
const recordOf = (id: string) => world.auth0.client(id) as unknown as JsonObject

describe('a grant for ids', () => {
  it('counts the changes of its clients and of no others', async () => {
    const client = { description: 'counted' }
    for (const id of ['client000', 'client001']) {
      expect(
        (await as('clients:write clients:read', 'PATCH', `/clients/${id}`, { client })).status,
      ).toBe(200)
    }
    const countsOf = async (scope: string) => {
      const { status, body } = await as(scope, 'GET', '/history/counts')
      expect(status).toBe(200)
      const days = (body as { days: { counts: Record<string, number> }[] }).days
      return days.flatMap(({ counts }) => Object.values(counts)).reduce((sum, one) => sum + one, 0)
    }
    const listed = await as('ids', 'GET', '/history?limit=100')
    const own = (listed.body as { items: unknown[] }).items.length
    expect(own).toBeGreaterThan(0)
    expect(await countsOf('ids')).toBe(own)
    expect(await countsOf('history:read')).toBeGreaterThan(own)
  })
})

describe('a grant for settings', () => {
  it.each(['?dryRun=true', ''])(
    'changes these, also of a client whose secret its holder may not see: PATCH%s',
    async (query) => {
      put('described', 'Described')
      const patched = (client: JsonObject) =>
        as('clients:read describer', 'PATCH', `/clients/described${query}`, { client })
      const { status, text } = await patched({ description: `changed${query}` })
      expect(status, text).toBe(200)
      expect((await patched({ name: 'Another' })).status).toBe(403)
    },
  )
})

describe('a grant for names', () => {
  it.each([
    ['a field', { name: 'Theirs' }],
    ['a raw setting', { providerSettings: { name: 'Theirs' } }],
    ['JSON Patch', [{ op: 'replace', path: '/name', value: 'Theirs' }]],
    ['another name within', { name: 'Ours too' }],
  ] as const)('changes no name, by %s', async (_, client) => {
    put('renamed', 'Ours renamed')
    const isPatch = Array.isArray(client)
    const body = isPatch ? client : { client }
    const { status, text } = await as('named', 'PATCH', '/clients/renamed', body as unknown as Json)
    expect([400, 403], text).toContain(status)
    expect(recordOf('renamed').name).toBe('Ours renamed')
  })

  it('changes everything else of these clients, and nothing of others', async () => {
    const client = { description: 'changed' }
    expect((await as('named', 'PATCH', '/clients/client000', { client })).status).toBe(200)
    expect((await as('named', 'PATCH', '/clients/client002', { client })).status).toBe(404)
    expect(recordOf('client002').description).not.toBe('changed')
  })

  it('makes no client that would be outside, by creation, copy or job', async () => {
    const made = (name: string) =>
      as('named', 'POST', '/clients', { kind: 'spa', client: { name } })
    expect((await made('Theirs')).status).toBe(403)
    expect((await made('Ours made')).status).toBe(201)
    const copied = (name: string) =>
      as('named', 'POST', '/clients/client000/copy', {
        provider: 'auth0',
        client: { name },
        allowLoss: true,
      })
    expect((await copied('Theirs')).status).toBe(403)
    expect((await copied('Ours copied')).status).toBe(201)
    const source = await as('named', 'POST', '/clients/client002/copy', {
      provider: 'auth0',
      client: { name: 'Ours stolen' },
      allowLoss: true,
    })
    expect(source.status).toBe(404)
  })

  it('is judged by the provider and not by the mirror', async () => {
    put('moved', 'Ours moved')
    await world.send('GET', '/clients?provider=auth0&fresh=true')
    expect((await as('named', 'GET', '/clients/moved')).status).toBe(200)
    put('moved', 'Theirs now')
    expect((await as('named', 'GET', '/clients/moved')).status).toBe(404)
    const { text } = await as('named', 'GET', '/clients?provider=auth0')
    expect(text).not.toContain('moved')
    expect(text).toContain('client000')
  })

  it('does not bring back an earlier name', async () => {
    put('rolled', 'Theirs before')
    const renamed = await world.send('PATCH', '/clients/rolled', { client: { name: 'Ours now' } })
    expect(renamed.status).toBe(200)
    expect((await as('named', 'POST', '/clients/rolled/rollback', { to: 0 })).status).toBe(403)
    const operation = renamed.headers['operation-id']
    const patch = { clients: [{ id: 'rolled', patch: { name: 'Theirs before' } }], autoStart: true }
    const { body } = await as('named', 'POST', '/jobs', patch)
    await world.until(body.id, 'stopped', 'done')
    expect(await world.results(body.id)).toMatchObject([{ code: 'insufficient_scope' }])
    expect(operation).toBeTruthy()
    expect(recordOf('rolled').name).toBe('Ours now')
  })

  it('takes a further permission by a grant that covers the client afterwards too', async () => {
    put('old', 'Ours of old')
    const client = { name: 'Ours anew', tokenEndpointAuthMethod: 'client_secret_basic' }
    const { status } = await as('clients:write rotator', 'PATCH', '/clients/old', { client })
    expect(status).toBe(403)
    expect(recordOf('old').name).toBe('Ours of old')
  })
})

describe('what is outside', () => {
  const CALLS = [
    ['GET', '/clients/ID'],
    ['GET', '/clients/ID/history'],
    ['GET', '/clients/ID/lint'],
    ['GET', '/clients/ID/standing'],
    ['PATCH', '/clients/ID', { client: { description: 'x' } }],
    ['DELETE', '/clients/ID'],
    ['POST', '/clients/ID/rotate-secret', { cutOver: true }],
    ['PUT', '/clients/ID/team', { team: 'payments' }],
  ] as const

  it.each(['named', 'ids', 'team'])(
    'costs as many calls and says as much as nothing (%s)',
    async (scope) => {
      await world.send('PATCH', '/clients/client003', { client: { description: scope } })
      for (const [method, path, body] of CALLS) {
        const answers: unknown[] = []
        for (const id of ['client003', 'none-there']) {
          const calls = world.upstreamCalls()
          const headers = { 'if-match': '*', 'x-request-id': 'same' }
          const taken = ['DELETE', 'PATCH'].includes(method) ? headers : { 'x-request-id': 'same' }
          const { text, status } = await as(scope, method, path.replace('ID', id), body, taken)
          answers.push({ text, status, calls: world.upstreamCalls() - calls })
        }
        expect(answers[0], `${method} ${path}`).toEqual(answers[1])
        expect(answers[0]).toMatchObject({ status: 404 })
      }
    },
  )

  it('is in no list, and leaves no gap in one', async () => {
    for (let index = 0; index < 12; index += 1)
      put(`gap${index}`, index % 3 ? 'Theirs' : `Ours ${index}`)
    await world.send('GET', '/clients?provider=auth0&fresh=true&limit=100')
    for (const fresh of ['', '&fresh=true']) {
      const ids: string[] = []
      const sizes: number[] = []
      for (let cursor = ''; ; ) {
        const path = `/clients?provider=auth0&limit=2${fresh}${cursor}`
        const { body, status, text } = await as('named', 'GET', path)
        expect(status, text).toBe(200)
        const clients = body.clients as readonly JsonObject[]
        sizes.push(clients.length)
        ids.push(...clients.map(({ id }) => String(id)))
        for (const { name } of clients) expect(name).toMatch(/^Ours /)
        if (body.next === undefined) break
        cursor = `&cursor=${body.next}`
      }
      expect(new Set(ids).size).toBe(ids.length)
      for (const index of [0, 3, 6, 9]) expect(ids).toContain(`gap${index}`)
      expect(sizes.slice(0, -1).every((size) => size === 2)).toBe(true)
      expect(sizes.at(-1)).toBeGreaterThan(0)
    }
    const found = await as('named', 'GET', '/clients?provider=auth0&q=theirs')
    expect(found.body).toMatchObject({ clients: [] })
    expect(found.body.next).toBeUndefined()
  })

  it('is in no search of the history, nor as the source of a copy', async () => {
    await world.send('PATCH', '/clients/client002', { client: { description: 'seen by few' } })
    const copy = await world.send('POST', '/clients/client002/copy', {
      provider: 'auth0',
      client: { name: 'Ours of theirs' },
      allowLoss: true,
    })
    expect(copy.status, copy.text).toBe(201)
    const history = await as('named', 'GET', '/history?limit=3')
    expect(history.status).toBe(200)
    expect(history.text).not.toContain('client002')
    const own = await as('named', 'GET', `/clients/${copy.body.id}/history`)
    expect(own.status).toBe(200)
    expect(own.text).not.toContain('client002')
    expect((await world.send('GET', `/clients/${copy.body.id}/history`)).text).toContain(
      'client002',
    )
  })

  it('is no part of a job, and jobs of others are not there', async () => {
    const job = { clients: [{ id: 'client000' }], patch: { description: 'of a job' } }
    const other = await world.send('POST', '/jobs', job, { claims: { sub: 'someone-else' } })
    for (const rest of ['', '/results', '/events']) {
      expect((await as('named', 'GET', `/jobs/${other.body.id}${rest}`)).status).toBe(404)
    }
    expect((await as('named', 'POST', `/jobs/${other.body.id}/start`)).status).toBe(404)
    expect((await as('named', 'GET', '/jobs')).text).not.toContain(String(other.body.id))
    const clients = ['client000', 'client002', 'none-there'].map((id) => ({ id }))
    const own = await as('named', 'POST', '/jobs', {
      clients,
      patch: { description: 'by a job' },
      autoStart: true,
      maxFailures: null,
    })
    await world.until(own.body.id, 'done')
    const results = await world.results(own.body.id)
    const [inside, outside, nothing] = ['client000', 'client002', 'none-there'].map((id) => {
      const {
        client: _,
        item: __,
        at: ___,
        ...rest
      } = results.find(({ client }) => (client as JsonObject).id === id) ?? {}
      return rest
    })
    expect(inside).toMatchObject({ outcome: 'applied' })
    expect(outside).toEqual(nothing)
    expect(recordOf('client002').description).not.toBe('by a job')
    const selected = await as('named', 'POST', '/jobs', {
      select: { provider: 'auth0' },
      patch: { description: 'selected' },
    })
    await world.until(selected.body.id, 'planned')
    expect(JSON.stringify(await world.results(selected.body.id))).not.toContain('client002')
  })
})

describe('a job of a caller who may not read its clients', () => {
  it('shows its submitter what became of each, and nothing of what they are like', async () => {
    const secretive = 'what the description was'
    put('client000', 'Ours client000', { description: secretive })
    const clients = [{ id: 'client000' }]
    const submit = async (description: string) => {
      const { body } = await as('blind', 'POST', '/jobs', { clients, patch: { description } })
      await world.until(body.id, 'planned')
      const results = await as('blind', 'GET', `/jobs/${body.id}/results`)
      const headers = { 'last-event-id': '0' }
      const events = await as('blind', 'GET', `/jobs/${body.id}/events`, undefined, headers)
      return { id: body.id, results, events: await streamed(events) }
    }
    const { id, results, events } = await submit('by the blind')
    const [result] = results.body.items as readonly JsonObject[]
    expect(result).toMatchObject({ outcome: 'planned', withheld: true })
    for (const text of [results.text, events]) expect(text).not.toContain(secretive)
    expect(events).toContain('"withheld":true')
    // Who may read them is shown all of it.
    const whole = await world.send('GET', `/jobs/${id}/results`)
    expect(whole.text).toContain(secretive)
    expect(whole.text).not.toMatch(/"(withheld|unseen)"/)
    const headers = { 'last-event-id': '0' }
    const other = await world.send('GET', `/jobs/${id}/events`, undefined, { headers })
    expect(await streamed(other)).toContain(secretive)
    // Nor does it learn that it has guessed what there is.
    const guessed = await submit(secretive)
    const shown = ({ items }: JsonObject) => {
      const { at: _, ...rest } = (items as readonly JsonObject[])[0] ?? {}
      return rest
    }
    expect(shown(guessed.results.body)).toEqual(shown(results.body))
    expect((await as('blind', 'GET', `/jobs/${guessed.id}`)).body.counts).toMatchObject({
      planned: 1,
      unchanged: 0,
    })
    await as('blind', 'POST', `/jobs/${guessed.id}/start`)
    await world.until(guessed.id, 'done')
    expect(recordOf('client000').description).toBe(secretive)
  })
})

describe('a team', () => {
  it('has the clients that are assigned to it, and assigns none', async () => {
    const path = '/clients/client001'
    expect((await as('team', 'GET', path)).status).toBe(404)
    const assigned = await world.send('PUT', `${path}/team`, { team: 'payments' })
    expect(assigned.status, assigned.text).toBe(200)
    expect((await as('team', 'GET', path)).status).toBe(200)
    expect((await as('team', 'GET', `${path}/standing`)).body.team).toBe('payments')
    for (const team of ['others', null]) {
      expect((await as('team', 'PUT', `${path}/team`, { team })).status).toBe(403)
    }
    const { body } = await as('team', 'GET', `${path}/history`)
    expect((body.items as readonly JsonObject[])[0]).toMatchObject({ action: 'assign' })
  })

  it('has what it makes, also where it copies', async () => {
    const made = await as('team', 'POST', '/clients', { kind: 'spa', client: { name: 'Made' } })
    expect(made.status, made.text).toBe(201)
    const path = `/clients/${made.body.id}`
    expect((await as('team', 'GET', path)).status).toBe(200)
    expect((await world.send('GET', `${path}/standing`)).body.team).toBe('payments')
    const others = { kind: 'spa', team: 'others', client: { name: 'Made' } }
    expect((await as('team', 'POST', '/clients', others)).status).toBe(403)
    const copy = { provider: 'auth0', allowLoss: true, client: { name: 'Made again' } }
    const copied = await as('team', 'POST', `${path}/copy`, copy)
    expect(copied.status, copied.text).toBe(201)
    expect((await as('team', 'GET', `/clients/${copied.body.id}`)).status).toBe(200)
  })

  it('does not show again what it made and no longer has', async () => {
    const body = { kind: 'spa', client: { name: 'Given away' } }
    const key = { 'idempotency-key': 'given-away' }
    const made = await as('team', 'POST', '/clients', body, key)
    expect((await as('team', 'POST', '/clients', body, key)).status).toBe(201)
    const team = `/clients/${made.body.id}/team`
    expect((await world.send('PUT', team, { team: 'others' })).status).toBe(200)
    expect((await as('team', 'POST', '/clients', body, key)).status).toBe(404)
  })

  it('loses what a job has planned when the client is assigned to another', async () => {
    put('lent', 'Lent')
    const team = '/clients/lent/team'
    expect((await world.send('PUT', team, { team: 'payments' })).status).toBe(200)
    const { body } = await as('team', 'POST', '/jobs', {
      clients: [{ id: 'lent' }],
      patch: { description: 'too late' },
    })
    await world.until(body.id, 'planned')
    expect((await world.send('PUT', team, { team: null })).status).toBe(200)
    expect((await as('team', 'POST', `/jobs/${body.id}/start`)).status).toBe(200)
    await world.until(body.id, 'stopped', 'done')
    expect(recordOf('lent').description).not.toBe('too late')
  })

  it('stays with a client through other changes, and comes back with what is restored', async () => {
    const change = { client: { description: 'of payments' } }
    expect((await as('team', 'PATCH', '/clients/client001', change)).status).toBe(200)
    expect(
      (await world.send('PUT', '/clients/client001/protection', { protected: true })).status,
    ).toBe(200)
    expect((await as('team', 'GET', '/clients/client001')).status).toBe(200)
  })
})

describe('a grant for values', () => {
  const lease = (value: string, scope = 'ci') =>
    as(scope, 'PUT', '/clients/client000/leases', {
      field: 'callbacks',
      value,
      owner: 'pr-1',
      ttlSeconds: 60,
    })

  it('leases those values and no others, and ends no other lease', async () => {
    expect((await lease('https://pr-1.preview.example.com/cb')).status).toBe(200)
    expect((await lease('https://evil.example.com/.preview.example.com/cb')).status).toBe(403)
    expect((await lease('https://app.example.com/cb', 'leases:write')).status).toBe(200)
    const ending = (query: string) => as('ci', 'DELETE', `/clients/client000/leases?${query}`)
    expect((await ending('owner=pr-1')).status).toBe(403)
    const own = new URLSearchParams({ value: 'https://pr-1.preview.example.com/cb' })
    expect((await ending(`owner=pr-1&field=callbacks&${own}`)).status).toBe(200)
    expect(recordOf('client000').callbacks).toContain('https://app.example.com/cb')
  })
})

describe('whoami', () => {
  it('shows limits, and what is granted without one', async () => {
    const { body } = await as('ci', 'GET', '/whoami')
    const [auth0] = body.providers as readonly JsonObject[]
    expect(auth0).toMatchObject({
      permissions: [],
      limited: [{ permissions: ['leases:write'], only: { values: [{ pattern: PREVIEWS }] } }],
    })
    const missing = auth0?.missing as readonly JsonObject[]
    expect(missing.map(({ permission }) => permission)).not.toContain('leases:write')
  })

  it('a grant for an operation opens that one alone', async () => {
    expect((await as('looks', 'GET', '/clients/client000')).status).toBe(200)
    expect((await as('looks', 'GET', '/clients/client000/lint')).status).toBe(403)
    expect((await as('looks', 'GET', '/clients')).status).toBe(403)
  })
})
