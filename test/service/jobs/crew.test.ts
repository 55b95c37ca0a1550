/** The clients of a job that are under way: which begin, how often each is tried, and what is left. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError, type ErrorCode } from '../../../src/core/errors.ts'
import { parseMergePatch } from '../../../src/core/patch/patch.ts'
import type { Permission } from '../../../src/core/rights/permissions.ts'
import type { Provider } from '../../../src/providers/provider.ts'
import type { Service } from '../../../src/service/base/service.ts'
import { follow } from '../../../src/service/jobs/follow.ts'
import type { JobView } from '../../../src/service/jobs/log.ts'
import { createCrew, tasksOf } from '../../../src/service/jobs/run/crew.ts'
import { createKnown } from '../../../src/service/jobs/run/job-knowledge.ts'
import { type Submission, submitJob } from '../../../src/service/jobs/submit.ts'
import type { Intent } from '../../../src/store/log/entry.ts'
import type { JobApproval, JobResult, JobResults } from '../../../src/store/log/job-entry.ts'
import { resourceOf } from '../../../src/store/resource.ts'
import type { Bench } from '../../contract/service.ts'
import type { Subject } from '../../contract/subjects.ts'
import { onSubject } from '../../fixtures/bench.ts'
import { fullLocalClient } from '../../fixtures/local.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const OTHER = { subject: 'other', issuer: 'https://issuer.example' }
const IDS = ['a', 'b', 'c', 'd', 'e', 'f']

let subject: Subject
let bench: Bench
let ahead: number
let fails: (id: string) => ErrorCode | undefined
let reads: string[]
let changes: number

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  for (const id of IDS) await subject.put({ ...fullLocalClient, client_id: id })
  ahead = 0
  changes = 0
  reads = []
  fails = () => undefined
})

/** Longer than the time of one client, so that it is not waited for at once. */
const retryAfterOf = (code: ErrorCode) => (code === 'provider_throttled' ? { retryAfter: 6 } : {})

function service(): Service {
  const provider: Provider = {
    ...subject.provider,
    read: async (ref, call) => {
      reads.push(ref.id)
      const code = fails(ref.id)
      if (code !== undefined) throw new ClientError(code, 'Not now.', retryAfterOf(code))
      return subject.provider.read(ref, call)
    },
  }
  const now = () => Date.now() + ahead
  return { ...bench.service, providers: new Map([['it', provider]]), now }
}

async function crewOf(submission: Partial<Submission> = {}, phase: 'plan' | 'run' = 'run') {
  const view = await submitJob(bench.service, {
    actor: ACTOR,
    items: IDS.map((id) => ({ ref: { provider: 'it', id } })),
    patch: parseMergePatch({ description: 'Changed' }),
    options: { autoStart: true, maxFailures: null },
    rights: [],
    ...submission,
  })
  const known = createKnown(bench.service)
  await follow(bench.service, view.job, known.fold)
  const crew = createCrew(service(), {
    view,
    knowledge: known,
    phase,
    limitMs: 5_000,
    callers: () => ({ submittedBy: ACTOR, startedBy: OTHER }),
    changed: () => {
      changes += 1
    },
  })
  return { crew, view }
}

/** What a runner records of a dry run. */
const plannedOf = ({ job }: JobView, results: readonly JobResult[]): JobResults => ({
  kind: 'job_results',
  resource: job.resource,
  seq: 3,
  at: Date.now(),
  previous: '',
  hash: '',
  phase: 'plan',
  runner: 'one',
  until: 0,
  results,
  progress: job.progress,
})

const outcomes = ({ finished }: Awaited<ReturnType<typeof crewOf>>['crew']) =>
  [...finished].map(([item, { outcome, code }]) => [item, code ?? outcome])

