/** One client of a job that reaps: what is found out about it and recorded, and what becomes of it. */

import { describe, expect } from 'vitest'
import { ClientError } from '../../../src/core/errors.ts'
import { parseMergePatch } from '../../../src/core/patch/patch.ts'
import { PERMISSIONS } from '../../../src/core/rights/permissions.ts'
import type { ChangeRequest, Suspending } from '../../../src/service/base/request.ts'
import type { Service } from '../../../src/service/base/service.ts'
import { changeClient } from '../../../src/service/change/change.ts'
import { type Task, work } from '../../../src/service/jobs/run/work.ts'
import type { Intent } from '../../../src/store/log/entry.ts'
import type { JobReap } from '../../../src/store/log/job-entry.ts'
import { resourceOf } from '../../../src/store/resource.ts'
import { type Bench, requestFor } from '../../contract/service.ts'
import type { Subject } from '../../contract/subjects.ts'
import { onSubject } from '../../fixtures/bench.ts'
import { closingOf, intentOf } from '../../fixtures/entries.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const JOB = { id: 'j1', submittedBy: ACTOR }
const GRACE = 50_000
const REAP: JobReap = {
  olderThanMs: 100_000,
  graceMs: GRACE,
  unknownUse: true,
  terms: [],
  scopes: ['s'],
}
const SUSPEND: Suspending = {
  kind: 'suspension',
  suspended: true,
  allowPartial: false,
  reap: { job: JOB, graceMs: GRACE, scopes: ['s'] },
}
/** As `fullLocalClient` has it. */
const MADE = 1_548_802_761_000
const FOUND = { verdict: 'reap', createdAt: MADE, changedAt: MADE }

let subject: Subject
let bench: Bench

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})

const run = (more: Partial<Task> = {}, service: Partial<Service> = {}) =>
  work(
    { ...bench.service, ...service },
    {
      job: JOB,
      rights: ['clients:suspend'],
      index: 3,
      item: { ref: subject.ref },
      patch: SUSPEND,
      reap: REAP,
      phase: 'run',
      limitMs: 5_000,
      ...more,
    },
  )
const plan = (more: Partial<Task> = {}, service: Partial<Service> = {}) =>
  run({ phase: 'plan', ...more }, service)
const change = (patch: ChangeRequest['patch'], more: Partial<Service> = {}) =>
  changeClient(
    { ...bench.service, ...more },
    { ...requestFor(bench.service, subject.ref, {}), patch },
  )
const protect = (on: boolean) => change({ kind: 'protection', protected: on })
const isOff = () => subject.stored()?.disabled === true
const log = () => resourceOf(subject.ref)
const standing = async () => (await bench.service.store.last(log()))?.standing
const client = { item: 3, client: { provider: 'it', id: 'exampleClientId' } }

describe('a look', () => {
  it('records what was found out and what would change, and does nothing', async () => {
    const before = subject.stored()
    expect(await plan()).toStrictEqual({
      result: {
        ...client,
        outcome: 'planned',
        changes: [{ field: 'disabled', before: false, after: true }],
        tag: expect.stringContaining(''),
        reap: FOUND,
      },
      waitedMs: 0,
      refused: false,
    })
    expect(subject.stored()).toEqual(before)
    expect(await standing()).toBeUndefined()
  })

  it('says of a client that is spared only why', async () => {
    const { result } = await plan({ reap: { ...REAP, unknownUse: false } })
    const reap = { ...FOUND, verdict: 'use_unknown' }
    expect(result).toStrictEqual({ ...client, outcome: 'unchanged', reap })
    await protect(true)
    const { outcome, reap: found } = (await plan()).result
    expect([outcome, found?.verdict]).toEqual(['unchanged', 'protected'])
  })

  it('plans the removal of one that is off already', async () => {
    await subject.put({ ...subject.stored(), disabled: true })
    expect((await plan()).result).toMatchObject({ outcome: 'planned', changes: [], reap: FOUND })
  })

  it('does not count what the job has tried in vain, and all else that is recorded', async () => {
    const tried = (job: typeof JOB) => [
      intentOf(log(), 1, { at: Date.now(), job }),
      closingOf(log(), 2, { at: Date.now(), outcome: 'not_applied' }),
    ]
    const withLog = (job: typeof JOB) => ({
      store: { ...bench.service.store, entries: async () => tried(job).reverse() } as never,
    })
    expect((await plan({}, withLog(JOB))).result.reap).toEqual(FOUND)
    const [, { at }] = tried(JOB) as [unknown, { at: number }]
    const { reap } = (await plan({}, withLog({ ...JOB, id: 'j2' }))).result
    expect(reap?.verdict).toBe('too_young')
    expect(reap?.changedAt).toBeGreaterThanOrEqual(at)
    await change(parseMergePatch({ description: 'Used' }))
    expect((await run()).result).toMatchObject({
      code: 'precondition_failed',
      error: 'Something has happened to the client since the dry run, so it is spared (too_young).',
    })
    expect(isOff()).toBe(false)
  })
})

