/** Submitting jobs, undoing them, and what they may do. */

import { describe, expect } from 'vitest'
import { ClientError } from '../../../src/core/errors.ts'
import { parseMergePatch } from '../../../src/core/patch/patch.ts'
import type { Undo } from '../../../src/service/base/request.ts'
import type { Service } from '../../../src/service/base/service.ts'
import { tellJob } from '../../../src/service/jobs/control.ts'
import { type JobItem, openItems, openPatch } from '../../../src/service/jobs/items.ts'
import { neededByJob } from '../../../src/service/jobs/job-permissions.ts'
import { findJob, type JobView, jobEntries } from '../../../src/service/jobs/log.ts'
import { checkRights, rightsOf } from '../../../src/service/jobs/rights.ts'
import { type Submission, submitJob, submittedBefore } from '../../../src/service/jobs/submit.ts'
import type { TokenRights } from '../../../src/store/log/actor.ts'
import type { JobItems } from '../../../src/store/log/job-entry.ts'
import { jobResource } from '../../../src/store/resource.ts'
import type { Bench } from '../../contract/service.ts'
import type { Subject } from '../../contract/subjects.ts'
import { onSubject } from '../../fixtures/bench.ts'
import { jobOf } from '../../fixtures/entries.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const PATCH = parseMergePatch({ description: 'Changed' })
const KEY = { log: 'log of the key', fingerprint: 'of the request' }
/** Three of these need three entries. */
const LARGE: Undo = { kind: 'undo', operationId: 'x'.repeat(140_000), allowPartial: false }

let subject: Subject
let bench: Bench

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})

const item = (id: string, more: Partial<JobItem> = {}): JobItem => ({
  ref: { provider: 'it', id },
  ...more,
})
const submit = (more: Partial<Submission> = {}, service: Service = bench.service) =>
  submitJob(service, {
    actor: ACTOR,
    items: [item('one'), item('two')],
    patch: PATCH,
    options: { autoStart: false, maxFailures: 0 },
    rights: [],
    ...more,
  })
const partsOf = async ({ job }: JobView) => {
  const parts: JobItems[] = []
  for await (const entry of jobEntries(bench.service, job.resource)) {
    if (entry.kind === 'job_items') parts.push(entry)
  }
  return parts
}
const idsOf = async (view: JobView) =>
  (await partsOf(view)).map((part) => openItems(bench.service, part).map(({ ref }) => ref.id))

/** A store that dies when so many parts of a job are there. */
function dyingAfter(count: number): Service {
  let left = count
  const { store } = bench.service
  const append: Service['store']['append'] = async (entry) => {
    if (entry.kind !== 'job_items') return store.append(entry)
    if (left === 0) throw new Error('the process died')
    left -= 1
    return store.append(entry)
  }
  return { ...bench.service, store: { ...store, append } }
}

describe('a submission', () => {
  it('is kept whole in the first entry, with no member that it does not have', async () => {
    const { job } = await submit()
    const { sealed, hash, at, ...rest } = job
    expect(rest).toEqual({
      kind: 'job',
      resource: job.resource,
      seq: 1,
      previous: '',
      actor: ACTOR,
      providers: ['it'],
      options: { autoStart: false, maxFailures: 0 },
      rights: [],
      progress: expect.objectContaining({ state: 'submitted' }),
    })
    expect(Object.keys(job)).not.toContain('undoes')
    expect(Object.keys(job)).not.toContain('fingerprint')
    expect(sealed).not.toContain('Changed')
  })

  it('names each provider once, what it undoes or reaps, and what it may do', async () => {
    const other = { ref: { provider: 'other', id: 'one' } }
    const reap = { olderThanMs: 1, graceMs: 2, unknownUse: false, terms: ['a'], scopes: [] }
    const { job } = await submit({
      items: [item('one'), other, item('two')],
      undoes: 'another job',
      reap,
      rights: ['clients:suspend'],
      key: KEY,
    })
    expect(job).toMatchObject({
      providers: ['it', 'other'],
      undoes: 'another job',
      reap,
      rights: ['clients:suspend'],
      fingerprint: 'of the request',
    })
  })

  it('keeps what its submitter may do, by scopes and claims and by nothing else of the token', async () => {
    const token = { scopes: ['clientry:write'], claims: { groups: ['a'] } }
    const { job } = await submit({ token: { ...token, bearer: 'hush' } as TokenRights })
    expect(job.token).toStrictEqual(token)
    expect((await submit()).job).not.toHaveProperty('token')
  })

  it('has its clients in as many entries as they need, in order', async () => {
    const items = ['a', 'b', 'c'].map((id) => item(id, { patch: LARGE }))
    const view = await submit({ items })
    const parts = await partsOf(view)
    expect(parts.map(({ count, last }) => [count, last])).toEqual([
      [1, false],
      [1, false],
      [1, true],
    ])
    expect(await idsOf(view)).toEqual([['a'], ['b'], ['c']])
    expect(view.last.progress).toMatchObject({ state: 'planning', counts: { left: 3 } })
  })
})

