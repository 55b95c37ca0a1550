/** The end of the time of grace: removed in the name of who submitted the job, or spared where anything has happened. */

import { describe, expect } from 'vitest'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import type { Call } from '../../src/providers/call.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { endReaping } from '../../src/service/reap/reap-end.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { intentOf } from '../fixtures/entries.ts'

const REAPER = { subject: 'reaper', issuer: 'https://issuer.example' }
const JOB = { id: 'j1', submittedBy: REAPER }
const SUSPENSION = {
  kind: 'suspension',
  suspended: true,
  allowPartial: false,
  reap: { job: JOB, graceMs: 5, scopes: ['s'], claims: { repository: ['acme/shop'] } },
} as const

let subject: Subject
let bench: Bench
let calls: Call[]

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
  calls = []
})

const change = (patch: ChangeRequest['patch'], more: Partial<ChangeRequest> = {}) =>
  changeClient(bench.service, { ...requestFor(bench.service, subject.ref, {}), patch, ...more })
const reap = () => change(SUSPENSION, { actor: REAPER, job: JOB })
const last = () => bench.service.store.last(resourceOf(subject.ref))
const removalOf = async () => {
  const { removal } = (await last())?.standing ?? {}
  if (removal?.reap === undefined) throw new TypeError('no reaping')
  return { ...removal, reap: removal.reap }
}
const now = async () => {
  const entries = await bench.service.store.entries(resourceOf(subject.ref))
  const [intent] = entries.filter(({ kind }) => kind === 'intent').slice(-1)
  return { intent, standing: entries.at(-1)?.standing, count: entries.length }
}
function isThere(): boolean {
  try {
    return subject.stored() !== undefined
  } catch {
    return false
  }
}

async function end(
  removal: Awaited<ReturnType<typeof removalOf>>,
  {
    more = {},
    beforeRead = () => {},
  }: { more?: Partial<Service>; beforeRead?: () => unknown } = {},
) {
  const { provider } = requestFor(bench.service, subject.ref, {})
  const seen: typeof provider = {
    ...provider,
    read: async (ref, call, fields) => {
      calls.push(call)
      await beforeRead()
      return provider.read(ref, call, fields)
    },
  }
  const due = { ref: subject.ref, provider: seen, standing: {}, deadline: Date.now() + 9_000 }
  const service = { ...bench.service, newId: () => `id ${calls.length}`, ...more }
  await endReaping(service, due, removal)
  return due
}

const spared = (requestId: string) => ({
  intent: { action: 'retain', actor: REAPER, requestId },
  standing: expect.not.objectContaining({ removal: expect.anything() }),
})

