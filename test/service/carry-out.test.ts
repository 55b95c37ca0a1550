/**
 * G4: what a change answers and records when the store, the provider or another instance gets in between: each at
 * one exact place, with a real store and an emulator.
 */

import { describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { createClient } from '../../src/service/life/create.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { auth0Over } from '../contract/auth0-provider.ts'
import type { Bench } from '../contract/service.ts'
import { requestFor } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onTenant } from '../fixtures/bench.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { endingAtFirstPause } from './dying.ts'

const REF = { provider: 'auth0', id: 'exampleClientId' }
const RESOURCE = resourceOf(REF)
const CLIENT = 'PATCH /clients/{id}'
const READ = 'GET /clients/{id}'
const CONNECTION = 'PATCH /connections/{id}/clients'

let emulator: Auth0Emulator
let bench: Bench

const it = onTenant({}, (opened) => {
  ;({ emulator, bench } = opened)
})

/** Does something once, at one place of a change. */
function at(point: CrashPoint, work: () => unknown, ways: Partial<Service> = {}): Service {
  let done = false
  return {
    ...bench.service,
    ...ways,
    reached: async (reached) => {
      if (reached !== point || done) return
      done = true
      await work()
    },
  }
}

const change = (service: Service, client: object, options: Partial<ChangeRequest> = {}) =>
  changeClient(service, { ...requestFor(service, REF, client), ...options })
const entries = () => bench.service.store.entries(RESOURCE)
const outcomes = async () =>
  (await entries()).flatMap((entry) => (entry.kind === 'outcome' ? [entry.outcome] : []))
const operationId = async () => {
  const [first] = await entries()
  return first?.kind === 'intent' ? first.operationId : ''
}
const calls = (operation: string) =>
  emulator.calls.filter((call) => call.operation === operation).length
const breakStore = () => bench.database.exec('pragma query_only = on')
const mendStore = () => bench.database.exec('pragma query_only = off')
const foreign = (members: JsonObject) =>
  emulator.put({ ...(emulator.client('exampleClientId') as JsonObject), ...members })
/** Another instance on the same store, an hour later. */
const later = (): Service => ({
  ...bench.service,
  turns: createTurns(Date.now),
  sleep: async () => {},
  now: () => Date.now() + 3_600_000,
})

describe('a store that fails once the change is sent', () => {
  it.each(['step sent', 'state known'] as const)(
    'after "%s" leaves the outcome open',
    async (point) => {
      const attempt = change(at(point, breakStore), { name: 'New' })
      const error = await attempt.catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        code: 'outcome_unknown',
        details: { operationId: await operationId(), cause: { code: 'store_unavailable' } },
        message: expect.stringContaining(await operationId()),
      })
      expect(emulator.client('exampleClientId')?.name).toBe('New')
      mendStore()
      expect(await sweep(bench.service)).toEqual({ settled: 0, left: 0 })
      expect(await sweep(later())).toEqual({ settled: 1, left: 0 })
      expect(await outcomes()).toEqual(['applied'])
    },
  )

  it('leaves it open where neither the client nor the log can be read', async () => {
    emulator.inject({ kind: 'reset_after_apply', operation: CLIENT })
    emulator.inject({ kind: 'reset_before_apply', operation: READ, skip: 1, times: 9 })
    const { store } = bench.service
    let failures = 1
    const last: typeof store.last = async (resource) => {
      if (calls(READ) < 4 || failures === 0) return store.last(resource)
      failures -= 1
      throw new ClientError('store_unavailable', 'It is away.')
    }
    const service = { ...bench.service, store: { ...store, last }, sleep: async () => {} }
    await expect(change(service, { name: 'New' })).rejects.toMatchObject({
      code: 'outcome_unknown',
      details: { cause: { code: 'provider_unavailable' } },
    })
    expect([failures, await outcomes()]).toEqual([0, []])
  })

  it('leaves it open as well when nothing is in force', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: CLIENT })
    // The pause before the second look is the place to break it at.
    const service = { ...bench.service, sleep: async () => breakStore() }
    await expect(change(service, { name: 'New' })).rejects.toMatchObject({
      code: 'outcome_unknown',
    })
    mendStore()
    expect(await sweep(later())).toEqual({ settled: 1, left: 0 })
    expect(await outcomes()).toEqual(['not_applied'])
  })
})

