/** Adopting, reaping and linting by limited grants: each within the limits, and nothing of what is outside shows. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const GRANTED = PERMISSIONS.filter((one) => one !== 'metrics:read')
const OURS = { names: [{ pattern: 'Ours*' }] }
const OLD = '2020-01-01T00:00:00.000Z'
const DAY = 86_400

let world: JobWorld

beforeAll(async () => {
  const permissions = [
    ...PERMISSIONS.map((one) => ({ scope: one, grants: [one] })),
    { scope: 'named', grants: GRANTED, only: OURS },
    { scope: 'team', grants: GRANTED, only: { teams: ['payments'] } },
    {
      scope: 'suspends',
      grants: GRANTED.filter((one) => one !== 'clients:delete'),
      only: OURS,
    },
    { scope: 'suspends', grants: ['clients:delete'], only: { names: ['Ours 1'] } },
    { scope: 'settings', grants: ['clients:write'], only: { fields: ['callbacks'] } },
    { scope: 'settings', grants: ['clients:read'] },
  ]
  world = await startJobWorld(0, { permissions: permissions as never, scopes: PERMISSIONS })
})
afterAll(() => world.close())

const as = (scope: string, method: string, path: string, body?: Json) =>
  world.send(method, path, body, { scopes: [scope] })
const put = (id: string, name: string, more: JsonObject = {}) =>
  world.auth0.put({
    ...fullAuth0Client,
    ...{ created_at: OLD, updated_at: OLD, client_aliases: [], client_id: id, name },
    ...more,
  })
const ids = (items: unknown) =>
  (items as readonly { readonly client: JsonObject }[]).map(({ client }) => client.id).sort()

describe('lint over all clients', () => {
  const SHARED = 'https://shared.example.com/cb'
  const lint = async (scope: string | undefined, limit = 100) => {
    const [items, shared]: [JsonObject[], JsonObject[]] = [[], []]
    let mirror: unknown
    for (let cursor = ''; ; ) {
      const path = `/lint?provider=auth0&limit=${limit}${cursor}`
      const answer = await (scope === undefined ? world.send('GET', path) : as(scope, 'GET', path))
      expect(answer.status, answer.text).toBe(200)
      items.push(...(answer.body.items as JsonObject[]))
      shared.push(...(answer.body.shared as JsonObject[]))
      mirror = answer.body.mirror
      if (answer.body.next === undefined) return { items, shared, mirror }
      cursor = `&cursor=${answer.body.next}`
    }
  }

  beforeAll(async () => {
    for (let index = 0; index < 9; index += 1) {
      const name = index % 2 === 0 ? `Ours ${index}` : `Theirs ${index}`
      put(`lint${index}`, name, { callbacks: [SHARED, 'http://insecure.example.com/cb'] })
    }
    await world.send('GET', '/clients?provider=auth0&fresh=true&limit=100')
  })

  it.each([100, 2])(
    'shows those within the grant, and counts no others (pages of %s)',
    async (limit) => {
      const all = await lint(undefined)
      expect(all.shared.map(({ count }) => count)).toContain(9)
      const own = await lint('named', limit)
      expect(ids(own.items)).toEqual(['lint0', 'lint2', 'lint4', 'lint6', 'lint8'])
      const finding = own.shared.filter(({ message }) => String(message).includes(SHARED))
      expect(finding).toMatchObject([{ count: 5 }])
      expect(JSON.stringify(own)).not.toMatch(/lint[1357]|Theirs/)
      // What each has is what is found on it by itself.
      for (const { client, findings } of own.items) {
        const { body } = await as('named', 'GET', `/clients/${(client as JsonObject).id}/lint`)
        expect(body.findings).toEqual(expect.arrayContaining(findings as unknown[]))
      }
      expect(own.mirror).toMatchObject([{ verifiedAt: null }])
    },
  )

  it('goes by the clients of now', async () => {
    put('lint0', 'Theirs now', { callbacks: [SHARED] })
    const own = await lint('named')
    expect(ids(own.items)).not.toContain('lint0')
    expect(own.shared.map(({ count }) => count)).toContain(4)
    put('lint0', 'Ours 0', { callbacks: [SHARED, 'http://insecure.example.com/cb'] })
  })

  it('shows nothing where no client is within the grant', async () => {
    expect(await lint('team')).toMatchObject({ items: [], shared: [] })
  })
})

describe('reaping', () => {
  const REAP = { select: { provider: 'auth0', q: 'reaped' }, olderThanSeconds: 90 * DAY }
  const submit = (scope: string) =>
    as(scope, 'POST', '/jobs/reap', { ...REAP, unknownUse: true, graceSeconds: 7 * DAY })
  const suspendedOf = async (id: string) =>
    (await world.send('GET', `/clients/${id}/standing`)).body.suspension !== undefined

  beforeAll(async () => {
    for (const index of [1, 2, 3]) put(`reaped${index}`, `Ours ${index}`)
    put('reaped4', 'Theirs')
    await world.send('GET', '/clients?provider=auth0&fresh=true&limit=100')
  })

  it('looks for those within the grant alone, and suspends what still is', async () => {
    const { body, status, text } = await submit('named')
    expect(status, text).toBe(202)
    await world.until(body.id, 'planned')
    const planned = await world.results(body.id)
    expect(ids(planned)).toEqual(['reaped1', 'reaped2', 'reaped3'])
    expect(planned).toMatchObject(planned.map(() => ({ reap: { verdict: 'reap' } })))
    // It leaves the grant before the job is started.
    put('reaped2', 'Theirs since')
    expect((await as('named', 'POST', `/jobs/${body.id}/start`)).status).toBe(200)
    await world.until(body.id, 'done', 'stopped')
    await as('named', 'POST', `/jobs/${body.id}/resume`)
    await world.until(body.id, 'done', 'stopped')
    expect(await suspendedOf('reaped2')).toBe(false)
    expect(await suspendedOf('reaped4')).toBe(false)
    expect(await suspendedOf('reaped1')).toBe(true)
    // No one else who is limited knows of the job.
    const other = await world.send('GET', `/jobs/${body.id}`, undefined, {
      scopes: ['named'],
      claims: { sub: 'other' },
    })
    expect(other.status).toBe(404)
    const undo = await as('named', 'POST', `/jobs/${body.id}/undo`, { autoStart: true })
    await world.until(undo.body.id, 'done', 'stopped')
    expect(await suspendedOf('reaped1')).toBe(false)
  })

  it('takes the right to remove each client, not only to suspend it', async () => {
    put('reaped2', 'Ours 2')
    const { body } = await submit('suspends')
    await world.until(body.id, 'planned', 'stopped', 'done')
    const results = await world.results(body.id)
    const of = (id: string) => results.find(({ client }) => (client as JsonObject).id === id)
    expect(of('reaped2')).toMatchObject({ outcome: 'failed', code: 'insufficient_scope' })
    expect(ids(results)).not.toContain('reaped4')
  })
})

describe('adopting', () => {
  const adopt = (scope: string, id: string, query = '') =>
    as(scope, 'PUT', `/clients/${id}/registration${query}`, {})
  const actions = async (id: string) =>
    ((await world.send('GET', `/clients/${id}/history`)).body.items as JsonObject[]).map(
      ({ action }) => action,
    )

  it('takes in a client within the grant, and none outside', async () => {
    put('adopted', 'Ours adopted')
    put('foreign', 'Theirs')
    expect((await adopt('named', 'adopted', '?dryRun=true')).status).toBe(200)
    const { status, text } = await adopt('named', 'adopted')
    expect(status, text).toBe(200)
    expect(await actions('adopted')).toEqual(['adopt'])
    const [outside, absent] = [await adopt('named', 'foreign'), await adopt('named', 'none')]
    expect(outside.status).toBe(404)
    expect({ ...outside.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' })
    expect(await actions('foreign')).toEqual([])
  })

  it('is about the client as a whole, which a grant for settings does not cover', async () => {
    put('settings', 'Ours')
    expect((await adopt('settings', 'settings')).status).toBe(403)
    expect(await actions('settings')).toEqual([])
  })

  it('takes in no client of no team by a grant for teams', async () => {
    put('teamless', 'Ours')
    expect((await adopt('team', 'teamless')).status).toBe(404)
  })
})
