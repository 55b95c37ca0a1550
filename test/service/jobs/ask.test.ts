/**
 * A job whose changes take an approval, as a request: what the request is bound to, that there is one at a time, and
 * how the job notes it.
 */

import { beforeEach, describe, expect } from 'vitest'
import { parseMergePatch } from '../../../src/core/patch/patch.ts'
import {
  decide,
  endRequest,
  findRequest,
  openAsked,
  stateOf,
} from '../../../src/service/approval/approval-log.ts'
import type { PendingChange } from '../../../src/service/approval/pending-change.ts'
import { printOf } from '../../../src/service/approval/plan-print.ts'
import type { Service } from '../../../src/service/base/service.ts'
import {
  askForWork,
  noteRequest,
  printOfWork,
  takesApproval,
  type Work,
  wasSetToWork,
} from '../../../src/service/jobs/ask.ts'
import { tellJob } from '../../../src/service/jobs/control.ts'
import {
  appendAfter,
  findJob,
  type JobBody,
  type JobEntry,
  type JobProgress,
  type JobView,
  TAKEN,
} from '../../../src/service/jobs/log.ts'
import { approvalFor, markOf } from '../../../src/service/jobs/run/job-approval.ts'
import { submitJob } from '../../../src/service/jobs/submit.ts'
import type { Bench } from '../../contract/service.ts'
import { onSubject } from '../../fixtures/bench.ts'

const DEVELOPER = { subject: 'developer', issuer: 'https://issuer.example' }
const OWNER = { subject: 'owner', issuer: 'https://issuer.example' }
const TOKEN = { scopes: ['asks'], claims: { groups: ['a'] } }
const RUNNER = { runner: 'one', until: Number.MAX_SAFE_INTEGER }
const REFS = ['a', 'b'].map((id) => ({ provider: 'it', id }))

let bench: Bench

const it = onSubject('local', (opened) => {
  bench = opened.bench
})

async function after(view: JobView, ...events: readonly JobBody[]): Promise<JobView> {
  let { last } = view
  for (const event of events) {
    const entry = await appendAfter(bench.service, view.job, last, event)
    if (entry === undefined || entry === TAKEN) throw new Error(`no ${JSON.stringify(event)}`)
    last = entry
  }
  return { ...view, last }
}

/** A job of two clients whose dry run is over; `print`: of the change of the first. */
async function planned(print?: string): Promise<JobView> {
  const view = await submitJob(bench.service, {
    actor: DEVELOPER,
    token: TOKEN,
    items: REFS.map((ref) => ({ ref })),
    patch: parseMergePatch({ description: 'Changed' }),
    options: { autoStart: false, maxFailures: 0 },
    rights: [],
  })
  const results = REFS.map((client, item) => ({
    ...{ item, client, outcome: 'planned' as const },
    ...(item === 0 && print !== undefined ? { print } : {}),
  }))
  return after(
    view,
    { kind: 'job_claim', ...RUNNER },
    { kind: 'job_results', phase: 'plan', ...RUNNER, results },
  )
}

const asking = (view: JobView, control: Work['control'] = 'start') => ({
  ...{ view, control, actor: DEVELOPER, token: TOKEN },
})
const standing = (view: JobView, progress: Partial<JobProgress>): JobView => ({
  ...view,
  last: { ...view.last, progress: { ...view.last.progress, ...progress } } as JobEntry,
})

