/**
 * The whole life of a client, on every provider: it is listed, made, given secrets, removed; and what
 * a lost answer to each of these means.
 */

import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CLIENT_KINDS, type ClientKind } from '../../src/core/client-kind.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient, stateOf } from '../../src/core/mapping/mapping.ts'
import { opened } from '../../src/core/mapping/opened.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import type { FaultKind } from '../../src/emulators/faults.ts'
import type { Call, ClientRef, Step } from '../../src/providers/call.ts'
import type { Creation } from '../../src/providers/creation.ts'
import type { Listed, Provider } from '../../src/providers/provider.ts'
import { type AddStep, newSecretValue, type Secrets } from '../../src/providers/secrets.ts'
import { asked, LIVES, type Life } from './lives.ts'
import { SUBJECTS, type Subject, type SubjectKind } from './subjects.ts'

const LOST: readonly FaultKind[] = [
  'error_after_apply',
  'reset_after_apply',
  'stall_after_apply',
  'cut_answer',
  'garbage_answer',
  'error_before_apply',
  'reset_before_apply',
  'stall_before_apply',
]
const isApplied = (fault: FaultKind) => !fault.endsWith('_before_apply')

/** The deadline is far; a stalled call ends by its timeout. */
const call = (operationId: string = randomUUID()): Call => ({
  deadline: Date.now() + 10_000,
  timeoutMs: 1_000,
  operationId,
})

