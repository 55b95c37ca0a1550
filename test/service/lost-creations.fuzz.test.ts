/**
 * G6: a creation whose answer is lost, against services of their own: whatever the new client looks like, and
 * however late it comes up in the list, its key never makes a second one, and it is found or named.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { createProviders } from '../../src/providers/configured.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Service } from '../../src/service/base/service.ts'
import { adoptClient } from '../../src/service/life/adopt.ts'
import { copyClient } from '../../src/service/life/copy.ts'
import { createClient } from '../../src/service/life/create.ts'
import type { CreationResult } from '../../src/service/life/creation.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { readHistory, readOperation } from '../../src/service/reading/history.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { openBench } from '../contract/service.ts'
import { createTally, patience, runs } from '../property.ts'
import { LOSSES, type Losing, startLosing, TWISTS } from './losing-upstream.ts'

const POOL = 'us-east-1_losing'
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
/** Those of a configuration that says nothing. */
const LAG_MS = { auth0: 30_000, cognito: 5_000 }
const DEADLINE_MS = 25_000

const twist = fc.constantFrom(...TWISTS)
const losing = fc.record({
  service: fc.constantFrom('auth0' as const, 'cognito' as const),
  loss: fc.constantFrom(...LOSSES),
  ages: fc.boolean(),
  /** Of the time that the service may take. */
  lag: fc.double({ min: 0, max: 0.99, noNaN: true }),
  twists: fc.array(twist, { minLength: 1, maxLength: 30 }),
  name: twist,
  /** How far the provider's clock is from ours (milliseconds). */
  skewMs: fc.integer({ min: -59_000, max: 59_000 }),
  gentle: fc.boolean(),
  copied: fc.boolean(),
})
type Case = typeof losing extends fc.Arbitrary<infer C> ? C : never

const LOST: Case = {
  service: 'auth0',
  loss: 'reset after',
  ages: true,
  lag: 0.5,
  twists: ['kept'],
  name: 'kept',
  skewMs: 0,
  gentle: false,
  copied: false,
}

const isLanded = ({ loss }: Pick<Losing, 'loss'>) => loss !== 'reset before'

/** One world: a service that loses an answer, and ours with a clock that sleeping moves. */
async function open(given: Case) {
  const clock = { aheadMs: 0 }
  const now = () => Date.now() + clock.aheadMs
  const lagMs = given.lag * LAG_MS[given.service]
  const upstream = await startLosing({ ...given, lagMs, now: () => now() + given.skewMs })
  const settings =
    given.service === 'auth0'
      ? {
          type: 'auth0' as const,
          baseUrl: upstream.url,
          audience: 'losing',
          clientId: 'clientry',
          clientSecret: secret('x'),
          allowWildcards: false,
        }
      : {
          type: 'cognito' as const,
          pools: { [POOL]: { region: 'us-east-1', endpoint: upstream.url } },
          credentials: { accessKeyId: 'x', secretAccessKey: secret('x') },
          pace: { perOperation: 10_000, perCategory: 10_000 },
        }
  const surroundings = { now: Date.now, environmentCredentials: () => undefined }
  const providers = await createProviders({ it: settings }, surroundings)
  const bench = await openBench(providers, { upstreamTimeoutMs: 2_000 })
  const service: Service = {
    ...bench.service,
    now,
    sleep: async (milliseconds) => {
      clock.aheadMs += milliseconds
    },
  }
  const close = () => Promise.all([bench.close(), upstream.close()])
  return { upstream, service, clock, provider: providers.get('it') as Provider, close }
}

type World = Awaited<ReturnType<typeof open>>

async function attempt(
  given: { readonly service: string; readonly copied: boolean },
  { service, provider }: Pick<World, 'service' | 'provider'>,
) {
  const place = { provider: 'it', ...(given.service === 'cognito' ? { userPoolId: POOL } : {}) }
  const patch = {
    name: 'Portal',
    callbacks: ['https://a.example.com/cb', 'https://b.example.com/cb'],
  }
  const request = {
    provider,
    place,
    patch: parseMergePatch(patch),
    dryRun: false,
    actor: ACTOR,
    requestId: 'request-1',
    deadline: service.now() + DEADLINE_MS,
    key: keyOf(service.fingerprints, ACTOR, 'one', patch),
  }
  if (!given.copied) return createClient(service, { ...request, kind: 'web' })
  const source = { ref: { ...place, id: 'source' }, provider, removedToo: false }
  return copyClient(service, { ...request, source, allowLoss: true })
}

/** The client that a copy is made of was there long before. */
function putSource(given: Case, { upstream, service }: World): void {
  const old = service.now() - 3_600_000
  const record =
    given.service === 'auth0'
      ? {
          client_id: 'source',
          name: 'Source',
          app_type: 'regular_web',
          grant_types: ['authorization_code'],
          token_endpoint_auth_method: 'client_secret_basic',
          ...(given.ages ? { created_at: new Date(old).toISOString() } : {}),
        }
      : {
          ClientId: 'source',
          ClientName: 'Source',
          ClientSecret: 'secret-of-source',
          ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
          ...(given.ages ? { CreationDate: old / 1_000 } : {}),
        }
  upstream.clients.set('source', { record, listedFrom: 0 })
}