describe('a change that another instance has settled meanwhile', () => {
  const settleElsewhere = () => sweep(later())

  it('answers conflict with what it wrote, and records the overlap with the state', async () => {
    const attempt = change(at('state known', settleElsewhere), { name: 'New', description: 'Text' })
    const error = await attempt.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'change_unresolved',
      details: { operationId: await operationId() },
      message: expect.stringMatching(
        /Check client\.name, client\.description\. GET \/operations\/\S+ \(clientry operation \S+\) .*PATCH/,
      ),
    })
    const log = await entries()
    expect(log.map(({ kind, seq }) => [seq, kind])).toEqual([
      [1, 'intent'],
      [2, 'outcome'],
      [3, 'overlap'],
    ])
    expect(log[2]).toMatchObject({
      operationId: await operationId(),
      state: { name: 'New', description: 'Text' },
      tag: expect.stringMatching(/^[\w-]{32}$/),
    })
    expect(JSON.stringify(log[2])).not.toContain(String(fullAuth0Client.client_secret))
  })

  it('answers conflict as well when the answer was that nothing is in force', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: CLIENT })
    const service = { ...bench.service, sleep: async () => void (await settleElsewhere()) }
    await expect(change(service, { name: 'New' })).rejects.toMatchObject({
      code: 'change_unresolved',
    })
  })

  it('records the state that was known last where it cannot read any more', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: CLIENT })
    let settled = false
    const sleep = async () => {
      if (settled) return
      settled = true
      await settleElsewhere()
      emulator.inject({ kind: 'reset_before_apply', operation: READ, times: 9 })
    }
    const attempt = change({ ...bench.service, sleep }, { name: 'New' })
    await expect(attempt).rejects.toMatchObject({
      code: 'change_unresolved',
      details: { outcome: 'conflict' },
    })
    const [, closing, overlap] = await entries()
    if (closing?.kind !== 'outcome') throw new TypeError('no outcome')
    const { tag, state } = closing
    expect(tag).toBeDefined()
    expect(overlap).toMatchObject({ kind: 'overlap', tag, state })
  })

  it('leaves the place after an open intent to the outcome of that', async () => {
    const { store } = bench.service
    let pauses = 0
    const sleep = async () => {
      pauses += 1
      if (pauses === 3) await store.append(closingOf(RESOURCE, 4))
    }
    const closeAndBegin = async () => {
      await settleElsewhere()
      await store.append(intentOf(RESOURCE, 3))
    }
    const attempt = change(at('state known', closeAndBegin, { sleep }), { name: 'New' })
    await expect(attempt).rejects.toMatchObject({ code: 'change_unresolved' })
    expect(pauses).toBe(3)
    expect((await entries()).map(({ kind }) => kind)).toEqual([
      'intent',
      'outcome',
      'intent',
      'outcome',
      'overlap',
    ])
  })

  it('records behind an entry that takes its place at the same moment', async () => {
    const { store } = bench.service
    let first = true
    const append: typeof store.append = async (entry) => {
      if (entry.kind === 'overlap' && first) {
        first = false
        await store.append(outsideChangeOf(RESOURCE, entry.seq))
      }
      return store.append(entry)
    }
    const service = at('state known', settleElsewhere, { store: { ...store, append } })
    await expect(change(service, { name: 'New' })).rejects.toMatchObject({
      code: 'change_unresolved',
    })
    const kinds = (await entries()).map(({ kind }) => kind)
    expect(kinds).toEqual(['intent', 'outcome', 'outside_change', 'overlap'])
  })

  it('answers that the outcome is unknown when the overlap cannot be recorded', async () => {
    const { store } = bench.service
    const append: typeof store.append = async (entry) => {
      if (entry.kind === 'overlap') breakStore()
      return store.append(entry)
    }
    const service = at('state known', settleElsewhere, { store: { ...store, append } })
    const error = await change(service, { name: 'New' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'outcome_unknown',
      details: { operationId: await operationId(), cause: { code: 'store_unavailable' } },
    })
  })

  const lease: ChangeRequest['patch'] = {
    kind: 'lease',
    field: 'callbacks',
    value: 'https://pull-1.example.com/cb',
    owner: 'pull-1',
    seconds: 60,
  }

  it('holds what came into force after all, although it was taken for lost', async () => {
    // The other one finds nothing in force, closes the intent, and only then it is sent.
    const service = at('intent recorded', settleElsewhere)
    await expect(change(service, {}, { patch: lease })).rejects.toMatchObject({
      code: 'change_unresolved',
    })
    const [, closing, overlap] = await entries()
    expect(closing).toMatchObject({ outcome: 'not_applied', state: { name: 'Example' } })
    expect(closing?.standing).toBeUndefined()
    expect(overlap).toMatchObject({
      kind: 'overlap',
      standing: { leases: [{ owner: 'pull-1' }] },
      state: { callbacks: expect.arrayContaining(['https://pull-1.example.com/cb']) },
    })
  })

  it('holds nothing of what never came into force', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: CLIENT })
    const service = at('intent recorded', settleElsewhere, { sleep: async () => {} })
    await expect(change(service, {}, { patch: lease })).rejects.toMatchObject({
      code: 'change_unresolved',
    })
    const [, , overlap] = await entries()
    expect(overlap).toMatchObject({ kind: 'overlap', state: { name: 'Example' } })
    expect(overlap?.standing).toBeUndefined()
  })

  it('names the client where it changed nothing of it but what holds for it', async () => {
    const patch = { kind: 'protection', protected: true } as const
    const attempt = change(at('state known', settleElsewhere), {}, { patch })
    await expect(attempt).rejects.toMatchObject({
      message: expect.stringContaining('Check the client. '),
    })
  })

  const create = (service: Service) => {
    const { ref: _, ...request } = requestFor(service, REF, {})
    const patch = parseMergePatch({ name: 'Made' })
    return createClient(service, { ...request, patch, place: { provider: 'auth0' }, kind: 'web' })
  }

  it('names the client that it may have made', async () => {
    const error = await create(at('state known', settleElsewhere)).catch((thrown) => thrown)
    const made = emulator.calls.filter(({ operation }) => operation === 'POST /clients')
    expect(made).toHaveLength(1)
    expect(error).toMatchObject({
      code: 'change_unresolved',
      message: expect.stringMatching(
        /it may have made the client (\w+)\. Adopt .*\/clients\/\1\/reg/,
      ),
    })
  })

  it('gives up on recording while the other never ends', async () => {
    let pauses = 0
    const sleep = async () => {
      pauses += 1
    }
    const closeAndBegin = async () => {
      await settleElsewhere()
      await bench.service.store.append(intentOf(RESOURCE, 3))
    }
    const attempt = change(at('state known', closeAndBegin, { sleep }), { name: 'New' })
    await expect(attempt).rejects.toMatchObject({ code: 'change_unresolved' })
    expect(pauses).toBe(100)
  })
})

