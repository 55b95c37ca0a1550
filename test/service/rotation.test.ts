/**
 * Rotations as they are answered, recorded, sent and answered again, at the edges. `rotate.test.ts` says what
 * holds of all of them, on every provider.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import type { Need } from '../../src/core/rights/rights.ts'
import { type Secret, secret } from '../../src/core/secrecy/secret.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { hintOf, newSecretValue } from '../../src/providers/secrets.ts'
import { callerOf, type Service } from '../../src/service/base/service.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { retireSecret } from '../../src/service/secrets/retire.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import type { RotationRequest } from '../../src/service/secrets/rotation.ts'
import { REPLAY_MS, replayRotation } from '../../src/service/secrets/rotation-replay.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Bench, callInTime, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { openSubject } from '../fixtures/bench.ts'
import { dyingAt, settled } from './dying.ts'
import { overtaken, withoutTurns } from './racing.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }

let subject: Subject
let bench: Bench
let close: () => Promise<void>
/** Whether there can be one secret only. */
let cutOver: boolean

const start = async (name: string) => {
  ;({ subject, bench, close } = await openSubject(name))
  cutOver = name === 'auth0'
}
afterEach(() => close())

const call = () => callInTime()
const read = () => subject.provider.read(subject.ref, call())
const list = async () =>
  (await subject.provider.secrets?.list(subject.ref, await read(), call())) ?? []
const end = async (id: string) =>
  subject.provider.secrets?.remove?.(subject.ref, await read(), id).send(call())
const add = async () =>
  subject.provider.secrets?.add?.(subject.ref, await read(), newSecretValue()).send(call())
const log = () => bench.service.store.entries(resourceOf(subject.ref))
const actions = async () =>
  (await log()).map((one) =>
    one.kind === 'intent' ? one.action : 'outcome' in one ? one.outcome : one.kind,
  )
const standing = async () => (await bench.service.store.last(resourceOf(subject.ref)))?.standing
const tagOf = async () => bench.service.fingerprints.ofState(subject.provider.mapping, await read())
const key = (name = 'one') => keyOf(bench.service.fingerprints, ACTOR, name, [name])
const request = () => {
  const { patch: _, ...rest } = requestFor(bench.service, subject.ref, {})
  return rest
}
const rotate = ({
  service = bench.service,
  ...options
}: Partial<RotationRequest> & { service?: Service } = {}) =>
  rotateSecret(service, { ...request(), cutOver, ...options })
const protect = () =>
  bench.change(subject.ref, {}, { patch: { kind: 'protection', protected: true } })
/** The instance at a time of its own, and a request that has time then. */
const at = (now: number) => ({
  service: { ...bench.service, now: () => now },
  deadline: now + 10_000,
})
/** The provider, whose calls are seen. */
function watched(calls: Call[]): Provider {
  const { provider } = subject
  const { secrets } = provider
  if (secrets === undefined) throw new TypeError('no secrets')
  return {
    ...provider,
    read: (ref, one, fields) => {
      calls.push(one)
      return provider.read(ref, one, fields)
    },
    secrets: {
      ...secrets,
      list: (ref, base, one) => {
        calls.push(one)
        return secrets.list(ref, base, one)
      },
    },
  }
}

