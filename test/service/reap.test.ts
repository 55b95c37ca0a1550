/**
 * Reaping: looked at first, suspended, removed after a time of grace unless anything happens; no matter
 * who crashes, who else is at it, and whatever the provider does meanwhile.
 */

import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { PERMISSIONS, type Permission } from '../../src/core/rights/permissions.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import { CRASH_POINTS } from '../../src/service/base/crash-points.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { tellJob } from '../../src/service/jobs/control.ts'
import { createJobs, type Jobs } from '../../src/service/jobs/jobs.ts'
import { findJob } from '../../src/service/jobs/log.ts'
import { readResults } from '../../src/service/jobs/read.ts'
import { submitJob } from '../../src/service/jobs/submit.ts'
import { undoneItems } from '../../src/service/jobs/undo-job.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import type { JobReap, JobResult, ReapVerdict } from '../../src/store/log/job-entry.ts'
import { jobResource, resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { eventually } from '../eventually.ts'

const DAY_MS = 86_400_000
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
/** When the jobs run: clients of today are old enough then. */
const THEN = 200
const REAP: JobReap = {
  olderThanMs: 90 * DAY_MS,
  graceMs: 30 * DAY_MS,
  unknownUse: true,
  terms: [],
  scopes: ['reaper'],
  claims: { repository: ['acme/shop'] },
}

let subject: Subject
let bench: Bench
let running: Jobs[]

/** A time limit that no timer can hold would end at once. */
const warnings: string[] = []
const note = ({ name }: Error) => warnings.push(name)
beforeAll(() => void process.on('warning', note))
afterAll(() => {
  process.off('warning', note)
  expect(warnings).not.toContain('TimeoutOverflowWarning')
})

async function open(name: string): Promise<void> {
  subject = await subjectNamed(name).start()
  bench = await openBench(new Map([['it', subject.provider]]))
  running = []
}
afterEach(async () => {
  await Promise.all(running.map((jobs) => jobs.rest(0)))
  await bench.close()
  await subject.close()
})

/** The service so many days from now. */
const inDays = (days: number, more: Partial<Service> = {}): Service => ({
  ...bench.service,
  now: () => Date.now() + days * DAY_MS,
  ...more,
})
const jobsOf = (service: Service): Jobs => {
  const jobs = createJobs({ service, limitMs: 5_000, background: true, observe: () => {} })
  running.push(jobs)
  return jobs
}
const refs = (): readonly ClientRef[] => [subject.ref]
const submit = (reap: Partial<JobReap> = {}, service = inDays(THEN)) =>
  submitJob(service, {
    actor: ACTOR,
    items: refs().map((ref) => ({ ref })),
    options: { autoStart: false, maxFailures: 0 },
    rights: ['clients:suspend'],
    reap: { ...REAP, ...reap },
  })

async function until(id: string, service: Service, ...states: readonly string[]): Promise<string> {
  const jobs = jobsOf(service)
  jobs.wake(id)
  return eventually(async () => {
    const state = (await findJob(service, id))?.last.progress.state ?? ''
    expect(states).toContain(state)
    return state
  })
}

async function control(id: string, service: Service, name: 'start' = 'start'): Promise<void> {
  const view = await findJob(service, id)
  if (view === undefined) throw new TypeError('no job')
  expect(await tellJob(service, view, name, ACTOR)).toBeDefined()
}

/** Suspends what is to be reaped. */
async function reaped(service = inDays(THEN), reap: Partial<JobReap> = {}): Promise<string> {
  const { id } = await submit(reap, service)
  expect(await until(id, service, 'planned', 'done')).toBe('planned')
  await control(id, service)
  await until(id, service, 'done')
  return id
}

const resultsOf = async (id: string): Promise<readonly JobResult[]> =>
  (await readResults(bench.service, jobResource(id), undefined, 100)).results
const standing = async () => (await bench.service.store.last(resourceOf(subject.ref)))?.standing
const change = (patch: ChangeRequest['patch'], service = inDays(THEN + 1)) =>
  changeClient(service, {
    ...requestFor(service, subject.ref, {}),
    patch,
    deadline: service.now() + 10_000,
  })
/** Some subjects refuse to show what is not there. */
function isThere(): boolean {
  try {
    return subject.stored() !== undefined
  } catch {
    return false
  }
}

describe.each(['local', 'auth0', 'cognito', 'hydra', 'okta', 'entra'])('at %s', (name) => {
  beforeEach(() => open(name))

  it('a client is looked at, suspended, and removed after the time of grace, and no step sooner', async () => {
    const before = subject.stored()
    const service = inDays(THEN)
    const { id } = await submit()
    await until(id, service, 'planned')
    expect(subject.stored()).toEqual(before)
    expect(await standing()).toBeUndefined()
    const [planned] = await resultsOf(id)
    expect(planned).toMatchObject({ outcome: 'planned', reap: { verdict: 'reap' } })
    await control(id, service)
    await until(id, service, 'done')
    const { reap } = (await resultsOf(id)).at(-1) ?? {}
    const { removal } = (await standing()) ?? {}
    expect(removal).toMatchObject({
      actor: ACTOR,
      reap: { job: { id }, scopes: ['reaper'], claims: { repository: ['acme/shop'] } },
    })
    expect(reap).toMatchObject({ verdict: 'reap', removeAt: removal?.at })
    expect(await carryOutDue(inDays(THEN + 29), new Map())).toMatchObject({ done: 0, failed: [] })
    expect(isThere()).toBe(true)
    expect(await carryOutDue(inDays(THEN + 31), new Map())).toMatchObject({ done: 1, failed: [] })
    expect(isThere()).toBe(false)
    const entries = await bench.service.store.entries(resourceOf(subject.ref))
    expect(entries.at(-2)).toMatchObject({ action: 'remove', actor: ACTOR, job: { id } })
    expect(entries.at(-1)).toMatchObject({ kind: 'outcome', outcome: 'applied' })
    // The last state before the suspension and the one before the removal are both kept.
    expect(entries.filter(({ kind }) => kind === 'intent')).toHaveLength(2)
    expect((await standing())?.removal).toBeUndefined()
  })

  it.each([
    ['', async () => {}],
    [
      ' although someone has changed it meanwhile',
      () => change({ kind: 'protection', protected: true }, inDays(THEN)),
    ],
  ] as const)('undone, the client is as it was and stays%s', async (_, meanwhile) => {
    const before = subject.provider.mapping.normal(subject.stored() ?? {})
    const service = inDays(THEN + 1)
    const id = await reaped()
    await meanwhile()
    const view = await findJob(service, id)
    if (view === undefined) throw new TypeError('no job')
    const items = await undoneItems(service, view, false)
    const undo = await submitJob(service, {
      actor: ACTOR,
      items,
      options: { autoStart: false, maxFailures: 0 },
      rights: ['clients:suspend'],
      undoes: id,
    })
    await until(undo.id, service, 'planned')
    await control(undo.id, service)
    await until(undo.id, service, 'done')
    expect((await findJob(service, undo.id))?.last.progress.counts.failed).toBe(0)
    const { volatileKeys } = subject.provider.mapping
    const settled = (native: object) =>
      Object.fromEntries(Object.entries(native).filter(([key]) => !volatileKeys.includes(key)))
    expect(settled(subject.provider.mapping.normal(subject.stored() ?? {}))).toEqual(
      settled(before),
    )
    expect((await standing())?.removal).toBeUndefined()
    await carryOutDue(inDays(THEN + 60), new Map())
    expect(isThere()).toBe(true)
  })
})

describe('a client is spared', () => {
  beforeEach(() => open('local'))

  const verdict = async (reap: Partial<JobReap> = {}, service = inDays(THEN)) => {
    const { id } = await submit(reap, service)
    await until(id, service, 'planned', 'done')
    const [result] = await resultsOf(id)
    return [result?.outcome, result?.reap?.verdict]
  }
  const spared = (by: ReapVerdict) => ['unchanged', by]

  it('whose last use no one can see, unless that is said not to matter', async () => {
    expect(await verdict({ unknownUse: false })).toEqual(spared('use_unknown'))
    expect(await verdict()).toEqual(['planned', 'reap'])
  })

  it('that is too young, by what was recorded here too', async () => {
    const now = Math.floor(Date.now() / 1_000)
    await subject.put({ ...subject.stored(), client_id_issued_at: now, updated_at: now })
    expect(await verdict({}, inDays(80))).toEqual(spared('too_young'))
    expect(await verdict({}, inDays(100))).toEqual(['planned', 'reap'])
    await change(parseMergePatch({ description: 'Used' }), inDays(150))
    expect(await verdict()).toEqual(spared('too_young'))
  })

  it('that is protected, leased, or no longer what was looked for', async () => {
    await change({ kind: 'protection', protected: true }, inDays(0))
    expect(await verdict()).toEqual(spared('protected'))
    await change({ kind: 'protection', protected: false }, inDays(0))
    const value = 'https://pr-7.preview.example/cb'
    const lease = { kind: 'lease' as const, field: 'callbacks' as const, owner: 'pr-7', value }
    await change({ ...lease, seconds: 60 }, inDays(0))
    expect(await verdict()).toEqual(spared('leased'))
    await change({ kind: 'end_lease', ends: () => true }, inDays(0))
    expect(await verdict({ terms: ['name:other'] })).toEqual(spared('no_match'))
    expect(await verdict({ text: 'nothing of the kind' })).toEqual(spared('no_match'))
    expect(await verdict({ terms: ['registered:dynamic'] })).toEqual(spared('no_match'))
  })

  it('that another job reaps already, whose end undoing the other is not', async () => {
    const first = await reaped()
    const service = inDays(THEN + 100)
    expect(await verdict({}, service)).toEqual(spared('coming_removal'))
    await change({
      kind: 'suspension',
      suspended: false,
      allowPartial: false,
      unreaps: { job: 'other', operationId: 'x' },
    })
    expect((await standing())?.removal?.reap?.job.id).toBe(first)
  })

  it('that its provider cannot suspend: it is only listed', async () => {
    const { suspension: _, ...mapping } = subject.provider.mapping
    const providers = new Map([['it', { ...subject.provider, mapping }]])
    expect(await verdict({}, inDays(THEN, { providers }))).toEqual(spared('cannot_suspend'))
    const { removal: __, ...stays } = subject.provider
    const kept = new Map([['it', stays]])
    expect(await verdict({}, inDays(THEN, { providers: kept }))).toEqual(spared('cannot_remove'))
  })

  it('to which something happens between the dry run and the start', async () => {
    const service = inDays(THEN)
    const { id } = await submit()
    await until(id, service, 'planned')
    await change({ kind: 'protection', protected: true }, service)
    await control(id, service)
    await until(id, service, 'done', 'stopped')
    expect((await resultsOf(id)).at(-1)).toMatchObject({ outcome: 'failed' })
    expect(subject.stored()?.disabled).not.toBe(true)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['resumed', () => change({ kind: 'suspension', suspended: false, allowPartial: false })],
    ['protected', () => change({ kind: 'protection', protected: true })],
    ['changed', () => change(parseMergePatch({ description: 'Needed' }))],
    [
      'changed elsewhere',
      async () => subject.put({ ...subject.stored(), client_name: 'Needed elsewhere' }),
    ],
  ])('%s in the time of grace', async (_, touch) => {
    await reaped()
    await touch()
    const { failed } = await carryOutDue(inDays(THEN + 31), new Map())
    expect(failed).toEqual([])
    expect(isThere()).toBe(true)
    expect((await standing())?.removal).toBeUndefined()
    await carryOutDue(inDays(THEN + 90), new Map())
    expect(isThere()).toBe(true)
  })

  it('where the key of the store was changed meanwhile, since no state can be recognized then', async () => {
    await reaped()
    const { service } = await bench.another({ key: randomBytes(32) })
    const later = { ...service, now: inDays(THEN + 31).now }
    expect((await carryOutDue(later, new Map())).failed).toEqual([])
    expect(isThere()).toBe(true)
    expect(subject.stored()?.disabled === true || (await standing())?.suspended).toBeTruthy()
    expect((await standing())?.removal).toBeUndefined()
  })

  it('that was off before, stays off when the job is undone', async () => {
    await change({ kind: 'suspension', suspended: true, allowPartial: false }, inDays(0))
    const id = await reaped()
    expect((await standing())?.removal?.reap).toMatchObject({ wasOff: true })
    const { operationId = '' } = (await standing())?.removal?.reap ?? {}
    const unreaps = { job: id, operationId }
    await change({ kind: 'suspension', suspended: false, allowPartial: false, unreaps })
    expect((await standing())?.removal).toBeUndefined()
    const { disabled } = { disabled: subject.stored()?.disabled }
    expect(disabled === true || (await standing())?.suspended !== undefined).toBe(true)
  })
})

it.each([
  ['DCR', 'reap'],
  ['REGULAR', 'no_match'],
])('a Cognito client of the type %s is looked for as registered: %s', async (type, verdict) => {
  await open('cognito')
  await subject.put({ ...subject.stored(), ClientType: type })
  const { id } = await submit({ terms: ['registered:dynamic'] })
  await until(id, inDays(THEN), 'planned', 'done')
  expect((await resultsOf(id))[0]?.reap?.verdict).toBe(verdict)
})

it('undone, a client that someone has suspended anew stays off', async () => {
  await open('local')
  const service = inDays(THEN)
  const id = await reaped()
  const view = await findJob(service, id)
  if (view === undefined) throw new TypeError('no job')
  const [item] = await undoneItems(service, view, false)
  if (item?.patch?.kind !== 'suspension') throw new TypeError('no end of a reaping')
  await change({ kind: 'suspension', suspended: false, allowPartial: false })
  await change({ kind: 'suspension', suspended: true, allowPartial: false })
  await change(item.patch)
  expect(subject.stored()?.disabled === true || (await standing())?.suspended).toBeTruthy()
})

describe('the right to reap is judged again', () => {
  beforeEach(() => open('local'))
  const without = (...lost: readonly Permission[]) => ({
    permits: ({ scopes }: { readonly scopes: readonly string[] }) => {
      expect(scopes).toEqual(['reaper'])
      return new Set(PERMISSIONS.filter((one) => !lost.includes(one)))
    },
  })

  it.each(['clients:suspend', 'clients:delete'] as const)(
    'without %s nothing is planned',
    async (lost) => {
      const service = inDays(THEN, without(lost))
      const { id } = await submit({}, service)
      await until(id, service, 'done', 'planned', 'stopped')
      const [result] = await resultsOf(id)
      expect(result).toMatchObject({ outcome: 'failed', code: 'insufficient_scope' })
      expect(result?.error).toContain(lost)
    },
  )

  it('and nothing is suspended once it is gone, nor removed', async () => {
    const service = inDays(THEN)
    const { id } = await submit()
    await until(id, service, 'planned')
    await control(id, service)
    const late = inDays(THEN, without('clients:delete'))
    await until(id, late, 'done', 'stopped')
    expect((await resultsOf(id)).at(-1)).toMatchObject({ code: 'insufficient_scope' })
    expect((await standing())?.removal).toBeUndefined()
    await reaped(inDays(THEN + 1))
    const { failed } = await carryOutDue(inDays(THEN + 40, without('clients:delete')), new Map())
    expect(failed).toMatchObject([{ code: 'insufficient_scope' }])
    expect(isThere()).toBe(true)
    expect((await carryOutDue(inDays(THEN + 41), new Map())).done).toBe(1)
    expect(isThere()).toBe(false)
  })
})

describe('whatever happens meanwhile', () => {
  it('a release that classes the settings differently removes it all the same', async () => {
    await open('local')
    await reaped()
    const { mapping } = subject.provider
    const volatileKeys = [...mapping.volatileKeys, 'client_name']
    const provider = { ...subject.provider, mapping: { ...mapping, volatileKeys } }
    const newer = inDays(THEN + 31, { providers: new Map([['it', provider]]) })
    expect(await carryOutDue(newer, new Map())).toMatchObject({ done: 1, failed: [] })
    expect(isThere()).toBe(false)
  })

  it.each(CRASH_POINTS)(
    'a crash at "%s" of the removal leaves it to be done once',
    async (point) => {
      await open('local')
      await reaped()
      const crashed = inDays(THEN + 31, {
        reached: async (here) => {
          if (here === point) throw new Error('crash')
        },
      })
      await carryOutDue(crashed, new Map())
      const later = inDays(THEN + 32)
      await sweep(later)
      await carryOutDue(later, new Map())
      expect(isThere()).toBe(false)
      expect(await bench.service.store.openIntents()).toEqual([])
      const entries = await bench.service.store.entries(resourceOf(subject.ref))
      const removals = entries.filter((one) => one.kind === 'intent' && one.action === 'remove')
      const applied = entries.filter((one) => one.kind === 'outcome' && one.outcome === 'applied')
      expect(removals.length).toBeGreaterThan(0)
      // The suspension and one removal.
      expect(applied).toHaveLength(2)
    },
  )

  it('a runner that dies after it has suspended a client leaves it suspended once', async () => {
    await open('auth0')
    const service = inDays(THEN)
    const { id } = await submit()
    await until(id, service, 'planned')
    await control(id, service)
    let thaw = () => {}
    const frozen = new Promise<void>((resume) => {
      thaw = resume
    })
    const dying = inDays(THEN, {
      reached: async (point) => {
        if (point === 'step sent') await frozen
      },
    })
    jobsOf(dying).wake(id)
    await eventually(async () => expect(await bench.service.store.openIntents()).toHaveLength(1))
    // Another server, after the claim of the first one has ended.
    const { now } = inDays(THEN + 1)
    const other = { ...(await bench.another()).service, now }
    await sweep(other)
    await until(id, other, 'done')
    thaw()
    const runs = (await resultsOf(id)).filter(({ reap }) => reap?.removeAt !== undefined)
    expect(runs.length).toBeLessThanOrEqual(1)
    const writes = subject.emulator?.calls.filter(({ method }) => method === 'PATCH') ?? []
    expect(writes).toHaveLength(1)
    expect((await standing())?.removal?.reap?.job.id).toBe(id)
  })

  it('two servers that find it due remove it once', async () => {
    await open('auth0')
    await reaped()
    const [one, other] = [inDays(THEN + 31), inDays(THEN + 31, (await bench.another()).service)]
    const due = { ...other, now: one.now }
    await Promise.all([carryOutDue(one, new Map()), carryOutDue(due, new Map())])
    const removals = subject.emulator?.calls.filter(({ method }) => method === 'DELETE') ?? []
    expect(removals.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(isThere()).toBe(false)
  })

  it('a provider that fails keeps the client, suspended, until it answers', async () => {
    await open('auth0')
    await reaped()
    subject.emulator?.inject({
      kind: 'error_before_apply',
      operation: 'DELETE /clients/{id}',
      times: 20,
    })
    const { failed } = await carryOutDue(inDays(THEN + 31), new Map())
    expect(failed).toHaveLength(1)
    expect(isThere()).toBe(true)
    expect((await standing())?.suspended).toBeDefined()
    expect((await standing())?.removal).toBeDefined()
    subject.emulator?.clearFaults()
    const later = inDays(THEN + 32)
    await sweep(later)
    await carryOutDue(later, new Map())
    expect(isThere()).toBe(false)
  })
})
