/** How an intent is closed, and settled when its process has left it: each part of the entry, and whom it is about. */

import { describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { flag, key } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { checkSize } from '../../src/providers/unreadable.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { createClient } from '../../src/service/life/create.ts'
import { mirroredOf } from '../../src/service/mirror/mirror.ts'
import type { Running, Settled } from '../../src/service/operation/running.ts'
import { close, type Settling, settle } from '../../src/service/operation/settle.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { mappingOf, secretRow } from '../core/mapping.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onTenant } from '../fixtures/bench.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'
import { dyingAt } from './dying.ts'

const REF = { provider: 'it', id: 'abc' }
const RESOURCE = resourceOf(REF)

let bench: Bench

const it = onTenant({}, (opened) => {
  ;({ bench } = opened)
})

describe('an intent that is closed', () => {
  const base = { name: 'Before', key: 'old' }
  const next = { name: 'After', key: 'old' }

  /** Closes the intent of a small provider, and shows the entry. */
  async function closed(
    settled: Settled,
    {
      action,
      ways = {},
      records = { base, next },
      ...more
    }: {
      readonly action?: Intent['action']
      readonly ways?: Partial<Mapping>
      readonly records?: Pick<Running, 'base' | 'next'>
    } & Partial<Provider> = {},
    service: Service = bench.service,
  ) {
    const intent = intentOf(RESOURCE, 1, action === undefined ? {} : { action })
    await bench.service.store.append(intent)
    const mapping = mappingOf(
      { name: key('name'), secret: secretRow('key'), disabled: flag('off', false) },
      { secretPaths: ['key'], ...ways },
    )
    const provider = { mapping, ...more } as unknown as Provider
    const running: Running = { intent, provider, ref: REF, ...records }
    const result = await close(service, running, settled, 'settlement')
    return { result, entry: await bench.service.store.last(RESOURCE), intent }
  }
  const surprises = ({ result }: Awaited<ReturnType<typeof closed>>) =>
    result.surprises.map(({ field, before, after }) => [field, before, after])

  it('has what was found, by whom, and nothing that is not said', async () => {
    const points: string[] = []
    const service = { ...bench.service, reached: async (point: string) => void points.push(point) }
    const { result, entry, intent } = await closed(
      { outcome: 'applied', native: next },
      {},
      service,
    )
    expect(result).toEqual({ appended: true, surprises: [], tag: expect.any(String) })
    expect(entry).toMatchObject({
      kind: 'outcome',
      seq: 2,
      operationId: intent.operationId,
      actor: intent.actor,
      outcome: 'applied',
      settledBy: 'settlement',
      surprises: [],
      tag: result.tag,
      state: expect.objectContaining({ name: 'After' }),
    })
    for (const name of ['created', 'secretId', 'candidates', 'missed', 'providerMessage']) {
      expect(entry).not.toHaveProperty(name)
    }
    expect(points).toEqual(['outcome recorded'])
  })

  it('has the secret, the clients and the fields that were found', async () => {
    const { entry } = await closed({
      outcome: 'conflict',
      native: undefined,
      secret: { id: 'new' },
      candidates: ['one', 'two'],
      missed: ['name'],
      providerMessage: 'No.',
    })
    const found = { secretId: 'new', candidates: ['one', 'two'], missed: ['name'] }
    expect(entry).toMatchObject({ ...found, providerMessage: 'No.' })
    for (const name of ['tag', 'state']) expect(entry).not.toHaveProperty(name)
  })

  it('is compared with what was planned, or with what was before where that was not applied', async () => {
    expect(surprises(await closed({ outcome: 'applied', native: base }))).toEqual([
      ['name', 'After', 'Before'],
    ])
  })

  it('that was not applied is compared with what was before', async () => {
    const other = { ...base, name: 'Other' }
    expect(surprises(await closed({ outcome: 'not_applied', native: other }))).toEqual([
      ['name', 'Before', 'Other'],
    ])
  })

  it('that is a conflict is compared with what was planned', async () => {
    expect(surprises(await closed({ outcome: 'conflict', native: base }))).toEqual([
      ['name', 'After', 'Before'],
    ])
  })

  it('is not surprised by another spelling of what it has written', async () => {
    const records = { base: { ...next, off: true }, next: { ...next, off: false } }
    // The default is said, and the provider leaves it out.
    expect(surprises(await closed({ outcome: 'applied', native: next }, { records }))).toEqual([])
  })

  it('is compared with nothing where the client is gone', async () => {
    expect(surprises(await closed({ outcome: 'conflict', native: undefined }))).toEqual([])
  })

  it('expects what follows from the change at its provider', async () => {
    const expected = (records: { readonly next: JsonObject }, record: JsonObject) => ({
      ...records.next,
      more: record.more ?? null,
    })
    const whole = await closed(
      { outcome: 'applied', native: { ...next, more: 1 } },
      { ways: { expected } },
    )
    expect(surprises(whole)).toEqual([])
  })

  it('expects what its action explains', async () => {
    const native = { ...base, key: 'new' }
    const { result } = await closed({ outcome: 'not_applied', native }, { action: 'retire' })
    expect(result.surprises).toEqual([])
  })

  it('does not expect the same of others', async () => {
    const native = { ...base, key: 'new' }
    const { result } = await closed({ outcome: 'not_applied', native })
    expect(result.surprises.map(({ field }) => field)).toEqual(['secret'])
  })

  it('names the client that was made, where one was', async () => {
    const creation = { idOf: () => 'made' } as unknown as Provider['creation'] & {}
    const made = { creation, action: 'create' } as const
    expect((await closed({ outcome: 'applied', native: next }, made)).entry).toMatchObject({
      created: 'made',
    })
    const log = await bench.service.store.entries(resourceOf({ ...REF, id: 'made' }))
    expect(log).toMatchObject([{ kind: 'created' }])
  })

  it('has what a new client is given where it was made, and that is no surprise', async () => {
    const creation = { idOf: () => 'made' } as unknown as Provider['creation'] & {}
    const given = { ...next, more: 1 }
    const made = await closed({ outcome: 'applied', native: given }, { creation, action: 'create' })
    expect(surprises(made)).toEqual([])
  })

  it('has it as a surprise where it was not made', async () => {
    const creation = { idOf: () => 'made' } as unknown as Provider['creation'] & {}
    const given = { ...base, more: 1 }
    const made = await closed(
      { outcome: 'not_applied', native: given },
      { creation, action: 'create' },
    )
    expect(surprises(made)).toEqual([['providerSettings.more', null, 1]])
  })

  it('of a client that is gone has nothing that was made', async () => {
    const creation = { idOf: () => 'made' } as unknown as Provider['creation'] & {}
    const gone = await closed(
      { outcome: 'applied', native: undefined },
      { creation, action: 'create' },
    )
    expect(gone.result).toEqual({ appended: true, surprises: [], tag: undefined })
  })

  it('names none where none was', async () => {
    const creation = { idOf: () => 'made' } as unknown as Provider['creation'] & {}
    const none = await closed(
      { outcome: 'not_applied', native: next },
      { creation, action: 'create' },
    )
    expect(none.entry).not.toHaveProperty('created')
    expect(await bench.service.store.last(resourceOf({ ...REF, id: 'made' }))).toBeUndefined()
  })

  it('is left alone where another has closed it', async () => {
    await bench.service.store.append(intentOf(RESOURCE, 1))
    const closing = closingOf(RESOURCE, 2)
    await bench.service.store.append(closing)
    const { result, entry } = await closed({ outcome: 'applied', native: next })
    expect(result.appended).toBe(false)
    expect(entry).toEqual(closing)
    expect(await mirrored()).toBeUndefined()
  })

  it('is known to the mirror, as a client that is there or gone', async () => {
    await closed({ outcome: 'applied', native: next })
    expect(await mirrored()).toMatchObject({ native: { name: 'After' } })
  })

  it('leaves the mirror as it is where the client could not be read', async () => {
    await closed({ outcome: 'conflict', native: { $unreadable: {} } })
    expect(await mirrored()).toBeUndefined()
  })

  const mirrored = async () => {
    await bench.service.late.flush()
    const entry = await bench.service.store.mirror?.find(REF)
    return entry === undefined ? undefined : mirroredOf(bench.service, entry)
  }
})