describe('beside the secret that a client has', () => {
  beforeEach(() => start('local'))

  it('is answered with the new one, the one before, and the record as it is', async () => {
    const { standing: known } = await protect()
    const before = await list()
    const result = await rotate()
    const { secret: made, ...rest } = result
    const [, listed] = await list()
    const value = made?.value?.reveal() ?? ''
    expect(made).toEqual({ ...listed, value: made?.value })
    expect(listed).toMatchObject(hintOf(value))
    expect(rest).toEqual({
      outcome: 'applied',
      native: await read(),
      tag: await tagOf(),
      standing: known,
      previous: before,
      changes: [],
      warnings: [],
      steps: [expect.objectContaining({ request: expect.objectContaining({ method: 'POST' }) })],
      operationId: expect.any(String),
    })
    const [intent, outcome] = (await log()).slice(-2)
    expect(intent).toMatchObject({
      action: 'rotate',
      changes: [],
      actor: ACTOR,
      baseTag: expect.any(String),
    })
    expect(intent).not.toHaveProperty('becomes')
    expect(outcome).toMatchObject({ outcome: 'applied', secretId: listed?.id, surprises: [] })
  })

  it('is planned: the step and the end of the one before, and nothing is recorded', async () => {
    const [only] = await list()
    const now = Date.now()
    const planned = await rotate({ dryRun: true, retireAfterSeconds: 90, ...at(now) })
    const retirements = [{ secretId: only?.id, at: now + 90_000, actor: ACTOR }]
    expect(planned).toEqual({
      outcome: 'planned',
      native: await read(),
      tag: await tagOf(),
      standing: { retirements },
      previous: [{ ...only, retiresAt: now + 90_000 }],
      changes: [],
      warnings: [],
      steps: [expect.objectContaining({ request: expect.objectContaining({ method: 'POST' }) })],
    })
    expect(await log()).toEqual([])
    const result = await rotate({ retireAfterSeconds: 90, ...at(now) })
    expect(result.previous).toEqual(planned.previous)
    expect(await standing()).toEqual({ retirements })
  })

  it('is in no words of a provider that refuses it', async () => {
    const { provider } = subject
    const { secrets } = provider
    if (secrets?.add === undefined) throw new TypeError('no secrets')
    const { add: addThere } = secrets
    const value = secret('river.lantern.copper.meadow.orchid')
    const said = `Too plain: ${value.reveal()} it is.`
    const refusal = new ClientError('provider_refused', 'No.', { said })
    const addRefused: typeof addThere = (...asked) => ({
      ...addThere(...asked),
      send: () => Promise.reject(refusal),
    })
    const refusing = { ...provider, secrets: { ...secrets, add: addRefused } }
    const error = await rotate({ value, provider: refusing }).catch((thrown: unknown) => thrown)
    const providerMessage = 'Too plain: [hidden] it is.'
    expect(error).toMatchObject({ code: 'provider_refused', details: { providerMessage } })
    expect((await log()).at(-1)).toMatchObject({ outcome: 'not_applied', providerMessage })
  })

  it('shows when the one before ends, where that was said earlier', async () => {
    await add()
    const [first, second] = await list()
    const end = (id = '', afterSeconds?: number) =>
      retireSecret(bench.service, {
        ...request(),
        secretId: id,
        ...(afterSeconds === undefined ? {} : { afterSeconds }),
      })
    await end(second?.id, 3_600)
    await end(first?.id)
    const { previous } = await rotate()
    const known = (await standing())?.retirements
    expect(known).toHaveLength(1)
    expect(previous).toEqual([{ ...second, retiresAt: known?.[0]?.at }])
  })

  it('is refused where there are two already, by both of their names', async () => {
    await add()
    const [first, second] = await list()
    for (const dryRun of [true, false]) {
      const refused = expect.objectContaining({
        code: 'rule_violated',
        message: expect.stringMatching(
          new RegExp(
            `has 2 live secrets.*${first?.id} \\(of an unknown time\\) or ${second?.id} \\(of 20`,
          ),
        ),
      })
      await expect(rotate({ dryRun })).rejects.toEqual(refused)
    }
    expect(await log()).toEqual([])
  })

  it('is refused to who may not, before anything is sent', async () => {
    const refuse = (): never => {
      throw new ClientError('insufficient_scope', 'Not you.')
    }
    const needs: (readonly Need[])[] = []
    const authorize = (all: readonly Need[]) => {
      needs.push(all)
      if (all.length > 0) refuse()
    }
    // Of a provider that issues no tokens of this API it takes nothing more.
    const { ownApi: _, ...without } = subject.provider
    await rotate({ dryRun: true, provider: without, authorize })
    const covers = (word: string) => word === 'offline_access'
    const api = { covers, anyWhereNone: false, byClaims: false }
    const provider: Provider = { ...without, ownApi: () => api }
    await expect(rotate({ provider, authorize })).rejects.toMatchObject({
      code: 'insufficient_scope',
    })
    expect(needs).toEqual([[], [{ permission: 'access:grant', field: 'client.secret' }]])
    expect(await list()).toHaveLength(1)
    expect(await log()).toEqual([])
  })

  it('is refused for a client that the server signs in with, unless the request knows', async () => {
    const provider: Provider = { ...subject.provider, reliance: () => 'own' }
    await expect(rotate({ provider })).rejects.toMatchObject({
      code: 'own_client',
      message: expect.stringContaining('It cannot be given another secret unless'),
    })
    expect(await log()).toEqual([])
    expect((await rotate({ provider, ownClient: true })).outcome).toBe('applied')
  })

  it('goes before calls that only ask, once its intent is durable', async () => {
    const calls: Call[] = []
    const { secrets } = subject.provider
    const { add: adding } = secrets ?? {}
    if (secrets === undefined || adding === undefined) throw new TypeError('no secrets')
    const provider: Provider = {
      ...subject.provider,
      secrets: {
        ...secrets,
        add: (...values) => {
          const step = adding(...values)
          return {
            ...step,
            send: (one) => {
              calls.push(one)
              return step.send(one)
            },
          }
        },
      },
    }
    const { operationId } = await rotate({ provider })
    expect(calls).toMatchObject([{ operationId, urgent: true }])
  })

  it('begins again where another instance was first', async () => {
    const elsewhere = withoutTurns(bench.service)
    const other = () => bench.change(subject.ref, { name: 'Theirs' }).then(() => protect())
    const service = overtaken(elsewhere, 'intent', other)
    const { standing: known } = await rotate({ service })
    expect(known).toEqual({ protected: true })
    expect((await actions()).slice(-2)).toEqual(['rotate', 'applied'])
    expect(await list()).toHaveLength(2)
  })

  it("begins again where another instance has reported someone else's change or taken the key", async () => {
    const elsewhere = withoutTurns(bench.service)
    await protect()
    await subject.put({ ...subject.stored(), client_name: 'Theirs' })
    const outside = overtaken(elsewhere, 'outside_change', () =>
      bench.change(subject.ref, { description: 'Ours' }),
    )
    await rotate({ service: outside })
    expect((await actions()).slice(2)).toEqual([
      ...['outside_change', undefined, 'applied', 'rotate', 'applied'],
    ])
    const [first] = await list()
    await end(first?.id ?? '')
    const same = () => rotate({ service: elsewhere, key: key() })
    const keyed = overtaken(bench.service, 'key_use', same)
    expect(await rotate({ service: keyed, key: key() })).toMatchObject({ replayed: true })
    expect(await list()).toHaveLength(2)
  })

  it('is returned with its key as long as an hour is not over, and then without its value', async () => {
    const first = await rotate({ key: key(), retireAfterSeconds: 7_200 })
    const { at: made = 0 } = (await log()).at(-2) ?? {}
    const again = await rotate({
      key: key(),
      retireAfterSeconds: 7_200,
      ...at(made + REPLAY_MS),
    })
    expect(again).toEqual({ ...first, secret: again.secret, steps: [], replayed: true })
    expect(again.secret).toEqual({ ...first.secret, value: again.secret?.value })
    expect(again.secret?.value?.reveal()).toBe(first.secret?.value?.reveal())
    const late = await rotate({
      key: key(),
      retireAfterSeconds: 7_200,
      ...at(made + REPLAY_MS + 1),
    })
    const { value: _, ...shown } = first.secret ?? {}
    expect(late.secret).toEqual(shown)
    expect(late.secret).not.toHaveProperty('value')
    expect(late.previous).toEqual(first.previous)
  })

  it('is returned without its value once that has ended, or its record cannot be opened', async () => {
    const first = await rotate({ key: key() })
    const lost: Service = { ...bench.service, seal: createSeal(Buffer.alloc(32, 9)) }
    const { value: _, ...shown } = first.secret ?? {}
    expect((await rotate({ key: key(), service: lost })).secret).toEqual(shown)
    await end(first.secret?.id ?? '')
    const ended = await rotate({ key: key() })
    expect(ended.secret).toEqual({ id: first.secret?.id })
    expect(ended.previous).toEqual(first.previous)
  })

  it('that another instance has settled is returned with its value too', async () => {
    await dyingAt(withoutTurns(bench.service), 'step sent', (dying) =>
      rotate({ service: dying, key: key() }),
    )
    await settled(bench.service)
    const { operationId, secret: made, previous, native } = await rotate({ key: key() })
    expect((await log()).at(0)).toMatchObject({ operationId })
    const [first, second] = await list()
    expect(made).toMatchObject({ ...second, ...hintOf(made?.value?.reveal() ?? '') })
    expect(previous).toEqual([first])
    expect(native).toEqual(await read())
  })

  it('is refused while the same request runs', async () => {
    const results = await Promise.allSettled([rotate({ key: key() }), rotate({ key: key() })])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await list()).toHaveLength(2)
  })
})