describe('a client that is reaped', () => {
  it('is suspended, with the time of its removal, once', async () => {
    const before = Date.now()
    const { result } = await run()
    const { removal } = (await standing()) ?? {}
    const [intent] = (await bench.service.store.entries(log())) as readonly Intent[]
    const { operationId } = intent ?? {}
    expect(result).toStrictEqual({
      ...client,
      outcome: 'applied',
      operationId,
      reap: { ...FOUND, removeAt: removal?.at },
    })
    expect(removal).toMatchObject({ actor: ACTOR, reap: { job: JOB, operationId, scopes: ['s'] } })
    expect(removal?.at).toBeGreaterThanOrEqual(before + GRACE)
    expect(removal?.at).toBeLessThanOrEqual(Date.now() + GRACE)
    expect(isOff()).toBe(true)
    // It is the same work for anyone who starts the job.
    const startedBy = { ...ACTOR, subject: 'other' }
    const again = { ...SUSPEND, reap: { job: { ...JOB, startedBy }, graceMs: GRACE, scopes: [] } }
    const replayed = await run({ patch: again })
    expect(replayed.result).toMatchObject({ outcome: 'applied', operationId })
    expect(replayed.result.reap?.verdict).toBe('reap')
    expect(await bench.service.store.entries(log())).toHaveLength(2)
  })

  it('has no time any more once that was called off, whatever else holds', async () => {
    const { operationId } = (await run()).result
    const again = { ...client, outcome: 'applied', operationId, reap: { verdict: 'reap' } }
    await change({ kind: 'suspension', suspended: false, allowPartial: false })
    expect((await standing())?.removal).toBeUndefined()
    expect((await run()).result).toStrictEqual(again)
    await protect(true)
    expect((await run()).result).toStrictEqual(again)
  })

  it('gets its time even where it was off before', async () => {
    await subject.put({ ...subject.stored(), disabled: true })
    const { result } = await run()
    expect(result).toMatchObject({ outcome: 'applied', reap: FOUND })
    expect((await standing())?.removal?.at).toBe(result.reap?.removeAt)
  })

  it('is spared where it is protected since the dry run', async () => {
    await protect(true)
    const { result } = await run()
    expect(result).toMatchObject({ outcome: 'failed', code: 'client_protected' })
    expect(isOff()).toBe(false)
  })

  it.each(['plan', 'run'] as const)('needs the rights of its submitter (%s)', async (phase) => {
    const asked: unknown[] = []
    const permits: Service['permits'] = (actor, provider) => {
      asked.push([actor, provider])
      return new Set(PERMISSIONS.filter((one) => one !== 'clients:delete'))
    }
    const { result } = await run({ phase }, { permits })
    expect(result).toMatchObject({ outcome: 'failed', code: 'insufficient_scope' })
    expect(asked[0]).toEqual([{ ...ACTOR, scopes: ['s'] }, 'it'])
    expect([isOff(), await standing()]).toEqual([false, undefined])
  })

  it('needs the right of its job to suspend', async () => {
    const { result } = await run({ rights: [] })
    expect(result).toMatchObject({ code: 'insufficient_scope', field: 'client.disabled' })
    expect(isOff()).toBe(false)
  })
})

describe('the end of a reaping', () => {
  const unreaping = async (): Promise<Suspending> => {
    const { removal } = (await standing()) ?? {}
    const unreaps = { job: 'j1', operationId: removal?.reap?.operationId ?? 'none' }
    return { kind: 'suspension', suspended: false, allowPartial: false, unreaps }
  }
  const UNDO = { job: { ...JOB, id: 'j2' } }
  const end = async (more: Partial<Task> = {}, service: Partial<Service> = {}) => {
    const { reap: _, ...task } = { reap: undefined, patch: await unreaping(), ...UNDO, ...more }
    // Without the member, as a job that undoes another one has it.
    return run({ ...task, ...({ reap: undefined } as object) }, service)
  }

  it('switches a client on again', async () => {
    await run()
    expect((await end({ phase: 'plan' })).result).toMatchObject({
      outcome: 'planned',
      changes: [{ field: 'disabled', before: true, after: false }],
    })
    const { result } = await end()
    expect(result).toStrictEqual({
      ...client,
      outcome: 'applied',
      operationId: expect.any(String),
    })
    expect(isOff()).toBe(false)
    expect((await standing())?.removal).toBeUndefined()
  })

  it('is planned for one that was off before, whose settings stay', async () => {
    await subject.put({ ...subject.stored(), disabled: true })
    await run()
    expect((await end({ phase: 'plan' })).result).toMatchObject({ outcome: 'planned', changes: [] })
    expect((await end()).result).toMatchObject({ outcome: 'applied' })
    expect(isOff()).toBe(true)
  })

  it.each(['not_found', 'client_gone'] as const)(
    'is not possible for a client that was removed (%s)',
    async (code) => {
      await run()
      const read = async () => {
        throw new ClientError(code, 'It is gone.')
      }
      const providers = new Map([['it', { ...subject.provider, read }]])
      expect((await end({}, { providers })).result).toMatchObject({
        outcome: 'failed',
        code: 'not_restorable',
        error:
          'The client has been removed. POST /clients/{clientId}/copy makes a new one of its last state.',
      })
    },
  )

  it('says why else it has failed', async () => {
    await run()
    const read = async () => {
      throw new ClientError('provider_refused', 'Not so.', { providerMessage: 'No.' })
    }
    const providers = new Map([['it', { ...subject.provider, read }]])
    expect((await end({}, { providers })).result).toMatchObject({
      code: 'provider_refused',
      error: 'Not so.',
      providerMessage: 'No.',
    })
  })
})