describe('a crew', () => {
  it('begins as many as its place takes, reports each, and goes on as they end', async () => {
    const { crew, view } = await crewOf()
    expect([crew.busy(), crew.wakesAt()]).toEqual([false, Number.POSITIVE_INFINITY])
    crew.begin(100)
    expect(crew.busy()).toBe(true)
    expect([...crew.finished]).toEqual([])
    await crew.ended()
    expect(crew.busy()).toBe(false)
    expect(changes).toBe(4)
    expect(outcomes(crew).sort()).toEqual([0, 1, 2, 3].map((item) => [item, 'applied']))
    crew.recorded(2)
    expect(
      outcomes(crew)
        .map(([item]) => item)
        .sort(),
    ).toEqual([0, 1, 3])
    crew.begin(100)
    await crew.ended()
    expect(changes).toBe(6)
    const [intent] = await bench.service.store.entries(resourceOf({ provider: 'it', id: 'a' }))
    expect((intent as Intent).job).toEqual({
      id: view.id,
      submittedBy: ACTOR,
      startedBy: OTHER,
    })
  })

  it('begins no client beyond what may have begun', async () => {
    const { crew } = await crewOf()
    crew.begin(2)
    await crew.ended()
    expect(
      outcomes(crew)
        .map(([item]) => item)
        .sort(),
    ).toEqual([0, 1])
  })

  it('uses the patch of a client before that of the job', async () => {
    const items = [
      { ref: { provider: 'it', id: 'a' }, patch: parseMergePatch({ description: 'Own' }) },
      { ref: { provider: 'it', id: 'b' } },
    ]
    const { crew } = await crewOf({ items }, 'plan')
    crew.begin(100)
    await crew.ended()
    expect(crew.finished.get(0)?.changes).toMatchObject([{ after: 'Own' }])
    expect(crew.finished.get(1)?.changes).toMatchObject([{ after: 'Changed' }])
    expect(crew.finished.get(1)).toMatchObject({ outcome: 'planned' })
  })

  it('changes a client only in the state that the dry run has seen', async () => {
    const { view, crew: dry } = await crewOf(
      { options: { autoStart: false, maxFailures: null } },
      'plan',
    )
    dry.begin(2)
    await dry.ended()
    const [first, second] = [dry.finished.get(0), dry.finished.get(1)]
    if (first === undefined || second === undefined) throw new TypeError('not planned')
    const known = createKnown(bench.service)
    await follow(bench.service, view.job, known.fold)
    known.fold(plannedOf(view, [first, second]))
    await subject.put({ ...fullLocalClient, client_id: 'b', client_name: 'Changed meanwhile' })
    const callers = () => ({ submittedBy: ACTOR })
    const settings = { view, knowledge: known, phase: 'run' as const, limitMs: 5_000, callers }
    const crew = createCrew(service(), { ...settings, changed: () => {} })
    crew.begin(2)
    await crew.ended()
    expect(outcomes(crew).sort()).toEqual([
      [0, 'applied'],
      [1, 'precondition_failed'],
    ])
  })

  it('suspends clients that are to be removed, on behalf of who is behind the job', async () => {
    const reap = { olderThanMs: 1_000, graceMs: 5_000, unknownUse: true, terms: [], scopes: ['s'] }
    // A job that reaps has no patch of its own.
    const none = { patch: undefined } as object
    const items = [{ ref: subject.ref }]
    const { crew, view } = await crewOf({ ...none, reap, items, rights: ['clients:suspend'] })
    const before = Date.now()
    crew.begin(1)
    await crew.ended()
    expect(crew.finished.get(0)).toMatchObject({ outcome: 'applied', reap: { verdict: 'reap' } })
    expect(subject.stored()?.disabled).toBe(true)
    const { standing } = (await bench.service.store.last(resourceOf(subject.ref))) ?? {}
    const job = { id: view.id, submittedBy: ACTOR, startedBy: OTHER }
    expect(standing?.removal).toMatchObject({ actor: ACTOR, reap: { job, scopes: ['s'] } })
    const { at = 0 } = standing?.removal ?? {}
    expect(at).toBeGreaterThanOrEqual(before + 5_000)
    expect(at).toBeLessThanOrEqual(Date.now() + 5_000)
  })

  it('knows each client that it begins', async () => {
    const { view } = await crewOf()
    const knowledge = { ...createKnown(bench.service), pending: () => [9] }
    const settings = { view, knowledge, phase: 'run' as const, limitMs: 5_000 }
    const callers = () => ({ submittedBy: ACTOR })
    expect(() => createCrew(service(), { ...settings, callers, changed: () => {} })).toThrow(
      'no client 9',
    )
  })

  it('cannot work on a client without any patch', async () => {
    const { patch: _, ...none } = { patch: undefined }
    const view = await submitJob(bench.service, {
      actor: ACTOR,
      items: [{ ref: { provider: 'it', id: 'a' } }],
      options: { autoStart: true, maxFailures: null },
      rights: [],
      ...none,
    })
    const known = createKnown(bench.service)
    await follow(bench.service, view.job, known.fold)
    const callers = () => ({ submittedBy: ACTOR })
    const settings = { view, knowledge: known, phase: 'run' as const, limitMs: 5_000, callers }
    const crew = createCrew(service(), { ...settings, changed: () => {} })
    expect(() => crew.begin(1)).toThrow('no patch for client 0')
  })
})

