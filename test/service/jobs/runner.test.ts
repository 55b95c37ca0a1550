/** What a runner records, how it keeps its claim, and how processes begin and end their work. */

import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import { ClientError } from '../../../src/core/errors.ts'
import { parseMergePatch } from '../../../src/core/patch/patch.ts'
import type { Provider } from '../../../src/providers/provider.ts'
import type { Service } from '../../../src/service/base/service.ts'
import { tellJob } from '../../../src/service/jobs/control.ts'
import { createJobs, type Jobs, type JobsEvent } from '../../../src/service/jobs/jobs.ts'
import { findJob, jobEntries } from '../../../src/service/jobs/log.ts'
import { CLAIM_MS } from '../../../src/service/jobs/run/run.ts'
import { startRunner } from '../../../src/service/jobs/run/runner.ts'
import { type Submission, submitJob } from '../../../src/service/jobs/submit.ts'
import type { JobEntry, JobResults } from '../../../src/store/log/job-entry.ts'
import { jobResource, resourceOf } from '../../../src/store/resource.ts'
import type { Bench } from '../../contract/service.ts'
import type { Subject } from '../../contract/subjects.ts'
import { eventually } from '../../eventually.ts'
import { onSubject } from '../../fixtures/bench.ts'
import { closingOf, intentOf } from '../../fixtures/entries.ts'
import { fullLocalClient } from '../../fixtures/local.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const IDS = Array.from({ length: 30 }, (_, index) => `c${String(index).padStart(2, '0')}`)

let subject: Subject
let bench: Bench
let clock: () => number
let ahead: number
/** Clients that were read. */
let reads: string[]
let read: Provider['read']
let running: Jobs[]
let events: JobsEvent[]

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  for (const id of IDS) await subject.put({ ...fullLocalClient, client_id: id })
  clock = Date.now
  ahead = 0
  reads = []
  running = []
  events = []
  read = subject.provider.read
})
afterEach(async () => {
  await Promise.all(running.map((jobs) => jobs.rest(0)))
})

function service(): Service {
  const provider: Provider = {
    ...subject.provider,
    read: (ref, call) => {
      reads.push(ref.id)
      return read(ref, call)
    },
  }
  const now = () => clock() + ahead
  return { ...bench.service, providers: new Map([['it', provider]]), now }
}
const submit = (count: number, more: Partial<Submission> = {}) =>
  submitJob(service(), {
    actor: ACTOR,
    items: IDS.slice(0, count).map((id) => ({ ref: { provider: 'it', id } })),
    patch: parseMergePatch({ description: 'Changed' }),
    options: { autoStart: true, maxFailures: 0 },
    rights: [],
    ...more,
  })
const run = (id: string) => startRunner(service(), id, 5_000)
const entries = async (id: string) => {
  const found: JobEntry[] = []
  for await (const entry of jobEntries(bench.service, jobResource(id))) found.push(entry)
  return found
}
const resultsOf = async (id: string) =>
  (await entries(id)).filter((entry): entry is JobResults => entry.kind === 'job_results')
const claims = async (id: string) =>
  (await entries(id)).flatMap((entry) => (entry.kind === 'job_claim' ? [entry] : []))
const progress = async (id: string) => (await findJob(bench.service, id))?.last.progress

/** Holds the reading of clients until they are let go. */
function holding(...held: readonly string[]) {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  read = async (ref, call) => {
    if (held.includes(ref.id)) await released
    return subject.provider.read(ref, call)
  }
  return () => release()
}

/** A runner on a store that counts the looks at its job's log. */
function watched(id: string) {
  const at = service()
  let looks = 0
  const entries: Service['store']['entries'] = (resource, range) => {
    looks += 1
    return at.store.entries(resource, range)
  }
  const runner = startRunner({ ...at, store: { ...at.store, entries } }, id, 5_000)
  /** Has it look at the log, and waits until it has. */
  const look = async () => {
    const before = looks
    runner.wake()
    await eventually(() => expect(looks).toBeGreaterThan(before))
  }
  return { runner, look }
}

