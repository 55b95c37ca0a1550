/** `GET /metrics`: what is counted, who may read it, and that no request can make a label of its own. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HttpRequest } from '../src/http/wire/message.ts'
import { createMetrics } from '../src/observe/metrics.ts'
import { following } from '../src/store/log/chain.ts'
import { resourceOf } from '../src/store/resource.ts'
import { SHORT_WAITS, startWorld, type World, type WorldOptions } from './contract/world.ts'
import { POOL_ID } from './fixtures/cognito.ts'
import { closingOf, intentOf } from './fixtures/entries.ts'
import { runs } from './property.ts'

const CLIENT = '/clients/exampleClientId'
const RESOURCE = resourceOf({ provider: 'auth0', id: 'exampleClientId' })

let world: World
beforeEach(() => open())
afterEach(() => world.close())

async function open(options: WorldOptions = { metrics: true }): Promise<void> {
  world = await startWorld(options)
}

/** For tests of other worlds than the one that is there. */
async function reopen(options: WorldOptions): Promise<void> {
  await world.close()
  await open(options)
}

async function send(more: Partial<HttpRequest>, scopes: readonly string[] = []) {
  return world.clientry.app({
    method: 'GET',
    path: CLIENT,
    query: '',
    body: undefined,
    deadline: Date.now() + 5_000,
    ...more,
    headers: {
      authorization: [`Bearer ${await world.token(scopes)}`],
      'content-type': ['application/json'],
      ...more.headers,
    },
  })
}

const patch = (client: object, more: Partial<HttpRequest> = {}) =>
  send({ method: 'PATCH', body: Buffer.from(JSON.stringify({ client })), ...more })

/** Every series of ours with its value. */
async function series(): Promise<ReadonlyMap<string, number>> {
  const { body } = await send({ path: '/metrics' })
  const lines = body.split('\n').filter((line) => line.startsWith('clientry_'))
  return new Map(
    lines.map((line): [string, number] => {
      const end = line.lastIndexOf(' ')
      return [line.slice(0, end), Number(line.slice(end + 1))]
    }),
  )
}

const value = async (name: string) => (await series()).get(`clientry_${name}`)
const changes = (outcome: string) => value(`changes_total{provider="auth0",outcome="${outcome}"}`)