describe('the task of a client', () => {
  const TOKEN = { scopes: ['clientry:write'], claims: {} }
  const REAP = { olderThanMs: 1_000, graceMs: 5_000, unknownUse: true, terms: [], ...TOKEN }

  /** The first task of such a job, at a service whose callers have these permissions. */
  async function taskOf(
    submission: Partial<Submission>,
    { approved, ...more }: Partial<Service> & { readonly approved?: JobApproval } = {},
  ) {
    const { view } = await crewOf(submission)
    const known = createKnown(bench.service)
    await follow(bench.service, view.job, known.fold)
    const knowledge = { ...known, approval: () => approved }
    const settings = { view, knowledge, phase: 'run' as const, limitMs: 5_000 }
    const callers = () => ({ submittedBy: ACTOR })
    return { task: tasksOf({ ...service(), ...more }, { ...settings, callers }, [0])(0), view }
  }

  it('has what its submitter may do today, of what the job may do', async () => {
    const submission = { rights: ['clients:suspend'] as const, token: TOKEN }
    const held = (...grants: readonly Permission[]) =>
      taskOf(submission, { grantsOf: () => [{ grants }] })
    const { task } = await held('clients:write', 'clients:suspend')
    expect(task.rights).toEqual(['clients:suspend'])
    expect(task.rightsToday?.()).toEqual(['clients:suspend'])
    expect((await held('clients:write')).task.rightsToday?.()).toEqual([])
  })

  it('leaves of the rate what the job says, and reads its client with others', async () => {
    const options = { autoStart: true, maxFailures: null, reserve: 0.4 }
    const readMany = subject.provider.readMany
    const { task } = await taskOf({ options })
    expect(task.reserve).toBe(0.4)
    expect(task.readOneOfMany === undefined).toBe(readMany === undefined)
    expect(task).not.toHaveProperty('reap')
  })

  it('suspends its client whole, and its removal names the approval that there was', async () => {
    const submission = { patch: undefined, reap: REAP } as object
    const { task, view } = await taskOf(submission)
    const { graceMs, ...rights } = { graceMs: REAP.graceMs, ...TOKEN }
    const reap = { job: { id: view.id, submittedBy: ACTOR }, graceMs, ...rights }
    expect(task.patch).toEqual({ kind: 'suspension', suspended: true, allowPartial: false, reap })
    expect(task.reap).toEqual(REAP)
    const approved = { requestId: 'r', approvedBy: OTHER, token: TOKEN }
    const approval = { requestId: 'r', approvedBy: OTHER }
    const { task: second } = await taskOf(submission, { approved })
    expect(second.patch).toMatchObject({ reap: { graceMs: 5_000, approval } })
  })
})

describe('a client that is not certain', () => {
  it('waits for its time, and is tried sixty times at most', async () => {
    fails = (id) => (id === 'b' ? 'client_busy' : undefined)
    const { crew } = await crewOf()
    const before = Date.now()
    crew.begin(2)
    await crew.ended()
    expect(outcomes(crew)).toEqual([[0, 'applied']])
    const wakesAt = crew.wakesAt()
    expect(wakesAt).toBeGreaterThanOrEqual(before + 1_000)
    expect(wakesAt).toBeLessThanOrEqual(Date.now() + 1_000)
    const tries = () => reads.filter((id) => id === 'b').length
    crew.begin(2)
    expect(crew.busy()).toBe(false)
    for (let times = 2; times < 60; times += 1) {
      ahead += 1_001
      crew.begin(2)
      await crew.ended()
    }
    expect([tries(), crew.finished.has(1)]).toEqual([59, false])
    ahead += 1_001
    crew.begin(2)
    await crew.ended()
    expect([tries(), crew.finished.get(1)?.code]).toEqual([60, 'client_busy'])
    ahead += 1_001
    crew.begin(2)
    expect(crew.busy()).toBe(false)
  })

  it('has the planned state and its outcome once it can be read', async () => {
    fails = (id) => (id === 'a' ? 'deadline_exceeded' : undefined)
    const { crew } = await crewOf()
    crew.begin(1)
    await crew.ended()
    fails = () => undefined
    ahead += 1_001
    crew.begin(1)
    await crew.ended()
    expect(outcomes(crew)).toEqual([[0, 'applied']])
  })

  it('waits for its turn as long as there is none, and holds back its whole place', async () => {
    fails = () => 'provider_throttled'
    const { crew } = await crewOf()
    crew.begin(100)
    await crew.ended()
    // Four of them were refused, so that one alone may ask again.
    for (let times = 0; times < 70; times += 1) {
      crew.begin(100)
      expect(crew.busy()).toBe(false)
      ahead += 6_001
      crew.begin(100)
      await crew.ended()
    }
    expect([...crew.finished]).toEqual([])
    fails = () => undefined
    for (let times = 0; times < 6; times += 1) {
      ahead += 6_001
      crew.begin(100)
      await crew.ended()
    }
    expect(outcomes(crew).sort()).toEqual(IDS.map((_, item) => [item, 'applied']))
  })
})