describe('the clients of a job', () => {
  it('are added without another look at its log for each part', async () => {
    const { store } = bench.service
    let looks = 0
    const entries: typeof store.entries = (resource, range) => {
      looks += 1
      return store.entries(resource, range)
    }
    const counting = { ...bench.service, store: { ...store, entries } }
    await submit({}, counting)
    const forOne = looks
    looks = 0
    await submit({ items: ['a', 'b', 'c'].map((id) => item(id, { patch: LARGE })) }, counting)
    expect(looks).toBe(forOne)
  })

  it('and its patch can be opened at their place in the log alone', async () => {
    const view = await submit()
    const [part] = await partsOf(view)
    if (part === undefined) throw new TypeError('no clients')
    expect(openItems(bench.service, part)).toEqual([item('one'), item('two')])
    expect(openPatch(bench.service, view.job)).toEqual(PATCH)
    const elsewhere = { resource: jobResource('another') }
    for (const moved of [{ seq: part.seq + 1 }, elsewhere])
      expect(() => openItems(bench.service, { ...part, ...moved })).toThrow(ClientError)
    for (const moved of [{ seq: 2 }, elsewhere])
      expect(() => openPatch(bench.service, { ...view.job, ...moved })).toThrow(ClientError)
  })
})

describe('a key', () => {
  it('finds the job that it was used for, and makes no second one', async () => {
    expect(await submittedBefore(bench.service, undefined)).toBeUndefined()
    expect(await submittedBefore(bench.service, KEY)).toBeUndefined()
    const first = await submit({ key: KEY })
    expect(first.id).toHaveLength(32)
    expect(await submittedBefore(bench.service, KEY)).toEqual(first)
    expect(await submit({ key: KEY })).toEqual(first)
    expect(await idsOf(first)).toEqual([['one', 'two']])
    expect((await submit({ key: { ...KEY, log: 'another' } })).id).not.toBe(first.id)
  })

  it('of another request is refused', async () => {
    await submit({ key: KEY })
    const other = { ...KEY, fingerprint: 'of another request' }
    await expect(submit({ key: other })).rejects.toMatchObject({ code: 'key_reused' })
    await expect(submittedBefore(bench.service, other)).rejects.toMatchObject({
      code: 'key_reused',
    })
  })

  it.each([0, 1, 2])('completes a job of which %i parts of three are there', async (count) => {
    const items = ['a', 'b', 'c'].map((id) => item(id, { patch: LARGE }))
    const dying = dyingAfter(count)
    await expect(submit({ items, key: KEY }, dying)).rejects.toThrow('the process died')
    expect(await submittedBefore(bench.service, KEY)).toBeUndefined()
    const view = await submit({ items, key: KEY })
    expect(await idsOf(view)).toEqual([['a'], ['b'], ['c']])
    expect(view.last.progress).toMatchObject({ state: 'planning', counts: { left: 3 } })
  })

  it('leaves the rest to another one that is at it', async () => {
    const items = ['a', 'b', 'c'].map((id) => item(id, { patch: LARGE }))
    const both = await Promise.all([submit({ items, key: KEY }), submit({ items, key: KEY })])
    expect(both[0]).toEqual(both[1])
    expect(both[0] && (await idsOf(both[0]))).toEqual([['a'], ['b'], ['c']])
  })
})