describe('someone else who writes meanwhile', () => {
  it('is reported as a warning that names the field', async () => {
    const service = at('step sent', () => foreign({ description: 'Foreign' }))
    // Two steps, so that the record is read back.
    const result = await change(service, { name: 'New', supportedIdp: { add: ['google'] } })
    expect(result.native).toMatchObject({ name: 'New', description: 'Foreign' })
    expect(result.warnings).toEqual([
      {
        code: 'not_as_planned',
        field: 'client.description',
        message: expect.stringMatching(/^client\.description is not as planned: .{10,}/),
      },
    ])
    expect((await entries()).at(-1)).toMatchObject({
      outcome: 'applied',
      surprises: [{ field: 'description', after: 'Foreign' }],
      settledBy: 'request',
    })
  })
})

describe('a step that is refused', () => {
  const throttledFor = (seconds: number) => ({ kind: 'throttle', retryAfter: seconds }) as const

  it('ends the change as not applied, without another look, when it was the first', async () => {
    emulator.inject({ ...throttledFor(60), operation: CLIENT })
    await expect(change(bench.service, { name: 'New' })).rejects.toMatchObject({
      code: 'provider_throttled',
    })
    expect(await outcomes()).toEqual(['not_applied'])
    expect(calls(READ)).toBe(1)
    expect((await entries())[1]).toMatchObject({
      state: { name: 'Example' },
      surprises: [],
      settledBy: 'request',
    })
  })

  /** Refuses the second step that is sent, once, so that the pace knows of no pause. */
  const refusing = (refusal: ClientError): Provider => {
    const provider = bench.service.providers.get('auth0') as Provider
    let sent = 0
    return {
      ...provider,
      steps: (...asked) =>
        provider.steps(...asked).map((step) => ({
          ...step,
          send: (call) => {
            sent += 1
            return sent === 2 ? Promise.reject(refusal) : step.send(call)
          },
        })),
    }
  }
  const throttled = (retryAfter: number) =>
    new ClientError('provider_throttled', 'Slower, please.', { retryAfter })
  const twoSteps = { name: 'New', supportedIdp: { add: ['google'] } }

  const refusedFor = (said: string) => new ClientError('provider_refused', 'No.', { said })

  it('is recorded in the words of the provider, where it was a later one as well', async () => {
    const provider = refusing(refusedFor('It has no such connection.'))
    const error = await change(bench.service, twoSteps, { provider }).catch(
      (thrown: unknown) => thrown,
    )
    const providerMessage = 'It has no such connection.'
    expect(error).toMatchObject({ code: 'provider_refused', details: { providerMessage } })
    expect((await entries())[1]).toMatchObject({ outcome: 'not_applied', providerMessage })
  })

  it('explains nothing of what someone else wrote meanwhile', async () => {
    const provider = refusing(refusedFor('It has no such connection.'))
    const service = at('step sent', () => foreign({ name: 'Foreign' }))
    await expect(change(service, twoSteps, { provider })).rejects.toMatchObject({
      code: 'change_unresolved',
    })
    const [, closing] = await entries()
    expect(closing).toMatchObject({ outcome: 'conflict' })
    expect(closing).not.toHaveProperty('providerMessage')
  })

  it('is answered as it was, once what came before it is undone', async () => {
    const sleeps: number[] = []
    const sleep = async (milliseconds: number) => void sleeps.push(milliseconds)
    const provider = refusing(throttled(60))
    const attempt = change({ ...bench.service, sleep }, twoSteps, { provider })
    const error = await attempt.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'provider_throttled',
      details: { retryAfter: 60, operationId: await operationId(), outcome: 'not_applied' },
    })
    expect(emulator.enabledClients('con_google')).toEqual([])
    expect(await outcomes()).toEqual(['not_applied'])
    // A refusal is no request on its way, and what is asked for is more time than there is.
    expect(sleeps).toEqual([])
  })

  it('is tried again after as long as the provider asks', async () => {
    const sleeps: number[] = []
    const sleep = async (milliseconds: number) => void sleeps.push(milliseconds)
    const provider = refusing(throttled(2))
    const calm = { ...bench.service, upstreamTimeoutMs: 5_000, sleep }
    const result = await change(calm, twoSteps, { provider })
    expect(result.outcome).toBe('applied')
    expect(sleeps).toEqual([2_000])
    expect(await outcomes()).toEqual(['not_applied', 'applied'])
  })

  it('leaves the outcome open where the provider asks for a longer pause than there is time', async () => {
    emulator.inject({ kind: 'throttle', operation: CLIENT, retryAfter: 60 })
    const error = await change(bench.service, twoSteps).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'outcome_unknown',
      details: { operationId: await operationId(), cause: { code: 'provider_throttled' } },
    })
    // The pause is kept: the client is not even read.
    expect(calls(READ)).toBe(1)
    expect(await outcomes()).toEqual([])
    const instance = { ...later(), providers: await auth0Over(emulator.url) }
    expect(await sweep(instance)).toEqual({ settled: 1, left: 0 })
    expect(emulator.enabledClients('con_google')).toEqual([])
    expect(await outcomes()).toEqual(['not_applied'])
  })
})

