/** Making and removing clients by the same promise as changing them, on every provider. */

import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { CLIENT_KINDS } from '../../src/core/client-kind.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createClient } from '../../src/service/life/create.ts'
import type { CreationRequest } from '../../src/service/life/creation.ts'
import { type RemovalRequest, removeClient } from '../../src/service/life/remove.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { readHistory, readOperation, searchHistory } from '../../src/service/reading/history.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { LIVES } from '../contract/lives.ts'
import { type Bench, callInTime, requestFor } from '../contract/service.ts'
import { callbacksOf, SUBJECTS, type Subject, withCallbacks } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { POOL } from '../providers/keycloak/subject.ts'
import { dyingAt, settled } from './dying.ts'

const CALLBACK = 'https://portal.example.com/cb'
const CLIENT = { name: 'Portal', callbacks: [CALLBACK] }
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }

describe.each(SUBJECTS)('$name', (kind) => {
  let subject: Subject
  let bench: Bench

  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })

  /** One more instance on the same store. */
  const another = () => bench.another()

  const { id: _, ...place } = placeOf(kind.name)
  const life = LIVES[kind.name]
  const key = (name: string) => keyOf(bench.service.fingerprints, ACTOR, name, CLIENT)
  const create = (options: Partial<CreationRequest> = {}, service: Service = bench.service) =>
    createClient(service, {
      provider: subject.provider,
      place,
      kind: 'web',
      patch: parseMergePatch(CLIENT),
      dryRun: false,
      actor: ACTOR,
      requestId: randomUUID(),
      deadline: Date.now() + 10_000,
      ...options,
    })
  const remove = (
    ref: ClientRef,
    options: Partial<RemovalRequest> = {},
    service: Service = bench.service,
  ) => {
    const { patch: __, ...request } = requestFor(service, ref, {})
    return removeClient(service, { ...request, ...options })
  }
  const call = () => callInTime()
  const read = (ref: ClientRef) => subject.provider.read(ref, call())
  const named = async () => {
    if (kind.choosesIds) {
      const { items = [] } = (await subject.provider.list?.(subject.ref.userPoolId, call())) ?? {}
      return items.filter(({ name }) => name === 'Portal')
    }
    const { creation } = subject.provider
    const next = { ...creation?.blank('web'), [life?.name ?? '']: 'Portal' }
    const search = { next, since: 0, isKnown: async () => false }
    return ((await creation?.find(place, search, call())) ?? []).filter(
      ({ native }) => native[life?.name ?? ''] === 'Portal',
    )
  }
  const made = async (options: Partial<CreationRequest> = {}) => {
    const result = await create(options)
    if (result.ref === undefined) throw new TypeError('nothing was made')
    return { ...result, ref: result.ref }
  }
  /** Spoils calls that write, where they go over a socket. */
  const spoil = (fault: 'reset_after_apply' | 'error_before_apply', operation: string, times = 1) =>
    subject.emulator?.inject({ kind: fault, operation, times })

  describe('making a client', () => {
    it.each(CLIENT_KINDS)('of the kind %s gives what the provider then holds', async (kind) => {
      const scopes = kind === 'machine' ? { scopes: ['orders/read'] } : {}
      const needs = subject.provider.type === 'cognito' ? scopes : {}
      const result = await made({ kind, patch: parseMergePatch({ ...CLIENT, ...needs }) })
      expect(result.outcome).toBe('applied')
      const chosen = subject.provider.type === 'cognito' ? ['chosen'] : []
      expect(result.warnings.map(({ code }) => code)).toEqual(chosen)
      const native = await read(result.ref)
      expect(result.tag).toBe(bench.service.fingerprints.ofState(subject.provider.mapping, native))
      const client = showClient(subject.provider.mapping, native)
      expect(client).toMatchObject({ name: 'Portal', callbacks: [CALLBACK] })
      expect(client.id).toBe(result.ref.id)
    })

    it('begins the log of the client, and is shown in its history and in all of it', async () => {
      const { ref, operationId = '' } = await made()
      const { items } = await readHistory(bench.service, ref, { limit: 5 })
      expect(items).toMatchObject([{ kind: 'change', action: 'create', revision: 1, operationId }])
      const item = {
        kind: 'change',
        action: 'create',
        outcome: 'applied',
        client: ref,
        revision: 1,
      }
      expect(await readOperation(bench.service, operationId)).toMatchObject(item)
      const all = await searchHistory(bench.service, { providers: ['it'], limit: 5 })
      expect(all.items).toMatchObject([item])
      expect((await bench.change(ref, { name: 'Renamed' })).outcome).toBe('applied')
      const kinds = (await bench.service.store.entries(resourceOf(ref))).map((entry) => entry.kind)
      expect(kinds).toEqual(['created', 'intent', 'outcome'])
    })

    it('plans it in a dry run and makes nothing', async () => {
      const result = await create({ dryRun: true })
      expect(result).toMatchObject({ outcome: 'planned' })
      expect(result.ref).toBeUndefined()
      expect(result.steps).toHaveLength(1)
      expect(result.changes.map(({ field }) => field)).toEqual(['name', 'callbacks'])
      expect(await named()).toEqual([])
      expect(await bench.service.store.openIntents()).toEqual([])
    })

    if (life !== undefined && life.needs.web.length > 0) {
      it('refuses what breaks a rule of the provider before anything is sent', async () => {
        const attempt = create({ patch: parseMergePatch({ name: 'Portal' }) })
        const [field] = life.needs.web
        await expect(attempt).rejects.toMatchObject({ code: 'rule_violated', field })
        expect(await named()).toEqual([])
      })
    }

    it('is done once for a key, and answered again by every instance', async () => {
      const first = await made({ key: key('one') })
      const again = await create({ key: key('one') }, (await another()).service)
      expect(again).toMatchObject({
        outcome: 'applied',
        ref: first.ref,
        tag: first.tag,
        operationId: first.operationId,
        replayed: true,
      })
      expect(await named()).toHaveLength(1)
    })

    it.each<CrashPoint>(['change planned', 'intent recorded', 'step sent', 'outcome recorded'])(
      'is done once when the process dies after "%s" and it is sent again',
      async (point) => {
        const { service } = await another()
        await dyingAt(service, point, (dying) => create({ key: key('one') }, dying))
        await settled(bench.service)
        const result = await create({ key: key('one') })
        expect(result.outcome).toBe('applied')
        expect(await named()).toHaveLength(1)
        expect(await bench.service.store.openIntents()).toEqual([])
      },
    )

    if (life !== undefined && !kind.inProcess) {
      it('finds the client whose making was not answered', async () => {
        spoil('reset_after_apply', life.writes.create)
        const { ref } = await made()
        expect(await named()).toHaveLength(1)
        expect((await read(ref))[life.name]).toBe('Portal')
      })

      it('makes it again when it was not made, and is reported as not applied in between', async () => {
        spoil('error_before_apply', life.writes.create)
        const { ref } = await made()
        expect(await named()).toHaveLength(1)
        const { items } = await searchHistory(bench.service, { providers: ['it'], limit: 5 })
        expect(items.map(({ outcome }) => outcome)).toEqual(['applied', 'not_applied'])
        expect(items[0]?.client).toEqual(ref)
      })

      it('is a conflict where two look the same and no one knows whose they are', async ({
        skip,
      }) => {
        if (kind.choosesIds) skip('the id is known before it is made')
        await made()
        // Made elsewhere, with the same name and settings, and so in no log.
        const { creation } = subject.provider
        const next = (await create({ dryRun: true })).native
        await creation?.step(place, next).send(call())
        spoil('reset_after_apply', life.writes.create)
        await expect(create()).rejects.toMatchObject({ code: 'change_unresolved' })
        expect(await bench.service.store.openIntents()).toEqual([])
      })
    }
  })

  describe('removing a client', () => {
    it('takes it away, and keeps its last record sealed in the history', async () => {
      const { operationId = '' } = await remove(subject.ref)
      await expect(read(subject.ref)).rejects.toMatchObject({ code: 'not_found' })
      const { items } = await readHistory(bench.service, subject.ref, { limit: 5 })
      expect(items).toMatchObject([{ action: 'remove', outcome: 'applied', operationId }])
      const [intent] = await bench.service.store.entries(resourceOf(subject.ref))
      if (intent?.kind !== 'intent') throw new TypeError('no intent')
      const place = JSON.stringify([intent.resource, intent.seq, intent.operationId])
      expect(bench.service.seal.open(intent.sealed, place)).toMatchObject({
        base: withCallbacks(kind, {}, callbacksOf(kind, kind.full)),
        next: null,
      })
    })

    it('is not done when the client has changed since, nor in a dry run', async () => {
      const { before } = await remove(subject.ref, { dryRun: true })
      await bench.change(subject.ref, { name: 'Renamed' })
      const late = remove(subject.ref, { ifMatch: [before?.tag ?? ''] })
      await expect(late).rejects.toMatchObject({ code: 'precondition_failed' })
      expect(callbacksOf(kind, await read(subject.ref))).toEqual(callbacksOf(kind, kind.full))
    })

    it('is not_found for a client that is not there, and answered again for a key', async () => {
      await remove(subject.ref, { key: key('gone') })
      expect(await remove(subject.ref, { key: key('gone') })).toMatchObject({
        outcome: 'applied',
        replayed: true,
      })
      await expect(remove(subject.ref)).rejects.toMatchObject({ code: 'not_found' })
      await expect(bench.change(subject.ref, { name: 'x' })).rejects.toMatchObject({
        code: 'not_found',
      })
    })

    it.each<CrashPoint>(['base read', 'intent recorded', 'step sent', 'outcome recorded'])(
      'is settled when the process dies after "%s"',
      async (point) => {
        const { service } = await another()
        await dyingAt(service, point, (dying) => remove(subject.ref, {}, dying))
        await settled(bench.service)
        const gone = await read(subject.ref).then(
          () => false,
          () => true,
        )
        // The first of two calls is taken back.
        const inTwo = subject.provider.beforeRemoval !== undefined
        expect(gone).toBe((point === 'step sent' && !inTwo) || point === 'outcome recorded')
        if (!gone) expect(subject.stored().status).toEqual(kind.full.status)
        const { items } = await readHistory(bench.service, subject.ref, { limit: 5 })
        const told = items.map(({ outcome }) => outcome)
        expect(told).toEqual(point === 'base read' ? [] : [gone ? 'applied' : 'not_applied'])
        expect(await bench.service.store.openIntents()).toEqual([])
      },
    )

    if (life !== undefined && !kind.inProcess) {
      it.each(['reset_after_apply', 'error_before_apply'] as const)(
        'is found out by reading back after %s',
        async (fault) => {
          spoil(fault, life.writes.remove)
          expect((await remove(subject.ref)).outcome).toBe('applied')
          await expect(read(subject.ref)).rejects.toMatchObject({ code: 'not_found' })
        },
      )
    }
  })
})

/** Where the clients of a subject live; known before it is started. */
function placeOf(name: string): ClientRef {
  const pools: Readonly<Record<string, string>> = { cognito: POOL_ID, keycloak: POOL }
  const { [name]: userPoolId } = pools
  return { provider: 'it', ...(userPoolId === undefined ? {} : { userPoolId }), id: '' }
}