describe('what a job may do', () => {
  const { rights: _, ...old } = jobOf('old', 1)

  it('is what it says, or what jobs of earlier versions may', () => {
    expect(rightsOf({ ...old, rights: ['access:grant'] })).toEqual(['access:grant'])
    expect(rightsOf({ ...old, withheld: ['disabled'] })).toEqual([])
    expect(rightsOf({ ...old, withheld: ['secret'] })).toEqual(['clients:suspend'])
    const { withheld: __, ...none } = old
    expect(rightsOf(none)).toEqual(['clients:suspend'])
  })

  it('is refused beyond that, with the field and what to do', () => {
    const suspend = { permission: 'clients:suspend', field: 'client.disabled' } as const
    const rotate = { permission: 'secrets:rotate', field: 'client.secret' } as const
    expect(() => checkRights([], [])).not.toThrow()
    expect(() => checkRights(['clients:suspend'], [suspend])).not.toThrow()
    const refusal = (rights: Parameters<typeof checkRights>[0], needs: typeof refused) => {
      try {
        checkRights(rights, needs)
      } catch (error) {
        return error
      }
      return undefined
    }
    const refused: Parameters<typeof checkRights>[1] = [rotate, suspend]
    expect(refusal(['clients:suspend', 'secrets:rotate'], refused)).toMatchObject({
      code: 'insufficient_scope',
      field: 'client.secret',
      message: 'This job may not change client.secret. Leave it out to change the rest.',
    })
    expect(refusal(['secrets:rotate'], [suspend])).toMatchObject({ field: 'client.disabled' })
  })

  it('is needed by its own patch, or by that of any client', async () => {
    const disabling = parseMergePatch({ disabled: true })
    const need = { permission: 'clients:suspend', field: 'client.disabled' }
    const asks = async (more: Partial<Submission>, service = bench.service) =>
      neededByJob(service, await submit(more), ['access:grant', 'clients:suspend'])
    expect(await asks({})).toBeUndefined()
    expect(await asks({ patch: disabling })).toEqual(need)
    const items = [item('one'), item('two', { patch: disabling })]
    expect(await asks({ items })).toEqual(need)
    const view = await submit({ items })
    expect(await neededByJob(bench.service, view, [])).toBeUndefined()
    expect(await neededByJob(bench.service, view, ['secrets:rotate'])).toBeUndefined()
    const undo: Undo = { kind: 'undo', operationId: 'any', allowPartial: false }
    expect(await asks({ items: [item('one', { patch: undo })] })).toEqual({
      permission: 'access:grant',
      field: 'client',
    })
    const without = { ...bench.service, providers: new Map() }
    expect(await neededByJob(without, view, ['clients:suspend'])).toBeUndefined()
  })

  it('to suspend is needed by a client whose reaping ends, in whichever part of the job it is', async () => {
    const unreaps = { job: 'j1', operationId: 'o' }
    const resuming = { kind: 'suspension', suspended: false, allowPartial: false, unreaps } as const
    const large = { kind: 'merge', fields: { description: 'x'.repeat(140_000) } } as const
    const items = [
      item('one', { patch: large }),
      item('two', { patch: large }),
      item('three', { patch: resuming }),
    ]
    const view = await submit({ items })
    expect((await partsOf(view)).length).toBeGreaterThan(1)
    expect(await neededByJob(bench.service, view, ['access:grant', 'clients:suspend'])).toEqual({
      permission: 'clients:suspend',
      field: 'client.disabled',
    })
    expect(await neededByJob(bench.service, view, ['access:grant'])).toBeUndefined()
  })

  it('includes to grant access where its provider issues tokens for this server', async () => {
    const ownApi = () => ({ audience: 'https://api.example', scopes: ['clients:read'] })
    const providers = new Map([['it', { ...subject.provider, ownApi: ownApi as never }]])
    const view = await submit({ patch: parseMergePatch({ scopes: ['clients:read'] }) })
    const access = { permission: 'access:grant', field: 'client.scopes' }
    expect(await neededByJob({ ...bench.service, providers }, view, ['access:grant'])).toEqual(
      access,
    )
    expect(await neededByJob(bench.service, view, ['access:grant'])).toBeUndefined()
  })
})

it('a job that is cancelled while its clients are added stays so', async () => {
  const items = ['a', 'b', 'c'].map((id) => item(id, { patch: LARGE }))
  await expect(submit({ items, key: KEY }, dyingAfter(1))).rejects.toThrow()
  const before = await submittedBefore(bench.service, KEY)
  expect(before).toBeUndefined()
  const { id } = await submit({ key: { ...KEY, log: 'another' } })
  const view = await findJob(bench.service, id)
  if (view === undefined) throw new TypeError('no job')
  const cancelled = await tellJob(bench.service, view, 'cancel', ACTOR)
  expect(await submit({ key: { ...KEY, log: 'another' } })).toEqual(cancelled)
})