it('beside another one, a change that someone else makes meanwhile is reported', async () => {
  await start('cognito')
  subject.emulator?.inject({
    kind: 'foreign_write',
    operation: subject.operations.read,
    skip: 1,
    change: { ClientName: 'Theirs' },
  })
  const { native, tag, warnings, secret: made } = await rotate()
  expect(native.ClientName).toBe('Theirs')
  expect(tag).toBe(await tagOf())
  expect(warnings.map(({ code, field }) => [code, field])).toEqual([
    ['not_as_planned', 'client.name'],
  ])
  expect(made?.id).toBe((await list()).at(-1)?.id)
})

it('beside another one, one of the same minute that was there before is not taken for it', async () => {
  await start('cognito')
  const [first] = await list()
  await rotate()
  await end(first?.id ?? '')
  await dyingAt(withoutTurns(bench.service), 'intent recorded', (dying) =>
    rotate({ service: dying }),
  )
  await settled(bench.service)
  expect((await actions()).slice(-2)).toEqual(['rotate', 'not_applied'])
})

it('beside another one, a new secret is returned again where the record shows none any more', async () => {
  await start('cognito')
  const [first] = await list()
  const { secret: added } = await rotate({ key: key() })
  await end(first?.id ?? '')
  expect(showClient(subject.provider.mapping, await read()).secret).toBe(null)
  const again = await rotate({ key: key() })
  expect(again.secret?.value?.reveal()).toBe(added?.value?.reveal())
  expect(again.previous).toEqual([])
})