describe('GET /metrics', () => {
  it('answers the text format of Prometheus, with the process among it', async () => {
    const { status, headers, body } = await send({ path: '/metrics' })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(body).toMatch(/^process_cpu_user_seconds_total \d/m)
    const form =
      /^(|# (HELP|TYPE) .+|[a-z][a-z0-9_]*(\{([a-z]+="[^"\n]*",?)+\})? (NaN|[+-]?Inf|[\d.e+-]+))$/i
    expect(body.split('\n').filter((line) => !form.test(line))).toEqual([])
  })

  it('needs metrics:read at every provider', async () => {
    const everywhere = { scope: 'metrics', grants: ['metrics:read'] }
    const somewhere = { scope: 'some', grants: ['metrics:read'], providers: ['auth0', 'local'] }
    await reopen({ metrics: true, permissions: [everywhere, somewhere] })
    const status = async (scopes: string[]) => (await send({ path: '/metrics' }, scopes)).status
    expect(await status(['metrics'])).toBe(200)
    expect(await status(['some'])).toBe(403)
    expect(await status([])).toBe(403)
    const stranger = await send({ path: '/metrics', headers: { authorization: [] } })
    expect(stranger.status).toBe(401)
  })

  it('answers 404 and why where no one counts', async () => {
    await reopen({})
    const { status, body } = await send({ path: '/metrics' })
    expect(status).toBe(404)
    expect(JSON.parse(body)).toMatchObject({ error: expect.stringMatching(/no metrics here/) })
  })
})

describe('requests', () => {
  it('are counted by route, method and status, and errors by code', async () => {
    await send({})
    await send({ path: '/clients/nobody' })
    await send({ method: 'BREW', path: '/coffee' })
    const all = await series()
    const counted = (labels: string) =>
      all.get(`clientry_request_duration_seconds_count{${labels}}`)
    expect(counted('route="/clients/{clientId}",method="GET",status="200"')).toBe(1)
    expect(counted('route="/clients/{clientId}",method="GET",status="404"')).toBe(1)
    expect(counted('route="none",method="other",status="404"')).toBe(1)
    expect(all.get('clientry_errors_total{code="not_found"}')).toBe(1)
    expect(all.get('clientry_errors_total{code="change_unresolved"}')).toBe(0)
  })

  it('cost upstream calls, by provider, operation and kind of answer', async () => {
    await send({})
    world.auth0.inject({ kind: 'reset_before_apply', operation: 'GET /clients/{id}' })
    await send({})
    const all = await series()
    const labels = 'provider="auth0",operation="GET /clients/{id}",status'
    expect(all.get(`clientry_upstream_duration_seconds_count{${labels}="2xx"}`)).toBe(2)
    expect(all.get(`clientry_upstream_duration_seconds_count{${labels}="none"}`)).toBe(1)
  })

  it('fetch keys, whose state is shown', async () => {
    const issuer = 'issuer="https://issuer.example/"'
    await send({})
    expect(await value(`keys_loaded_seconds{${issuer}}`)).toBeGreaterThan(1_700_000_000)
    expect(await value(`keys_failures{${issuer}}`)).toBe(0)
  })
})

describe('what is read when someone asks', () => {
  const key = {
    issuer: 'i',
    loadedAt: undefined,
    stale: true,
    failures: 3,
    refused: [''],
  }
  const bucket = {
    name: 'tenant',
    tokens: 2,
    pausedUntil: 1_500,
    waiting: 3,
    sent: 4,
    throttled: 5,
    refused: 6,
    waitedMs: 250,
  }

  it('is shown as it is now, and what cannot be known is not there', async () => {
    const metrics = createMetrics(['auth0'])
    const { text: first } = await metrics.render({
      keys: [key],
      pace: [{ provider: 'auth0', buckets: [bucket] }],
      overdue: ['auth0', 'auth0', 'gone'],
    })
    expect(first.split('\n')).toEqual(
      expect.arrayContaining([
        'clientry_changes_overdue{provider="auth0"} 2',
        'clientry_changes_overdue{provider="gone"} 1',
        'clientry_keys_loaded_seconds{issuer="i"} 0',
        'clientry_keys_stale{issuer="i"} 1',
        'clientry_keys_failures{issuer="i"} 3',
        'clientry_keys_refused{issuer="i"} 1',
        'clientry_pace_tokens{provider="auth0",bucket="tenant"} 2',
        'clientry_pace_waiting{provider="auth0",bucket="tenant"} 3',
        'clientry_pace_paused_until_seconds{provider="auth0",bucket="tenant"} 1.5',
        'clientry_pace_sent{provider="auth0",bucket="tenant"} 4',
        'clientry_pace_throttled{provider="auth0",bucket="tenant"} 5',
        'clientry_pace_refused{provider="auth0",bucket="tenant"} 6',
        'clientry_pace_waited_seconds{provider="auth0",bucket="tenant"} 0.25',
      ]),
    )
    expect(first).not.toMatch(/^clientry_pace_rate\{/m)
    const { text: second } = await metrics.render({ keys: [], pace: [], overdue: undefined })
    expect(second).not.toMatch(/^clientry_(changes_overdue|keys_stale)\{/m)
  })
})

describe('changes', () => {
  it('are counted by what became of them', async () => {
    await patch({ name: 'Counted' })
    await patch({ name: 'Counted' })
    await patch({ name: 'Planned' }, { query: 'dryRun=true' })
    expect([
      await changes('applied'),
      await changes('unchanged'),
      await changes('planned'),
    ]).toEqual([1, 1, 1])
  })

  it('that the provider refuses are not applied', async () => {
    await reopen({ metrics: true, limits: SHORT_WAITS })
    const operation = 'PATCH /clients/{id}'
    world.auth0.inject({ kind: 'error_before_apply', operation, times: 9 })
    expect((await patch({ name: 'Lost' })).status).toBe(500)
    expect(await changes('not_applied')).toBeGreaterThan(0)
    expect(await changes('applied')).toBe(0)
  })

  it('whose outcome is not known are counted as that and not as applied', async () => {
    world.database.exec(
      `create trigger full before insert on log when json_extract(new.entry, '$.kind') = 'outcome'
        begin select raise(abort, 'full'); end`,
    )
    expect((await patch({ name: 'Unknown' })).status).toBe(504)
    expect([await changes('unknown'), await changes('applied')]).toEqual([1, 0])
    expect(await value('store_failures_total{operation="append"}')).toBeGreaterThan(0)
    world.database.exec('drop trigger full')
  })

  it('by others are counted when they are noticed', async () => {
    await patch({ name: 'Ours' })
    world.auth0.put({ ...world.auth0.client('exampleClientId'), name: 'Theirs' })
    await patch({ description: 'Ours again' })
    expect(await value('outside_changes_total{provider="auth0"}')).toBe(1)
    expect(await value('overlaps_total{provider="auth0"}')).toBe(0)
  })

  it('that are open past their deadline are shown, and a sweep counts how it went', async () => {
    const { store } = world.clientry.service
    await store.append(intentOf(RESOURCE, 1))
    const gone = resourceOf({ provider: 'no-longer-configured', id: 'nobody' })
    await store.append(intentOf(gone, 1))
    expect(await value('changes_overdue{provider="auth0"}')).toBe(1)
    expect(await value('changes_overdue{provider="cognito-client"}')).toBe(0)
    await world.clientry.sweep()
    expect(await value('changes_overdue{provider="auth0"}')).toBe(0)
    expect(await value('sweep_settled_total')).toBe(1)
    expect(await value('sweep_left')).toBe(1)
    expect(await value('changes_settled_total{provider="auth0"}')).toBe(1)
    expect(await changes('conflict')).toBe(1)
  })

  it('that ran on after others had closed them, and what is not as planned, are counted', async () => {
    const { store } = world.clientry.service
    const intent = intentOf(RESOURCE, 1)
    await store.append(intent)
    const surprises = [{ field: 'name', before: 'a', after: 'b' }]
    const closing = closingOf(RESOURCE, 2, { surprises })
    expect(await store.append(closing)).toBe(true)
    expect(await store.append(closing)).toBe(false)
    const { operationId } = intent
    const overlap = {
      kind: 'overlap' as const,
      resource: RESOURCE,
      at: 1,
      operationId,
      tag: 'after',
    }
    await store.append(following(closing, overlap))
    expect(await value('not_as_planned_total{provider="auth0"}')).toBe(1)
    expect(await value('overlaps_total{provider="auth0"}')).toBe(1)
    expect(await changes('applied')).toBe(1)
  })
})

describe('labels', () => {
  const text = fc.string({ unit: fc.constantFrom(...'abcdefghijkmnpqrstuvwxyz'), minLength: 9 })
  const known = ['GET', 'PATCH', 'PUT', 'DELETE']
  type Shape = (random: string, method: string) => Partial<HttpRequest>
  const SHAPES: readonly Shape[] = [
    (random, method) => ({ method, path: `/${random}` }),
    (random, method) => ({ method, path: `/clients/${random}` }),
    (random, method) => ({ method, path: `/providers/${random}` }),
    (random, method) => ({ method, query: `provider=${random}` }),
    (random, method) => ({ method, query: `provider=cognito-client&userPoolId=${random}` }),
    (random, method) => ({ method, query: `${random}=1` }),
    (random, method) => ({ method, headers: { 'x-request-id': [random] } }),
    (random, method) => ({ method, headers: { authorization: [`Bearer ${random}`] } }),
    (random) => ({ method: 'PATCH', body: Buffer.from(`{"client":{"${random}":1}}`) }),
    (random) => ({ method: 'PATCH', body: Buffer.from(`{"client":{"name":"${random}"}}`) }),
    (random) => ({
      method: 'PATCH',
      body: Buffer.from(
        `{"provider":"cognito-client","userPoolId":"${POOL_ID}","client":{"name":"${random}"}}`,
      ),
    }),
  ]

  /**
   * Of calls upstream the status is left out, whose values are classes of HTTP or `none`: one of two calls beside
   * each other is called off when the other fails first, and when that is depends on the load of the machine.
   */
  async function labels(): Promise<readonly string[]> {
    const all = [...(await series()).keys()]
    for (const one of all) expect(one).toMatch(/^(?!.*,status=)|,status="(?:\d{3}|[1-5]xx|none)"/)
    return [
      ...new Set(all.map((one) => one.replace(/^(clientry_upstream_.*),status="[^"]*"/, '$1'))),
    ].sort()
  }

  it('are the same after 300 requests with paths, ids and methods by chance', async () => {
    for (const shape of SHAPES) {
      for (const method of [...known, 'BREW']) await send(shape('beforehand', method))
    }
    await series()
    const before = await labels()
    const seen: string[] = []
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SHAPES),
        text,
        fc.oneof(
          fc.constantFrom(...known),
          text.map((word) => word.toUpperCase()),
        ),
        async (shape, random, method) => {
          seen.push(random, method)
          expect((await send(shape(random, method))).status).toBeLessThan(500)
        },
      ),
      { numRuns: runs(300), endOnFailure: true },
    )
    const after = await labels()
    expect(after).toEqual(before)
    expect(seen.length).toBe(runs(300) * 2)
    const random = seen.filter((word) => !known.includes(word))
    expect(random.filter((word) => after.join().includes(word))).toEqual([])
  })
})

describe('the library for them', () => {
  const DIST = fileURLToPath(new URL('../dist', import.meta.url))
  const read = (...path: readonly string[]) => readFileSync(join(DIST, ...path), 'utf8')

  it('is loaded by the Node entries, and by a function only with what hands them to a collector', () => {
    const modules = readdirSync(DIST).filter((name) => name.endsWith('.js'))
    const words = ['prom-client', 'changes_overdue']
    const files = readdirSync(join(DIST, 'lambda')).filter((name) => name.endsWith('.mjs'))
    const inOf = (isLater: boolean) =>
      files
        .filter((name) => name.startsWith('lambda-telemetry-') === isLater)
        .map((name) => read('lambda', name))
        .join('\n')
    const [lambda, later] = [inOf(false), inOf(true)]
    expect(words.filter((word) => modules.some((name) => read(name).includes(word)))).toEqual(words)
    const known = [...words, 'process_cpu']
    expect(known.filter((word) => lambda.includes(word))).toEqual([])
    expect(known.filter((word) => later.includes(word))).toEqual(known)
  })
})