describe('a client whose time of grace is over', () => {
  it('is removed by its job, taking turns with what else is due', async () => {
    await reap()
    const { deadline } = await end(await removalOf())
    expect(isThere()).toBe(false)
    const { intent, standing } = await now()
    expect(intent).toMatchObject({ action: 'remove', actor: REAPER, job: JOB, deadline })
    expect(intent).toMatchObject({ requestId: 'id 0' })
    expect(standing?.removal).toBeUndefined()
    expect(calls[0]).toMatchObject({ caller: 'due', deadline })
  })

  it('is removed by the approval with which it was suspended, and stays where there was none', async () => {
    await reap()
    const removal = await removalOf()
    const grantsOf: Service['grantsOf'] = () => [{ grants: PERMISSIONS, approval: 'required' }]
    await expect(end(removal, { more: { grantsOf } })).rejects.toMatchObject({
      code: 'approval_required',
    })
    expect(isThere()).toBe(true)
    const approvedBy = { subject: 'owner', issuer: 'https://issuer.example' }
    const approval = { requestId: 'r1', approvedBy }
    await end({ ...removal, reap: { ...removal.reap, approval } }, { more: { grantsOf } })
    expect(isThere()).toBe(false)
    expect((await now()).intent).toMatchObject({ action: 'remove', approval })
  })

  it('stays, with its removal, where its job may not remove any more', async () => {
    await reap()
    const permits: Service['permits'] = (caller, provider) => {
      const claims = { repository: ['acme/shop'] }
      expect([caller, provider]).toEqual([{ ...REAPER, scopes: ['s'], claims }, 'it'])
      return new Set(PERMISSIONS.filter((one) => one !== 'clients:delete'))
    }
    const ended = end(await removalOf(), { more: { permits } })
    await expect(ended).rejects.toMatchObject({
      code: 'insufficient_scope',
      message:
        'The caller who submitted the job no longer has the permission clients:delete at it.',
    })
    expect(isThere()).toBe(true)
    expect(await removalOf()).toBeDefined()
  })

  it('stays, and is tried again, where the provider fails', async () => {
    await reap()
    const failing = () => {
      if (calls.length === 1) throw new Error('down')
    }
    await expect(end(await removalOf(), { beforeRead: failing })).rejects.toThrow()
    expect(isThere()).toBe(true)
    expect(await removalOf()).toBeDefined()
  })

  it('is spared where anything was recorded since', async () => {
    await reap()
    const removal = await removalOf()
    await change(parseMergePatch({ description: 'Needed' }))
    await reap()
    const { deadline } = await end(removal)
    expect(isThere()).toBe(true)
    expect(await now()).toMatchObject(spared('id 0'))
    expect(calls[0]).toMatchObject({ caller: 'due', deadline })
    expect((await now()).intent).toMatchObject({ deadline })
  })

  it('is spared where its suspension was not applied, or its outcome is not known', async () => {
    await reap()
    const removal = await removalOf()
    const entries = await bench.service.store.entries(resourceOf(subject.ref))
    const ending = (more: object) => ({
      ...bench.service.store,
      // What is looked through for its newest entry.
      entries: async (log: string, range?: { readonly newestFirst?: boolean }) =>
        range?.newestFirst === true
          ? [...entries].reverse().map((one, index) => (index === 0 ? { ...one, ...more } : one))
          : bench.service.store.entries(log, range as never),
    })
    const store = ending({ outcome: 'partly_applied' }) as Service['store']
    await end(removal, { more: { store } })
    expect(isThere()).toBe(true)
    expect(await now()).toMatchObject(spared('id 0'))
    await reap()
    const open = await removalOf()
    const later = (await now()).count + 1
    const intent = intentOf(resourceOf(subject.ref), later, { operationId: open.reap.operationId })
    const withOpen = { ...bench.service.store, entries: async () => [intent] }
    await end(open, { more: { store: withOpen as unknown as Service['store'] } })
    expect(isThere()).toBe(true)
    expect((await now()).standing?.removal).toBeUndefined()
  })

  it('is spared where nothing is recorded of it any more', async () => {
    await reap()
    const store = { ...bench.service.store, entries: async () => [] }
    await end(await removalOf(), { more: { store } })
    expect(isThere()).toBe(true)
    expect(await now()).toMatchObject(spared('id 0'))
  })

  it('is spared where someone has changed it elsewhere', async () => {
    await reap()
    await subject.put({ ...subject.stored(), client_name: 'Needed elsewhere' })
    await end(await removalOf())
    expect(isThere()).toBe(true)
    expect(await now()).toMatchObject(spared('id 1'))
  })

  it('is spared where its removal was called off while it was looked at', async () => {
    await reap()
    const removal = await removalOf()
    const { store } = bench.service
    const entries = await store.entries(resourceOf(subject.ref), { newestFirst: true, limit: 20 })
    // Settings stay as they are, and the removal is called off.
    const [callback = ''] = subject.stored().redirect_uris as readonly string[]
    await change({ kind: 'managing', managers: { a: { callbacks: [callback] } }, fields: {} })
    expect((await now()).standing?.removal).toBeUndefined()
    // Looked at before that, and removed after it.
    const earlier = { ...store, entries: async () => entries }
    await end(removal, { more: { store: earlier as unknown as Service['store'] } })
    expect(calls).toHaveLength(2)
    expect(isThere()).toBe(true)
    expect((await now()).standing?.removal).toBeUndefined()
  })
})