describe('a step whose answer is lost', () => {
  it('is reported as a failure that changed nothing, when that is so', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: CLIENT })
    const { service, options } = endingAtFirstPause(bench.service)
    await expect(change(service, { name: 'New' }, options)).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringMatching(/read back: nothing was changed/),
      details: { cause: { code: 'outcome_unknown' } },
    })
    expect(calls(READ)).toBe(3)
    expect((await entries())[1]).toMatchObject({ outcome: 'not_applied', settledBy: 'request' })
  })

  it('is looked at again before it is taken for lost', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: CLIENT })
    const sleeps: number[] = []
    const sleep = async (milliseconds: number) => {
      sleeps.push(milliseconds)
      if (milliseconds === bench.service.upstreamTimeoutMs) foreign({ name: 'New' })
    }
    const result = await change({ ...bench.service, sleep }, { name: 'New' })
    expect(result.outcome).toBe('applied')
    expect(sleeps).toEqual([bench.service.upstreamTimeoutMs])
    expect(await outcomes()).toEqual(['applied'])
    expect(calls(CLIENT)).toBe(1)
  })

  it('is a conflict when someone else has written the same meanwhile', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: CLIENT })
    const sleep = async () => void foreign({ name: 'Foreign' })
    const attempt = change({ ...bench.service, sleep }, { name: 'New' })
    await expect(attempt).rejects.toMatchObject({
      code: 'change_unresolved',
      message: expect.stringContaining('Check client.name'),
    })
    expect(await outcomes()).toEqual(['conflict'])
    expect(emulator.client('exampleClientId')?.name).toBe('Foreign')
  })

  it('is reported as unknown when it cannot be read back', async () => {
    emulator.inject({ kind: 'reset_after_apply', operation: CLIENT })
    emulator.inject({ kind: 'reset_before_apply', operation: READ, skip: 1, times: 9 })
    const service = { ...bench.service, sleep: async () => {} }
    const error = await change(service, { name: 'New' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'outcome_unknown',
      details: {
        outcome: 'unknown',
        operationId: await operationId(),
        cause: { code: 'provider_unavailable' },
      },
    })
    expect(calls(READ)).toBe(4)
    expect(await outcomes()).toEqual([])
  })
})