/** Repeats the request until it is answered for good, as the SDK does, with sweeps between. */
async function untilKnown(given: Case, world: World): Promise<CreationResult | ClientError> {
  for (let tries = 0; tries < 6; tries += 1) {
    const result = await attempt(given, world).catch((error: ClientError) => error)
    const open = result instanceof ClientError && /^(outcome_unknown|key_in_use)$/.test(result.code)
    if (!open) return result
    world.clock.aheadMs += DEADLINE_MS
    await sweep(world.service)
  }
  throw new TypeError('It is never answered for good.')
}

const tally = createTally('lost creations')
afterAll(tally.print)

it(
  'makes one client for a key, whatever the answer would have been',
  { timeout: patience(120_000) },
  () =>
    fc.assert(
      fc.asyncProperty(losing, async (given) => {
        const world = await open(given)
        try {
          putSource(given, world)
          const result = await untilKnown(given, world)
          expect(world.upstream.creations()).toBe(isLanded(given) ? 1 : 2)
          if (!(result instanceof ClientError)) {
            tally.add(isLanded(given) ? 'found' : 'made by the second request')
            expect(result.ref?.id).toBe('made1')
            return
          }
          tally.add('named in a conflict')
          expect(given.gentle).toBe(false)
          // What cannot be recognised is named, with what to do about it.
          expect([isLanded(given), result.code]).toEqual([true, 'change_unresolved'])
          expect(result.message).toContain('PUT /clients/made1/registration?provider=it')
          expect(result.message).toContain('DELETE /clients/made1?provider=it')
          const again = await attempt(given, world).catch((error: ClientError) => error)
          expect(again).toMatchObject({ code: 'change_unresolved', message: result.message })
          expect(world.upstream.creations()).toBe(1)
        } finally {
          await world.close()
        }
      }),
      { numRuns: runs(60) },
    ),
)

it('registers once where the answer is lost, since no server lists its clients', async () => {
  let registrations = 0
  const server = createServer((request, response) => {
    registrations += 1
    request.resume().once('end', () => response.socket?.resetAndDestroy())
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const bench = await openBench(new Map())
  try {
    const { port } = server.address() as AddressInfo
    const settings = {
      type: 'rfc7592' as const,
      endpoints: { registrationEndpoint: `http://127.0.0.1:${port}/register`, origins: [] },
      dialect: 'standard' as const,
    }
    const { service } = bench
    const { store, seal } = service
    const surroundings = { now: Date.now, environmentCredentials: () => undefined, store, seal }
    const provider = (await createProviders({ it: settings }, surroundings)).get('it') as Provider
    const make = () =>
      attempt({ service: 'rfc7592', copied: false }, { service, provider }).catch(
        (error: ClientError) => error,
      )
    const says =
      /PUT \/clients\/\{clientId\}\/registration\?provider=it .*and its registration access token/
    expect(await make()).toMatchObject({
      code: 'change_unresolved',
      message: expect.stringMatching(says),
    })
    expect(await make()).toMatchObject({
      code: 'change_unresolved',
      message: expect.stringMatching(says),
    })
    expect(registrations).toBe(1)
  } finally {
    server.close()
    await bench.close()
  }
})

it('takes the named client in by the request that the conflict names', async () => {
  const world = await open({ ...LOST, twists: ['other'] })
  try {
    const { service, provider, upstream } = world
    expect(await untilKnown(LOST, world)).toMatchObject({ code: 'change_unresolved' })
    const ref = { provider: 'it', id: 'made1' }
    const request = { ref, provider, dryRun: false, actor: ACTOR, requestId: 'request-2' }
    const deadline = service.now() + DEADLINE_MS
    const adopted = await adoptClient(service, { ...request, deadline })
    expect(adopted).toMatchObject({ outcome: 'applied', native: { client_id: 'made1' } })
    const { items } = await readHistory(service, ref, { limit: 10 })
    expect(items).toMatchObject([{ action: 'adopt', outcome: 'applied', actor: ACTOR }])
    expect(upstream.creations()).toBe(1)
    const token = { token: secret('any') }
    await expect(
      adoptClient(service, { ...request, deadline, registration: token }),
    ).rejects.toMatchObject({ code: 'unsupported_operation', field: 'registrationAccessToken' })
  } finally {
    await world.close()
  }
})

it('goes by the age of a Cognito client, whatever its name, in the spelling of the service', async () => {
  const given: Case = { ...LOST, service: 'cognito', twists: ['other'], name: 'other' }
  const world = await open(given)
  try {
    expect(await untilKnown(given, world)).toMatchObject({ code: 'change_unresolved' })
    expect(world.upstream.creations()).toBe(1)
  } finally {
    await world.close()
  }
})

it('names the candidates in the history of its operation', async () => {
  const world = await open({ ...LOST, twists: ['other'], name: 'other' })
  try {
    const failure = await untilKnown(LOST, world)
    const { operationId = '' } = (failure as ClientError).details
    expect(await readOperation(world.service, operationId)).toMatchObject({
      outcome: 'conflict',
      candidates: ['made1'],
    })
  } finally {
    await world.close()
  }
})