describe('a runner', () => {
  it('does every client once, and records ten results at once at most', async () => {
    const { id } = await submit(30)
    await run(id).ended
    expect(await progress(id)).toMatchObject({ state: 'done', counts: { applied: 30 } })
    const recorded = await resultsOf(id)
    const items = recorded.flatMap(({ results }) => results.map(({ item }) => item))
    expect(items.sort((one, other) => one - other)).toEqual(IDS.map((_, index) => index))
    for (const { results } of recorded) {
      expect(results.length).toBeGreaterThan(0)
      expect(results.length).toBeLessThanOrEqual(10)
    }
    const [{ runner } = { runner: '' }] = await claims(id)
    expect(new Set(recorded.map((entry) => entry.runner))).toEqual(new Set([runner]))
    expect(recorded[0]?.until).toBeGreaterThan(Date.now())
    expect(recorded[0] && recorded[0].until - recorded[0].at).toBeLessThanOrEqual(CLAIM_MS)
  })

  it('works through the dry run alone, and keeps differences as the history does', async () => {
    await subject.put({
      ...fullLocalClient,
      client_id: 'c00',
      metadata: { internal: 'the old words' },
    })
    const patch = parseMergePatch({ clientMetadata: { internal: 'the new words' } })
    const { id } = await submit(1, { patch, options: { autoStart: false, maxFailures: 0 } })
    await run(id).ended
    expect(await progress(id)).toMatchObject({ state: 'planned', counts: { planned: 1 } })
    const [recorded] = await resultsOf(id)
    expect(recorded?.phase).toBe('plan')
    expect(recorded?.results[0]).toMatchObject({ outcome: 'planned', tag: expect.any(String) })
    expect(recorded?.results[0]?.changes).toHaveLength(1)
    expect(JSON.stringify(recorded)).not.toContain('words')
    expect(subject.stored().metadata).toEqual(fullLocalClient.metadata)
  })

  it('begins nothing more once a client has failed, and goes on when it is resumed', async () => {
    read = async (ref, call) => {
      if (ref.id === 'c01') throw new ClientError('provider_refused', 'No.')
      return subject.provider.read(ref, call)
    }
    const { id } = await submit(30)
    await run(id).ended
    const stopped = await progress(id)
    expect(stopped).toMatchObject({ state: 'stopped', counts: { failed: 1 } })
    expect(stopped?.claim).toBeUndefined()
    expect(new Set(reads).size).toBeLessThan(30)
    const view = await findJob(bench.service, id)
    if (view !== undefined) await tellJob(service(), view, 'resume', ACTOR)
    await run(id).ended
    expect(await progress(id)).toMatchObject({ state: 'done', counts: { applied: 29, failed: 1 } })
    // What was done is not done again.
    const items = (await resultsOf(id)).flatMap(({ results }) => results.map(({ item }) => item))
    expect(new Set(items).size).toBe(items.length)
  })

  it('begins nothing between a failure and its record', async () => {
    const release = holding('c00', 'c02', 'c03')
    const held = read
    read = async (ref, call) => {
      if (ref.id === 'c01') throw new ClientError('provider_refused', 'No.')
      return held(ref, call)
    }
    const { id } = await submit(30)
    const runner = run(id)
    await eventually(async () => expect(await progress(id)).toMatchObject({ state: 'stopped' }))
    release()
    await runner.ended
    expect(new Set(reads)).toEqual(new Set(IDS.slice(0, 4)))
  })

  it('begins nothing more once it has seen that the job is paused', async () => {
    const release = holding(...IDS)
    const { id } = await submit(30)
    const { runner, look } = watched(id)
    await eventually(() => expect(reads).toContain('c03'))
    const view = await findJob(bench.service, id)
    if (view !== undefined) await tellJob(service(), view, 'pause', ACTOR)
    await look()
    release()
    await runner.ended
    expect(await progress(id)).toMatchObject({ state: 'paused', run: { done: 4 } })
    expect(new Set(reads)).toEqual(new Set(IDS.slice(0, 4)))
  })

  it('looks at the log again after a second, where no client has to be begun before', async () => {
    const at = Date.now()
    clock = () => at
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const release = holding('c00')
    const { id } = await submit(1)
    const runner = run(id)
    await eventually(() => expect(reads).toContain('c00'))
    const waits = () => timers.mock.calls.map(([, milliseconds]) => milliseconds)
    await eventually(() => expect(waits()).toContain(1_000))
    timers.mockRestore()
    release()
    await runner.ended
  })

  it('begins no more than what is left of the canary part', async () => {
    const release = holding(...IDS)
    const canary = { share: 0.2, thenPause: true }
    const { id } = await submit(30, { options: { autoStart: true, maxFailures: 0, canary } })
    const first = run(id)
    await eventually(() => expect(reads).toContain('c03'))
    first.stop()
    release()
    await first.ended
    expect(await progress(id)).toMatchObject({ state: 'running', run: { done: 4 } })
    await run(id).ended
    expect(await progress(id)).toMatchObject({ state: 'paused', run: { done: 6 } })
    expect(new Set(reads)).toEqual(new Set(IDS.slice(0, 6)))
  })

  it('begins no more than the canary part, and the rest once that is resumed', async () => {
    const canary = { share: 0.1, thenPause: true }
    const { id } = await submit(30, { options: { autoStart: true, maxFailures: 0, canary } })
    await run(id).ended
    expect(await progress(id)).toMatchObject({ state: 'paused', run: { done: 3 } })
    expect(new Set(reads)).toEqual(new Set(IDS.slice(0, 3)))
    const view = await findJob(bench.service, id)
    if (view !== undefined) await tellJob(service(), view, 'resume', ACTOR)
    await run(id).ended
    expect(await progress(id)).toMatchObject({ state: 'done', counts: { applied: 30 } })
  })

  it('renews its claim while a client takes long, from three seconds on', async () => {
    const at = Date.now()
    clock = () => at
    const release = holding('c00')
    const { id } = await submit(1)
    const { runner, look } = watched(id)
    await eventually(() => expect(reads).toContain('c00'))
    ahead = 2_999
    await look()
    const [first, ...none] = await claims(id)
    expect(none).toEqual([])
    ahead = 3_000
    runner.wake()
    await eventually(async () => expect(await claims(id)).toHaveLength(2))
    const [, renewed] = await claims(id)
    expect(renewed?.runner).toBe(first?.runner)
    expect(renewed && first && renewed.until - first.until).toBe(3_000)
    release()
    await runner.ended
    expect(await progress(id)).toMatchObject({ state: 'done' })
  })

  it('that is to end lets what is under way end, and gives the job back', async () => {
    const release = holding('c00')
    const { id } = await submit(30)
    const runner = run(id)
    await eventually(() => expect(reads).toContain('c00'))
    runner.stop()
    release()
    await runner.ended
    const after = await progress(id)
    expect(after).toMatchObject({ state: 'running' })
    expect(after?.claim).toBeUndefined()
    expect((await claims(id)).at(-1)).toMatchObject({ until: 0 })
    const done = (await resultsOf(id)).flatMap(({ results }) => results.map(({ item }) => item))
    expect(done).toContain(0)
    expect(done.length).toBeLessThan(30)
  })

  it('that was to end before it began, or finds no job, does nothing', async () => {
    const { id } = await submit(1)
    const runner = run(id)
    runner.stop()
    await runner.ended
    await run('none').ended
    expect(await claims(id)).toEqual([])
    expect(reads).toEqual([])
  })

  it('takes no job that is not at work, or that another one has', async () => {
    const { id } = await submit(1)
    const view = await findJob(bench.service, id)
    if (view === undefined) throw new TypeError('no job')
    await tellJob(service(), view, 'pause', ACTOR)
    await run(id).ended
    expect([await claims(id), reads]).toEqual([[], []])
  })

  it('waits for the clients that are under way when the store fails it', async () => {
    const release = holding('c00')
    const { id } = await submit(2)
    const at = service()
    let failed = false
    const append: Service['store']['append'] = async (entry) => {
      if (entry.kind !== 'job_results') return at.store.append(entry)
      failed = true
      throw new Error('the disk is gone')
    }
    const runner = startRunner({ ...at, store: { ...at.store, append } }, id, 5_000)
    let ended = false
    const failure = runner.ended.then(
      () => undefined,
      (error: unknown) => {
        ended = true
        return error
      },
    )
    await eventually(() => expect(failed).toBe(true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(ended).toBe(false)
    release()
    expect(String(await failure)).toContain('the disk is gone')
  })
})

describe('the jobs of a process', () => {
  const jobsOf = (more: Partial<Parameters<typeof createJobs>[0]> = {}): Jobs => {
    const observe = (event: JobsEvent) => events.push(event)
    const jobs = createJobs({
      service: service(),
      limitMs: 5_000,
      background: true,
      observe,
      ...more,
    })
    running.push(jobs)
    return jobs
  }
  const counts = () =>
    events.map((event) => (event.kind === 'jobs_running' ? event.running : event))

  it('are counted as they begin and end', async () => {
    const [one, other] = [await submit(1), await submit(1)]
    const release = holding('c00')
    const jobs = jobsOf()
    jobs.wake(one.id)
    jobs.wake(other.id)
    expect(counts()).toEqual([1, 2])
    release()
    await jobs.rest(Date.now() + 10_000)
    expect(counts()).toEqual([1, 2, 1, 0])
    expect(await progress(one.id)).toMatchObject({ state: 'done' })
    expect(await progress(other.id)).toMatchObject({ state: 'done' })
  })

  it('that are woken while they end are looked at once more', async () => {
    const { id } = await submit(1, { options: { autoStart: false, maxFailures: 0 } })
    const jobs = jobsOf()
    const release = holding('c00')
    jobs.wake(id)
    jobs.wake(id)
    expect(counts()).toEqual([1])
    release()
    await eventually(() => expect(counts()).toEqual([1, 0, 1, 0]))
  })

  it('report why one of them failed, and go on with it at a sweep', async () => {
    const { id } = await submit(1)
    let failing = true
    const at = service()
    const append: Service['store']['append'] = async (entry) => {
      if (failing) throw new ClientError('store_unavailable', 'The disk is full.')
      return at.store.append(entry)
    }
    const jobs = jobsOf({ service: { ...at, store: { ...at.store, append } } })
    jobs.wake(id)
    const failed = { kind: 'job_failed', job: id, code: 'store_unavailable' }
    await eventually(() => expect(counts()).toEqual([1, failed, 0]))
    failing = false
    await jobs.sweep()
    await jobs.rest(Date.now() + 10_000)
    expect(await progress(id)).toMatchObject({ state: 'done' })
  })

  it('begin none while they rest, and again after it', async () => {
    const [one, other] = [await submit(1), await submit(1)]
    const release = holding('c00')
    const jobs = jobsOf()
    jobs.wake(one.id)
    await eventually(() => expect(reads).toContain('c00'))
    const rest = jobs.rest(0)
    // Timers of one length fire in order, so the time of the first ones is over now.
    await new Promise((resolve) => setTimeout(resolve, 1))
    jobs.wake(other.id)
    expect(counts()).toEqual([1])
    release()
    await rest
    expect(counts().slice(-1)).toEqual([0])
    jobs.wake(other.id)
    await jobs.rest(Date.now() + 10_000)
    expect(await progress(other.id)).toMatchObject({ state: 'done' })
  })

  it('are jobs alone, whatever else is due', async () => {
    const log = resourceOf({ provider: 'it', id: 'c00' })
    const retirements = [{ secretId: 'one', at: 1, actor: ACTOR }]
    await bench.service.store.append(intentOf(log, 1))
    await bench.service.store.append(closingOf(log, 2, { standing: { retirements } }))
    expect(await bench.service.store.due(Date.now())).toEqual([log])
    await jobsOf().sweep()
    expect(counts()).toEqual([])
  })

  it('report a fault of ours by a code too', async () => {
    const { id } = await submit(1)
    const at = service()
    const last: Service['store']['last'] = () => Promise.reject(new TypeError('a fault of ours'))
    const jobs = jobsOf({ service: { ...at, store: { ...at.store, last } } })
    jobs.wake(id)
    const failed = { kind: 'job_failed', job: id, code: 'internal' }
    await eventually(() => expect(counts()).toEqual([1, failed, 0]))
  })

  it('work at a sweep only where nothing runs in between, but for what they are at', async () => {
    const { id } = await submit(1)
    const jobs = jobsOf({ background: false })
    jobs.wake(id)
    expect(counts()).toEqual([])
    const release = holding('c00')
    await jobs.sweep()
    jobs.wake(id)
    expect(counts()).toEqual([1])
    release()
    await jobs.rest(Date.now() + 10_000)
    expect(await progress(id)).toMatchObject({ state: 'done' })
  })
})