it('sends the steps of a change in order and reads it back once', async () => {
  const result = await change(bench.service, { name: 'New', supportedIdp: ['google'] })
  const { mapping } = bench.service.providers.get('auth0') as Provider
  expect(result.tag).toBe(bench.service.fingerprints.ofState(mapping, result.native))
  expect(result.native).toMatchObject({ name: 'New', $connections: { con_google: {} } })
  expect([calls(CONNECTION), calls(CLIENT), calls(READ)]).toEqual([2, 1, 2])
})

it('takes a read-back that is refused for no refusal of the change', async () => {
  emulator.inject({ kind: 'throttle', operation: READ, skip: 1, times: 1, retryAfter: 0.1 })
  const result = await change(bench.service, { supportedIdp: { add: ['google'] } })
  expect(result.outcome).toBe('applied')
  expect(await outcomes()).toEqual(['applied'])
  expect(calls(CONNECTION)).toBe(1)
})

describe('what a provider said to a change that it refused', () => {
  const SECRET = String(fullAuth0Client.client_secret)
  const NEW_SECRET = 'another-secret-another-secret-0123456789'
  const words = `It does not like ${SECRET} nor ${NEW_SECRET}.`
  /** A provider whose first call ends so. */
  const ending = (error: ClientError): { readonly provider: Provider } => {
    const [only] = bench.service.providers.values()
    if (only === undefined) throw new TypeError('no provider')
    const send = () => Promise.reject(error)
    const steps: Provider['steps'] = (...records) =>
      only.steps(...records).map((step) => ({ ...step, send }))
    return { provider: { ...only, steps } }
  }
  const refused = (code: 'provider_refused' | 'outcome_unknown', more: object = {}) =>
    ending(new ClientError(code, 'It is refused.', { said: words, ...more } as never))
  const attempt = (options: Partial<ChangeRequest>) =>
    change({ ...bench.service, sleep: async () => {} }, { secret: NEW_SECRET }, options).catch(
      (error: unknown) => error,
    )
  const recorded = async () =>
    (await entries()).flatMap((entry) => (entry.kind === 'outcome' ? [entry.providerMessage] : []))

  it('is shown and recorded without the secrets of the client, before and after', async () => {
    const error = (await attempt(refused('provider_refused'))) as ClientError
    const { providerMessage } = error.details as { providerMessage?: string }
    expect(error).toMatchObject({ code: 'provider_refused', message: expect.any(String) })
    expect(providerMessage).toMatch(/^It does not like .* nor .*\.$/)
    for (const value of [SECRET, NEW_SECRET]) {
      expect(JSON.stringify([error.details, error.message])).not.toContain(value)
    }
    expect(error.details).not.toHaveProperty('said')
    expect(await recorded()).toEqual([providerMessage])
  })

  it('is not shown to those who may not see the client', async () => {
    const hidden = (await attempt({
      ...refused('provider_refused'),
      maySeeClient: false,
    })) as ClientError
    expect(hidden).toMatchObject({ code: 'provider_refused' })
    expect(hidden.details).not.toHaveProperty('providerMessage')
    expect(hidden.details).not.toHaveProperty('said')
    expect(await recorded()).toEqual([expect.stringContaining('It does not like')])
  })

  it('is nothing where it said nothing, or did not refuse', async () => {
    const silent = (await attempt(
      ending(new ClientError('provider_refused', 'It is refused.')),
    )) as ClientError
    expect(silent.details).not.toHaveProperty('providerMessage')
    expect(await attempt(refused('outcome_unknown'))).toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringContaining('The client was read back: nothing was changed.'),
    })
    expect(new Set(await recorded())).toEqual(new Set([undefined]))
  })

  it('is passed on that it will not pass', async () => {
    const lasting = (await attempt(refused('outcome_unknown', { lasting: true }))) as ClientError
    expect(lasting).toMatchObject({
      code: 'provider_unavailable',
      details: { lasting: true, cause: { code: 'outcome_unknown' } },
    })
    const passing = (await attempt(refused('outcome_unknown'))) as ClientError
    expect(passing.details).toMatchObject({ cause: { code: 'outcome_unknown' } })
    expect(passing.details).not.toHaveProperty('lasting')
  })
})