it('beside another one, what someone else made in the same minute keeps it from being known', async () => {
  await start('cognito')
  const [first] = await list()
  await dyingAt(withoutTurns(bench.service), 'step sent', (dying) => rotate({ service: dying }))
  await end(first?.id ?? '')
  await add()
  await settled(bench.service)
  expect(await actions()).toEqual(['rotate', 'conflict'])
})

it.each(['local', 'cognito'])('at %s a second secret is of another value', async (name) => {
  await start(name)
  const own = showClient(subject.provider.mapping, await read()).secret
  if (own === null || own === undefined) throw new TypeError('no secret')
  for (const dryRun of [true, false]) {
    await expect(rotate({ value: own, dryRun, maySeeSecrets: true })).rejects.toMatchObject({
      code: 'invalid_field',
      message: 'secret must be another one than the client has.',
    })
  }
  // A refusal would confirm a guess.
  expect(await rotate({ value: own, dryRun: true, maySeeSecrets: false })).toMatchObject({
    outcome: 'planned',
  })
})

describe('of a value that the provider makes', () => {
  beforeEach(() => start('local'))
  const MADE = newSecretValue()

  /** The provider, which makes the values itself; its answers show what `reveal` does. */
  function making(reveal?: () => Secret | undefined, more: Partial<Provider> = {}): Provider {
    const { provider } = subject
    const { secrets } = provider
    if (secrets?.add === undefined) throw new TypeError('no secrets')
    const { add } = secrets
    return {
      ...provider,
      secrets: {
        ...secrets,
        makesValues: true,
        add: (ref, base, value) => {
          expect(value).toBe('')
          return { ...add(ref, base, MADE), ...(reveal === undefined ? {} : { reveal }) }
        },
      },
      ...more,
    }
  }
  const recorded = async () => {
    const { secret: shown } = showClient(subject.provider.mapping, await read())
    return shown?.reveal()
  }

  it('takes none of its caller', async () => {
    const provider = making()
    await expect(rotate({ provider, value: secret(MADE) })).rejects.toMatchObject({
      code: 'invalid_field',
      field: 'secret',
      message:
        'secret must be absent: this provider makes the value of a secret that is added beside another.',
    })
    expect(await log()).toEqual([])
  })

  it('is the one of its answer, or of the record where that has none', async () => {
    const answered = await rotate({ provider: making(() => secret('of the answer')) })
    expect(answered.secret?.value?.reveal()).toBe('of the answer')
    for (const reveal of [() => undefined, undefined]) {
      const [oldest] = await list()
      await end(oldest?.id ?? '')
      const result = await rotate({ provider: making(reveal) })
      expect(result.secret?.value?.reveal()).toBe(await recorded())
    }
  })

  it('is not shown where neither has it', async () => {
    const { mapping } = subject.provider
    const fields = { ...mapping.fields, secret: { ...mapping.fields.secret, get: () => null } }
    const hiding = { mapping: { ...mapping, fields } } as Partial<Provider>
    const result = await rotate({ provider: making(undefined, hiding) })
    expect(result.outcome).toBe('applied')
    expect(result.secret).not.toHaveProperty('value')
  })

  it('is given again with its key while it is the newest', async () => {
    const provider = making(() => secret(MADE))
    const first = await rotate({ provider, key: key() })
    const again = await rotate({ provider, key: key() })
    expect(again).toMatchObject({ replayed: true, secret: { id: first.secret?.id } })
    expect(again.secret?.value?.reveal()).toBe(await recorded())
    const [oldest] = await list()
    await end(oldest?.id ?? '')
    await add()
    const later = await rotate({ provider, key: key() })
    expect(later.secret).toMatchObject({ id: first.secret?.id })
    expect(later.secret).not.toHaveProperty('value')
  })

  it('is given again where it is the only one by now, and not where there is none', async () => {
    const provider = making(() => secret(MADE))
    const { secret: made } = await rotate({ provider, key: key() })
    const [oldest] = await list()
    await end(oldest?.id ?? '')
    const again = await rotate({ provider, key: key() })
    expect(again.secret?.value?.reveal()).toBe(await recorded())
    const secrets = { ...provider.secrets, list: async () => [] } as Provider['secrets']
    const none = await rotate({ provider: { ...provider, secrets } as Provider, key: key() })
    expect(none.secret).toStrictEqual({ id: made?.id })
  })

  it('belongs to an intent', async () => {
    const asked = { ...request(), cutOver } as RotationRequest
    await expect(replayRotation(bench.service, asked, undefined, call())).rejects.toThrow(
      'a rotation that was applied has an intent',
    )
  })
})