describe('an intent that was left open', () => {
  const AUTH0 = { provider: 'auth0', id: String(fullAuth0Client.client_id) }
  const log = () => bench.service.store.entries(resourceOf(AUTH0))
  const left = async (): Promise<Intent> => {
    const request = requestFor(bench.service, AUTH0, { name: 'Lost' })
    await dyingAt(bench.service, 'intent recorded', (dying) => changeClient(dying, request))
    const [intent] = await bench.service.store.openIntents()
    if (intent === undefined) throw new TypeError('nothing is open')
    return intent
  }
  const run = (intent: Intent, service: Partial<Service> = {}, settling?: Settling) =>
    settle(
      { ...bench.service, sleep: async () => {}, ...service },
      intent,
      Date.now() + 5_000,
      settling,
    )
  const reading = (read: Provider['read']) => {
    const [provider] = bench.service.providers.values()
    return { providers: new Map([['auth0', { ...provider, read } as Provider]]) }
  }
  const refused = () => Promise.reject(new ClientError('provider_refused', 'It is refused.'))

  it('is looked at before all others, and closed in steps that can be seen', async () => {
    const intent = await left()
    const points: string[] = []
    const calls: Call[] = []
    const [provider] = bench.service.providers.values()
    const read: Provider['read'] = (ref, call, fields) => {
      calls.push(call)
      return (provider as Provider).read(ref, call, fields)
    }
    await run(intent, { ...reading(read), reached: async (point) => void points.push(point) })
    expect(calls.map(({ urgent, operationId }) => [urgent, operationId])).toEqual(
      calls.map(() => [true, intent.operationId]),
    )
    expect(points).toEqual(['open intent found', 'outcome found', 'outcome recorded'])
    // The request may still have been on its way.
    expect(calls).toHaveLength(2)
    expect((await log()).at(-1)).toMatchObject({ outcome: 'not_applied', settledBy: 'settlement' })
    points.length = 0
    await run(intent, { reached: async (point) => void points.push(point) })
    expect(points).toEqual([])
    expect(await log()).toHaveLength(2)
  })

  it('that made a client is looked for twice where someone waits, and left for later where no one does', async () => {
    const [provider] = bench.service.providers.values()
    const creation = {
      provider: provider as Provider,
      place: { provider: 'auth0' },
      kind: 'web' as const,
      patch: parseMergePatch({ name: 'Made' }),
      dryRun: false,
      actor: { subject: 'tester', issuer: 'https://issuer.example' },
      requestId: 'r',
      deadline: Date.now() + 10_000,
    }
    await dyingAt(bench.service, 'intent recorded', (dying) => createClient(dying, creation))
    const [intent] = await bench.service.store.openIntents()
    if (intent === undefined) throw new TypeError('nothing is open')
    await expect(run(intent, {}, 'sweeping')).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(await bench.service.store.openIntents()).toHaveLength(1)
    await run(intent, { upstreamTimeoutMs: 100 }, 'waiting')
    expect(await bench.service.store.openIntents()).toEqual([])
  })

  it('stays open where the client cannot be read, unless it is about to be removed', async () => {
    const intent = await left()
    for (const settling of ['waiting', 'sweeping', undefined] as const) {
      await expect(run(intent, reading(refused), settling)).rejects.toMatchObject({
        code: 'provider_refused',
      })
    }
    expect(await log()).toHaveLength(1)
  })

  it('ends as a conflict where a client that is to be removed has a record that is none', async () => {
    const large = async () => {
      checkSize({ large: 'x'.repeat(1_400_000) }, 'provider_unavailable')
      return {}
    }
    const intent = await left()
    for (const ways of [{}, { seal: createSeal(Buffer.alloc(32, 9)) }]) {
      await expect(run(intent, { ...reading(large), ...ways }, 'waiting')).rejects.toMatchObject({
        code: 'provider_unavailable',
      })
    }
    await run(intent, reading(large), 'removing')
    expect((await log()).at(-1)).toMatchObject({ outcome: 'conflict', settledBy: 'settlement' })
  })

  it('ends so too where what was planned cannot be opened', async () => {
    const large = async () => {
      checkSize({ large: 'x'.repeat(1_400_000) }, 'provider_unavailable')
      return {}
    }
    const intent = await left()
    const seal = createSeal(Buffer.alloc(32, 9))
    await expect(run(intent, { ...reading(refused), seal }, 'removing')).rejects.toMatchObject({
      code: 'provider_refused',
    })
    await run(intent, { ...reading(large), seal }, 'removing')
    expect((await log()).at(-1)).toMatchObject({ outcome: 'conflict' })
  })

  it('is a conflict where its record cannot be opened, with the client as it is', async () => {
    const intent = await left()
    const seal = createSeal(Buffer.alloc(32, 9))
    await run(intent, { seal })
    expect((await log()).at(-1)).toMatchObject({
      outcome: 'conflict',
      surprises: [],
      settledBy: 'settlement',
      tag: expect.any(String),
    })
  })

  it('is a conflict without a state where the client is gone too', async () => {
    const intent = await left()
    const gone = () => Promise.reject(new ClientError('not_found', 'There is none.'))
    await run(intent, { seal: createSeal(Buffer.alloc(32, 9)), ...reading(gone) })
    expect((await log()).at(-1)).toMatchObject({ outcome: 'conflict', surprises: [] })
    expect((await log()).at(-1)).not.toHaveProperty('tag')
  })

  it('needs its provider', async () => {
    const intent = await left()
    await expect(run(intent, { providers: new Map() })).rejects.toMatchObject({
      code: 'internal',
      message: 'The provider auth0 is no longer configured.',
    })
  })
})