describe.each(SUBJECTS)('$name', (kind: SubjectKind) => {
  const life = LIVES[kind.name] as Life
  let subject: Subject
  let provider: Provider
  let creation: Creation
  let secrets: Secrets

  beforeEach(async () => {
    subject = await kind.start()
    provider = subject.provider
    creation = provider.creation as Creation
    secrets = provider.secrets as Secrets
  })
  afterEach(() => subject.close())

  const state = (native: Native) => stateOf(provider.mapping, native)
  const refTo = (id: string): ClientRef => ({ ...subject.ref, id })
  const place = () => {
    const { id: _, ...rest } = subject.ref
    return rest
  }
  const planned = (client: ClientKind, patch = asked(kind.name, client)) =>
    planChange(provider.mapping, creation.blank(client), parseMergePatch(patch as never)).next
  const make = async (client: ClientKind) => {
    const step = creation.step(place(), planned(client))
    const by = call()
    const native = (await step.send(by)) as Native
    return { step, native, ref: refTo(creation.idOf(native)), by }
  }
  const removal = (ref: ClientRef) => provider.removal?.(ref, {}) as Step
  /** `by`: the call that was to make the client. */
  const findings = async (next: Native, since: number, by = call()) =>
    ((await creation.find(place(), { next, since, isKnown: async () => false }, by)) ?? []).map(
      ({ native }) => native,
    )
  const fail = (fault: FaultKind, operation: string) =>
    subject.emulator?.inject({ kind: fault, operation })

  const { many = 130 } = life
  const others = Array.from({ length: many - 1 }, (_, index) => `client${index}`)
  const fill = async () => {
    for (const id of others) {
      await subject.put({ ...kind.full, [life.id]: id, [life.name]: `Name of ${id}` })
    }
  }

  describe('a list', () => {
    const isOthers = ({ id }: Listed) => provider.reliance?.(refTo(id), {}) === undefined
    const all = async () => {
      const found: Listed[] = []
      for (let cursor: string | undefined; ; ) {
        const page = await provider.list?.(subject.ref.userPoolId, call(), cursor)
        found.push(...(page?.items ?? []).filter(isOthers))
        cursor = page?.next
        if (cursor === undefined) return found
      }
    }
    it('shows each of many clients once, with its name, in the same order each time', async () => {
      await fill()
      const found = await all()
      const names = new Map(found.map(({ id, name }) => [id, name]))
      expect(found).toHaveLength(many)
      expect(names.size).toBe(many)
      for (const id of others) expect(names.get(id)).toBe(`Name of ${id}`)
      expect((await all()).map(({ id }) => id)).toEqual(found.map(({ id }) => id))
    })

    it('comes in pages', async () => {
      await fill()
      const first = await provider.list?.(subject.ref.userPoolId, call())
      expect(first?.items.length).toBeLessThan(many)
      expect(first?.next).toBeTypeOf('string')
    })

    it('shows ids that can be read, and whole records only as reads give them', async () => {
      await fill()
      for (const { id, native } of await all()) {
        const record = await provider.read(refTo(id), call())
        expect(record[life.id]).toBe(id)
        if (native !== undefined) expect(state(native)).toEqual(state(record))
      }
    })
  })

  describe.each(CLIENT_KINDS)('a new client of kind %s', (client) => {
    it('is answered as it is read, and holds what was planned and nothing else', async () => {
      const { native, ref } = await make(client)
      expect(native).toEqual(await provider.read(ref, call()))
      const [plan, found] = [state(planned(client)), state(native)]
      for (const [name, value] of Object.entries(plan)) expect(found[name], name).toEqual(value)
      const { readOnlyKeys, secretPaths } = provider.mapping
      const known = [...Object.keys(plan), ...readOnlyKeys, ...secretPaths, ...life.added]
      expect(Object.keys(found).filter((name) => !known.includes(name))).toEqual([])
    })

    it('is what its kind says, with what the caller named', async () => {
      const { native } = await make(client)
      const shown = showClient(provider.mapping, native)
      const machine = client === 'machine'
      const confidential = machine || client === 'web'
      const { appType, refreshTokenRotation, grantTypes } = shown
      expect(shown).toMatchObject(asked(kind.name, client))
      const usual = machine ? ['client_credentials'] : ['authorization_code', 'refresh_token']
      expect(grantTypes).toEqual(life.grantTypes?.[client] ?? usual)
      expect(shown.tokenEndpointAuthMethod).toBe(confidential ? 'client_secret_basic' : 'none')
      expect(appType).toBe(life.appTypes[client])
      expect(refreshTokenRotation?.enabled).toBe(life.rotates[client])
    })

    it('has a secret exactly where it is confidential, shown once it is made', async () => {
      const { step, native } = await make(client)
      const { secret } = showClient(provider.mapping, native)
      const confidential = client === 'machine' || client === 'web'
      if (kind.hidesSecret !== undefined || subject.secret !== undefined || life.makesSecrets) {
        expect(secret).toBeNull()
        expect((step.reveal()?.reveal() ?? '').length > 20).toBe(confidential)
        return
      }
      // Where every client is given a secret, whether it is asked for is another matter.
      if (confidential || life.oneSecret) {
        expect(step.reveal()?.reveal()).toBe(secret?.reveal())
        expect(secret?.reveal().length).toBeGreaterThan(20)
      } else {
        expect(step.reveal()).toBeUndefined()
        expect(secret).toBeNull()
      }
    })

    it('breaks no rule of the provider with what it needs, and says what is missing without', () => {
      const broken = (native: Native) =>
        provider.mapping.rules.filter(({ holds }) => !holds(native)).map(({ field }) => field)
      expect(broken(planned(client))).toEqual([])
      expect(broken(planned(client, { name: 'Bare' }))).toEqual(life.needs[client])
    })

    it('sends what makes its kind and what was named, and no member more', () => {
      const bare = { name: 'Bare' }
      const { body } = creation.step(place(), planned(client, bare)).request
      const members = opened(body as JsonObject, kind.objects ?? [])
      expect(Object.keys(members).sort()).toEqual([life.name, ...life.sent[client]].sort())
    })
  })

  it('makes two clients of one name', async () => {
    const [one, other] = [await make('web'), await make('web')]
    expect(one.ref.id).not.toBe(other.ref.id)
    expect(one.step.reveal()?.reveal()).not.toBe(other.step.reveal()?.reveal())
  })

  it('finds a new client by its age, and none that is older', async () => {
    const old = { ...kind.full, [life.id]: 'older', [life.name]: 'New client' }
    await subject.put(old)
    const since = Date.now()
    const next = planned('spa')
    const ids = async (by?: Call) => (await findings(next, since, by)).map(creation.idOf)
    expect(await ids()).toEqual([])
    const { ref, by } = await make('spa')
    expect(await ids(by)).toEqual([ref.id])
  })

  it('finds a new client behind many others', async () => {
    await fill()
    const since = Date.now()
    const { ref, by } = await make('machine')
    const found = await findings(planned('machine'), since, by)
    expect(found.map(creation.idOf)).toEqual([ref.id])
  })

  it('is not_found once it is removed, to a read and to a second removal', async () => {
    const { ref } = await make('web')
    expect(await removal(ref).send(call())).toBeUndefined()
    await expect(provider.read(ref, call())).rejects.toMatchObject({ code: 'not_found' })
    await expect(removal(ref).send(call())).rejects.toMatchObject({ code: 'not_found' })
    expect(await provider.read(subject.ref, call())).toBeDefined()
  })

  describe('secrets', () => {
    const read = (ref: ClientRef) => provider.read(ref, call())
    const list = async (ref: ClientRef) => secrets.list(ref, await read(ref), call())
    const ids = async (ref: ClientRef) => (await list(ref)).map(({ id }) => id)
    const add = async (ref: ClientRef, value = newSecretValue()) => {
      const step = secrets.add?.(ref, await read(ref), value) as AddStep
      expect(step.added()).toBeUndefined()
      const after = await step.send(call())
      if (after !== undefined) expect(state(after)).toEqual(state(await read(ref)))
      return step.added()
    }
    const end = async (ref: ClientRef, id: string | undefined) => {
      await secrets.disable?.(ref, {}, String(id)).send(call())
      await secrets.remove?.(ref, {}, String(id)).send(call())
    }
    const overlaps = !(life.oneSecret || life.noSecond || life.makesSecrets)

    it('are listed without their values', async () => {
      const { ref, step } = await make('web')
      const listed = await list(ref)
      expect(listed).toHaveLength(1)
      const value = step.reveal()?.reveal() ?? ''
      expect(JSON.stringify(listed)).not.toContain(value)
      for (const { hint } of listed) if (hint !== undefined) expect(value.endsWith(hint)).toBe(true)
    })

    it('are as many as the provider says, with ways to add and end one where there can be two', async () => {
      const { native } = await make('web')
      expect(secrets.atOnce(native)).toBe(life.makesSecrets?.atOnce ?? (overlaps ? 2 : 1))
      // Where a policy of its owner decides, there are ways for either case.
      if (life.noSecond || life.makesSecrets) return
      expect(secrets.add !== undefined).toBe(overlaps)
      expect(secrets.remove !== undefined).toBe(overlaps)
    })

    it('can be given to confidential clients, and a public one has a reason why not', async () => {
      for (const client of CLIENT_KINDS) {
        const { native } = await make(client)
        const confidential = client === 'machine' || client === 'web'
        const why = secrets.unusable(native)
        expect(why === undefined, `${client}: ${why}`).toBe(confidential)
      }
    })

    if (overlaps) {
      it('have the value that was chosen, beside the one before', async () => {
        const { ref } = await make('web')
        const [first] = await ids(ref)
        const value = newSecretValue()
        const added = await add(ref, value)
        expect(await ids(ref)).toEqual([first, added?.id])
        expect((await list(ref)).at(-1)).toEqual(added)
        const again = secrets.add?.(ref, {}, value) as AddStep
        expect(Object.values(again.request.body as JsonObject)).toContain(value)
      })

      it('end one by one, but never the last one', async () => {
        const { ref } = await make('web')
        const [first] = await ids(ref)
        await add(ref)
        await expect(add(ref)).rejects.toMatchObject({ code: 'provider_refused' })
        const second = (await ids(ref)).at(-1)
        await end(ref, first)
        expect(await ids(ref)).toEqual([second])
        await expect(end(ref, first)).rejects.toMatchObject({ code: 'not_found' })
        await expect(end(ref, second)).rejects.toMatchObject({ code: 'provider_refused' })
        expect(await ids(ref)).toEqual([second])
        const native = await read(ref)
        expect(showClient(provider.mapping, native).tokenEndpointAuthMethod).toBe(
          'client_secret_basic',
        )
        expect(secrets.unusable(native)).toBeUndefined()
      })

      it('are refused to a client that is not there', async () => {
        const attempt = secrets.add?.(refTo('nobody'), {}, newSecretValue()).send(call())
        await expect(attempt).rejects.toMatchObject({ code: 'not_found' })
      })
    }

    if (life.writes.addSecret !== undefined) {
      it.each(LOST)('leave it unknown whether one was added by %s', async (fault) => {
        const { ref } = await make('web')
        fail(fault, life.writes.addSecret as string)
        await expect(add(ref)).rejects.toMatchObject({ code: 'outcome_unknown' })
        expect(await ids(ref)).toHaveLength(isApplied(fault) ? 2 : 1)
      })
    }

    if (life.writes.removeSecret !== undefined) {
      it.each(LOST)('leave it unknown whether one was ended by %s', async (fault) => {
        const { ref } = await make('web')
        await add(ref)
        const [first] = await ids(ref)
        fail(fault, life.writes.removeSecret as string)
        await expect(end(ref, first)).rejects.toMatchObject({ code: 'outcome_unknown' })
        expect(await ids(ref)).toHaveLength(isApplied(fault) ? 1 : 2)
      })
    }
  })

  if (life.writes.create !== '') {
    it.each(LOST)('finds the one client that a creation left behind with %s', async (fault) => {
      const since = Date.now()
      const next = planned('web')
      fail(fault, life.writes.create)
      const by = call()
      const attempt = creation.step(place(), next).send(by)
      await expect(attempt).rejects.toMatchObject({ code: 'outcome_unknown' })
      const found = await findings(next, since, by)
      expect(found).toHaveLength(isApplied(fault) ? 1 : 0)
      for (const native of found) {
        expect(await provider.read(refTo(creation.idOf(native)), call())).toEqual(native)
      }
    })

    it.each(LOST)('leaves it unknown whether a client was removed with %s', async (fault) => {
      const { ref } = await make('web')
      fail(fault, life.writes.remove)
      await expect(removal(ref).send(call())).rejects.toMatchObject({ code: 'outcome_unknown' })
      const read = provider.read(ref, call()).then(
        () => 'there',
        ({ code }: { code: string }) => code,
      )
      expect(await read).toBe(isApplied(fault) ? 'not_found' : 'there')
    })

    it('is throttled by each of its writes without an effect', async () => {
      const since = Date.now()
      const { ref, by } = await make('web')
      const before = await provider.read(ref, call())
      const throttled = { code: 'provider_throttled' }
      const ofSecrets = life.secretCalls ?? []
      for (const operation of [...Object.values(life.writes), ...ofSecrets]) {
        fail('throttle', operation)
      }
      const attempts: readonly Step[] = [
        creation.step(place(), planned('spa')),
        provider.removal?.(ref, before) as Step,
        ...(secrets.add === undefined ? [] : [secrets.add(ref, before, newSecretValue())]),
        ...(secrets.disable === undefined ? [] : [secrets.disable(ref, before, 'any')]),
        ...(secrets.remove === undefined ? [] : [secrets.remove(ref, before, 'any')]),
      ]
      for (const attempt of attempts) {
        await expect(attempt.send(call())).rejects.toMatchObject(throttled)
      }
      expect(await provider.read(ref, call())).toEqual(before)
      expect(await findings(planned('spa'), since, by)).toHaveLength(1)
    })

    it('is refused nothing silently: an answer that is no list is no empty list', async () => {
      for (const fault of ['redirect', 'garbage_answer', 'error_before_apply'] as const) {
        subject.emulator?.inject({ kind: fault })
        const attempt = provider.list?.(subject.ref.userPoolId, call())
        await expect(attempt).rejects.toMatchObject({ code: 'provider_unavailable' })
      }
    })
  }
})