describe('in the place of the only secret', () => {
  beforeEach(() => start('auth0'))
  const secretOf = async () => showClient(subject.provider.mapping, await read()).secret?.reveal()

  it('is answered with the new one alone, and is a change of the secret', async () => {
    const result = await rotate()
    const value = result.secret?.value?.reveal() ?? ''
    expect(await secretOf()).toBe(value)
    expect(result).toMatchObject({
      outcome: 'applied',
      previous: [],
      native: await read(),
      tag: await tagOf(),
      warnings: [],
    })
    expect(result.secret).toEqual({ id: 'current', ...hintOf(value), value: result.secret?.value })
    expect(result).not.toHaveProperty('replayed')
    expect(result.changes.map(({ field }) => field)).toEqual(['secret'])
    expect(await actions()).toEqual(['rotate', 'applied'])
  })

  it('is planned without a secret, and nothing is sent', async () => {
    const before = await secretOf()
    const planned = await rotate({ dryRun: true })
    expect(planned).toMatchObject({ outcome: 'planned', previous: [] })
    expect(planned).not.toHaveProperty('secret')
    expect(planned).not.toHaveProperty('operationId')
    expect(await secretOf()).toBe(before)
    expect(await log()).toEqual([])
  })

  it('is of another value than the client has, which who may not see it cannot find out', async () => {
    const value = secret('a-secret-of-our-own-0123456789-abcdefgh')
    await rotate({ value })
    for (const dryRun of [false, true]) {
      await expect(rotate({ value, dryRun, maySeeSecrets: true })).rejects.toMatchObject({
        code: 'invalid_field',
        field: 'secret',
        message: 'secret must be another one than the client has.',
      })
    }
    // A refusal would confirm a guess.
    const planned = await rotate({ value, dryRun: true, maySeeSecrets: false })
    expect(planned).toMatchObject({ outcome: 'planned', steps: [expect.anything()] })
  })

  it('ends the one before at once, and not later', async () => {
    for (const dryRun of [true, false]) {
      await expect(rotate({ retireAfterSeconds: 60, dryRun })).rejects.toMatchObject({
        code: 'invalid_field',
        field: 'retireAfterSeconds',
        message: 'retireAfterSeconds must be absent with cutOver: the old secret ends at once.',
      })
    }
    expect(await log()).toEqual([])
  })

  it('takes its places at the provider as its caller, to the last call', async () => {
    const calls: Call[] = []
    const provider = watched(calls)
    const { operationId } = await rotate({ provider, key: key() })
    await rotate({ provider, key: key() })
    expect(new Set(calls.map(({ caller }) => caller))).toEqual(new Set([callerOf(ACTOR)]))
    expect(calls[0]?.operationId).toBe(operationId)
    const before = calls.length
    await rotate({ provider, caller: 'a job' })
    expect(new Set(calls.slice(before).map(({ caller }) => caller))).toEqual(new Set(['a job']))
  })

  it('is returned with its key as long as it is the one in force', async () => {
    const first = await rotate({ key: key() })
    const again = await rotate({ key: key() })
    expect(again).toEqual({
      outcome: 'applied',
      replayed: true,
      secret: { ...first.secret, value: again.secret?.value },
      previous: [],
      native: await read(),
      tag: await tagOf(),
      standing: undefined,
      changes: [expect.objectContaining({ field: 'secret' })],
      warnings: [],
      steps: [],
      operationId: first.operationId,
    })
    expect(again.secret?.value?.reveal()).toBe(first.secret?.value?.reveal())
    await protect()
    await rotate()
    const ended = await rotate({ key: key() })
    expect(ended).toMatchObject({ replayed: true, previous: [], standing: { protected: true } })
    expect(ended.secret).toStrictEqual({})
  })

  it('whose value no read shows is given again until anything else is recorded', async () => {
    const { secret: made } = await rotate({ key: key() })
    const { mapping } = subject.provider
    const unseen = { stamp: 'changed_at', keys: ['client_secret'] }
    const hiding = { ...subject.provider, mapping: { ...mapping, unseen } } as Provider
    const again = async () => (await rotate({ provider: hiding, key: key() })).secret
    expect((await again())?.value?.reveal()).toBe(made?.value?.reveal())
    await protect()
    expect(await again()).toStrictEqual({})
  })

  it('is without a value where its record shows none', async () => {
    await rotate({ key: key() })
    const { mapping } = subject.provider
    const fields = { ...mapping.fields, secret: { ...mapping.fields.secret, get: () => null } }
    const provider = { ...subject.provider, mapping: { ...mapping, fields } } as Provider
    const { secret: shown } = await rotate({ provider, key: key() })
    expect(shown).toMatchObject({ id: 'current' })
    expect(shown).not.toHaveProperty('value')
  })

  it('is returned without its value where its record cannot be opened', async () => {
    await rotate({ key: key() })
    const lost: Service = { ...bench.service, seal: createSeal(Buffer.alloc(32, 9)) }
    const { secret: made } = await rotate({ key: key(), service: lost })
    expect(made).toStrictEqual({})
  })

  it('is refused to who may not', async () => {
    const authorize = (): never => {
      throw new ClientError('insufficient_scope', 'Not you.')
    }
    await expect(rotate({ authorize })).rejects.toMatchObject({ code: 'insufficient_scope' })
    expect(await log()).toEqual([])
  })
})