describe('setting a job to work', () => {
  it('takes an approval once its dry run has found a change that does, unless that goes on', async () => {
    const free = await planned()
    expect(takesApproval({ view: free, control: 'start' })).toBe(false)
    const held = await planned('print')
    expect(takesApproval({ view: held, control: 'start' })).toBe(true)
    // A dry run that goes on changes nothing.
    expect(takesApproval({ view: held, control: 'resume' })).toBe(false)
    expect(takesApproval({ view: standing(held, { phase: 'run' }), control: 'resume' })).toBe(true)
  })

  it('is bound to the job, the control, and what is left of it', async () => {
    const view = await planned('print')
    const print = (changed: JobView, control: Work['control'] = 'start') =>
      printOfWork(bench.service, { view: changed, control })
    const { counts, run } = view.last.progress
    const prints = [
      print(view),
      print(view, 'resume'),
      print(standing(view, { phase: 'run' })),
      print(standing(view, { counts: { ...counts, planned: 1 } })),
      print(standing(view, { run: { ...run, done: 1 } })),
      print({ ...view, id: 'another' }),
    ]
    expect(new Set(prints).size).toBe(prints.length)
    expect(print(view)).toBe(prints[0])
    expect(print(standing(view, { failures: 3 }))).toBe(prints[0])
  })
})

describe('the request of a job', () => {
  let view: JobView
  beforeEach(async () => {
    view = await planned('print')
  })

  it('says whose it is, what it asks for, and how many clients it is about', async () => {
    const { requested } = await askForWork(bench.service, asking(view))
    expect(openAsked(bench.service, requested)?.asked).toEqual({
      ...{ params: { jobId: view.id }, query: {}, headers: {} },
    })
    expect(requested).toMatchObject({
      ...{ actor: DEVELOPER, token: TOKEN, operation: 'startJob', permission: 'jobs:write' },
      ...{ place: { provider: 'it' }, action: 'change', changes: [] },
      print: printOfWork(bench.service, { view, control: 'start' }),
      job: { id: view.id, providers: ['it'], clients: 2 },
    })
    const left = standing(view, { phase: 'run', run: { total: 5, done: 2 } })
    const resumed = await askForWork(bench.service, asking(left, 'resume'))
    expect(resumed.requested).toMatchObject({ operation: 'resumeJob', job: { clients: 3 } })
  })

  it('is the same one when it is asked for again, also where a crash left the job without a note', async () => {
    const first = await askForWork(bench.service, asking(view))
    expect((await askForWork(bench.service, asking(view))).id).toBe(first.id)
    await noteRequest(bench.service, view, DEVELOPER, first.id)
    const noted = (await findJob(bench.service, view.id)) as JobView
    expect(noted.last.progress).toMatchObject({ state: 'planned', request: first.id })
    expect((await askForWork(bench.service, asking(noted))).id).toBe(first.id)
  })

  it('stays the same once it was approved, as long as it is not over', async () => {
    const first = await askForWork(bench.service, asking(view))
    await decide(bench.service, first, { decision: 'approved', actor: OWNER, token: TOKEN })
    expect((await askForWork(bench.service, asking(view))).id).toBe(first.id)
  })

  it.each(['rejected', 'outdated', 'expired'] as const)(
    'is another one once it was %s',
    async (how) => {
      const first = await askForWork(bench.service, asking(view))
      await noteRequest(bench.service, view, DEVELOPER, first.id)
      let { service } = bench
      if (how === 'rejected') {
        await decide(service, first, { decision: how, actor: OWNER, token: TOKEN })
      } else if (how === 'outdated') await endRequest(service, first, { end: how })
      else {
        const { expiresAt } = first.requested
        service = { ...service, now: () => expiresAt }
      }
      for (const noted of [view, (await findJob(service, view.id)) as JobView]) {
        const second = await askForWork(service, asking(noted))
        expect(second.id).not.toBe(first.id)
        expect(stateOf(service, second)).toBe('pending')
        expect((await askForWork(service, asking(noted))).id).toBe(second.id)
      }
    },
  )

  it('is another one for another part of the work, whatever is noted', async () => {
    const first = await askForWork(bench.service, asking(view))
    await noteRequest(bench.service, view, DEVELOPER, first.id)
    const noted = (await findJob(bench.service, view.id)) as JobView
    const { counts } = noted.last.progress
    const fewer = standing(noted, { counts: { ...counts, planned: 1, failed: 1 } })
    const second = await askForWork(bench.service, asking(fewer))
    expect(second.id).not.toBe(first.id)
    expect(second.requested.job).toMatchObject({ clients: 1 })
  })

  it('is noted once, and not on a job that waits for nothing any more', async () => {
    await noteRequest(bench.service, view, DEVELOPER, 'one')
    const entries = () => bench.service.store.entries(view.job.resource)
    const before = (await entries()).length
    // Another instance, which saw the job before that.
    await noteRequest(bench.service, view, DEVELOPER, 'one')
    expect(await entries()).toHaveLength(before)
    await noteRequest(bench.service, view, DEVELOPER, 'two')
    const noted = (await findJob(bench.service, view.id)) as JobView
    expect(noted.last).toMatchObject({ kind: 'job_control', control: 'ask', actor: DEVELOPER })
    expect(noted.last.progress.request).toBe('two')
    const cancelled = (await tellJob(bench.service, noted, 'cancel', DEVELOPER)) as JobView
    await noteRequest(bench.service, cancelled, DEVELOPER, 'three')
    expect((await findJob(bench.service, view.id))?.last.progress.request).toBe('two')
  })

  it('is known to have set the job to work once it has', async () => {
    const { id } = await askForWork(bench.service, asking(view))
    expect(await wasSetToWork(bench.service, view, id)).toBe(false)
    // A note of the request is no approval of it.
    await noteRequest(bench.service, view, DEVELOPER, id)
    expect(await wasSetToWork(bench.service, view, id)).toBe(false)
    const approval = { requestId: id, approvedBy: OWNER, token: TOKEN }
    const running = await tellJob(bench.service, view, 'start', DEVELOPER, approval)
    expect(running?.last.progress).toMatchObject({ state: 'running', approvedBy: OWNER })
    expect(await wasSetToWork(bench.service, view, id)).toBe(true)
    expect(await wasSetToWork(bench.service, view, 'another')).toBe(false)
    expect(stateOf(bench.service, (await findRequest(bench.service, id)) as never)).toBe('pending')
  })
})

describe('the change of one client of a job', () => {
  const pending = (service: Service, more: Partial<PendingChange> = {}): PendingChange => {
    const provider = service.providers.get('it')
    if (provider === undefined) throw new TypeError('no provider')
    return {
      ...{ provider, place: { provider: 'it', id: 'a' }, action: 'change', baseTag: 'tag' },
      ...{ standing: undefined, becomes: undefined, after: undefined, held: true },
      changes: [{ field: 'description', before: null, after: 'Changed' }],
      ...more,
    }
  }
  const approved = { requestId: 'request', approvedBy: OWNER, token: TOKEN }

  it('is noted in the dry run where it takes an approval, and never refused there', async () => {
    const found: string[] = []
    const approval = approvalFor(bench.service, { phase: 'plan' }, (print) => found.push(print))
    expect(approval.always).toBe(true)
    expect(await approval.pass(pending(bench.service, { held: false }))).toBeUndefined()
    expect(found).toEqual([])
    expect(await approval.pass(pending(bench.service))).toBeUndefined()
    expect(found).toEqual([printOf(bench.service, pending(bench.service))])
  })

  it('is made as it was approved, in no other way, and not without', async () => {
    const print = printOf(bench.service, pending(bench.service))
    const of = (held: object) =>
      approvalFor(bench.service, { phase: 'run', print, ...held }, () => {
        throw new Error('nothing is found by a change')
      })
    expect(of({}).always).toBe(false)
    await expect(of({}).pass(pending(bench.service))).rejects.toMatchObject({
      code: 'approval_required',
    })
    expect(await of({ approved }).pass(pending(bench.service))).toEqual(markOf(approved))
    expect(markOf(approved)).toEqual({ requestId: 'request', approvedBy: OWNER })
    const refusal = { code: 'precondition_failed', message: expect.stringMatching(/approved/) }
    const other = pending(bench.service, { baseTag: 'another' })
    await expect(of({ approved }).pass(other)).rejects.toMatchObject(refusal)
    const unplanned = of({ approved, print: undefined })
    await expect(unplanned.pass(pending(bench.service))).rejects.toMatchObject(refusal)
  })
})
