/** What a runner does when something goes wrong beneath it, or someone else is at the same job. */

import { afterEach, beforeEach, expect } from 'vitest'
import { parseMergePatch } from '../../../src/core/patch/patch.ts'
import { secret } from '../../../src/core/secrecy/secret.ts'
import { createProviders } from '../../../src/providers/configured.ts'
import type { Provider } from '../../../src/providers/provider.ts'
import type { Service } from '../../../src/service/base/service.ts'
import { changeClient } from '../../../src/service/change/change.ts'
import { tellJob } from '../../../src/service/jobs/control.ts'
import { createJobs, type Jobs, type JobsEvent } from '../../../src/service/jobs/jobs.ts'
import { findJob, type JobOptions } from '../../../src/service/jobs/log.ts'
import { firstPart } from '../../../src/service/jobs/part.ts'
import { readResults } from '../../../src/service/jobs/read.ts'
import { submitJob } from '../../../src/service/jobs/submit.ts'
import { jobResource } from '../../../src/store/resource.ts'
import { type Bench, requestFor } from '../../contract/service.ts'
import type { Subject } from '../../contract/subjects.ts'
import { eventually } from '../../eventually.ts'
import { fullAuth0Client } from '../../fixtures/auth0.ts'
import { onSubject } from '../../fixtures/bench.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const WRITE = 'PATCH /clients/{id}'
const OPTIONS: JobOptions = { autoStart: true, maxFailures: 0 }
const IDS = Array.from({ length: 8 }, (_, index) => `client${index}`)

let subject: Subject
let bench: Bench
let events: JobsEvent[]
let running: Jobs[]

const it = onSubject('auth0', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  for (const id of IDS) await subject.put({ ...fullAuth0Client, client_aliases: [], client_id: id })
  events = []
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((jobs) => jobs.rest(0)))
})

/** Jobs of one process; several share the store. */
function jobsOf(service: Partial<Service> = {}, limitMs = 5_000, background = true): Jobs {
  const jobs = createJobs({
    service: { ...bench.service, ...service },
    limitMs,
    background,
    observe: (event) => events.push(event),
  })
  running.push(jobs)
  return jobs
}

const submit = (options = OPTIONS, ids = IDS) =>
  submitJob(bench.service, {
    actor: ACTOR,
    items: ids.map((id) => ({ ref: { provider: 'it', id } })),
    patch: parseMergePatch({ description: 'Changed by a job' }),
    options,
    rights: [],
  })

const progress = async (id: string) => (await findJob(bench.service, id))?.last.progress
const until = (id: string, state: string) =>
  eventually(async () => expect(await progress(id)).toMatchObject({ state }))

async function expectOnce(id: string): Promise<void> {
  const { results } = await readResults(bench.service, jobResource(id), undefined, 100)
  const items = results.map(({ item }) => item).sort((one, other) => one - other)
  expect(items).toEqual(IDS.map((_, index) => index))
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['applied']))
  const writes = subject.emulator?.calls.filter(({ operation }) => operation === WRITE) ?? []
  expect(writes).toHaveLength(IDS.length)
  expect(new Set(writes.map(({ path }) => path)).size).toBe(IDS.length)
}

it('records as many results at once as fit into an entry, and one in any case', () => {
  const result = (item: number, bytes: number) => {
    const warnings = [{ code: 'x', message: 'x'.repeat(bytes) }]
    const client = { provider: 'it', id: `${item}` }
    return { item, client, outcome: 'applied' as const, warnings }
  }
  const taken = (...sizes: number[]) =>
    firstPart(sizes.map((bytes, item) => result(item, bytes))).map(({ item }) => item)
  expect(taken()).toEqual([])
  expect(taken(10, 10, 10)).toEqual([0, 1, 2])
  expect(taken(100_000, 40_000, 40_000)).toEqual([0, 1])
  expect(taken(300_000, 10)).toEqual([0])
})

it('learns what became of a change whose outcome was not known, and does it once', async () => {
  // Long enough that no time is left to look.
  subject.emulator?.inject({ kind: 'stall_after_apply', operation: WRITE, times: 2 })
  const { id } = await submit()
  jobsOf({ upstreamTimeoutMs: 2_000 }, 2_000).wake(id)
  await until(id, 'done')
  await expectOnce(id)
})

it('takes no failure for an end while an earlier attempt is open', async () => {
  const read = 'GET /clients/{id}'
  subject.emulator?.inject({ kind: 'stall_after_apply', operation: WRITE })
  subject.emulator?.inject({ kind: 'error_before_apply', operation: read, skip: 1, times: 8 })
  const { id } = await submit(OPTIONS, IDS.slice(0, 1))
  jobsOf({ upstreamTimeoutMs: 1_000 }, 1_000).wake(id)
  await until(id, 'done')
  expect(await progress(id)).toMatchObject({ counts: { applied: 1, failed: 0 } })
  const writes = subject.emulator?.calls.filter(({ operation }) => operation === WRITE)
  expect(writes).toHaveLength(1)
})

it('ends when the store fails it, and goes on at a sweep once its claim is over', async () => {
  let failing = true
  let ahead = 0
  const now = () => Date.now() + ahead
  const append: Service['store']['append'] = async (entry) => {
    if (entry.kind !== 'job_results' || !failing) return bench.service.store.append(entry)
    throw new Error('the disk is gone')
  }
  const jobs = jobsOf({ store: { ...bench.service.store, append }, now })
  const { id } = await submit()
  jobs.wake(id)
  await eventually(() =>
    expect(events).toContainEqual({ kind: 'job_failed', job: id, code: 'internal' }),
  )
  failing = false
  await jobs.sweep()
  expect(await progress(id)).toMatchObject({ run: { done: 0 } })
  ahead = 11_000
  await jobs.sweep()
  await until(id, 'done')
  await expectOnce(id)
})

it('leaves the job to another one that has taken it, and records nothing any more', async () => {
  const { id } = await submit()
  subject.emulator?.inject({ kind: 'delay', operation: WRITE, delayMs: 200, times: 100 })
  const [slow, late] = [jobsOf(), jobsOf({ now: () => Date.now() + 11_000 })]
  slow.wake(id)
  await eventually(async () => expect((await progress(id))?.claim).toBeDefined())
  await late.sweep()
  await until(id, 'done')
  await slow.rest(0)
  await expectOnce(id)
})

it('does each client once, however often it is paused and resumed from two processes', async () => {
  subject.emulator?.inject({ kind: 'delay', delayMs: 20, times: 1_000 })
  const { id } = await submit()
  const processes = [jobsOf(), jobsOf()]
  const tell = async (control: 'pause' | 'resume', jobs: Jobs | undefined) => {
    const view = await findJob(bench.service, id)
    if (view !== undefined) await tellJob(bench.service, view, control, ACTOR)
    jobs?.wake(id)
  }
  for (let round = 0; round < 10; round += 1) {
    const [one, other] = [processes[round % 2], processes[(round + 1) % 2]]
    await Promise.all([tell('pause', one), tell('resume', other), tell('pause', other)])
    await tell('resume', one)
  }
  await eventually(async () => {
    await Promise.all(processes.map((jobs) => jobs.sweep()))
    expect(await progress(id)).toMatchObject({ state: 'done' })
  })
  await expectOnce(id)
})

it('gives the job back when it is to end, so that another one goes on at once', async () => {
  const { id } = await submit()
  subject.emulator?.inject({ kind: 'delay', operation: WRITE, delayMs: 300, times: 4 })
  const first = jobsOf()
  first.wake(id)
  await eventually(() => expect(subject.emulator?.calls.length).toBeGreaterThan(0))
  await first.rest(0)
  expect(await progress(id)).toMatchObject({ state: 'running' })
  expect((await progress(id))?.run.done).toBeGreaterThan(0)
  expect((await progress(id))?.claim).toBeUndefined()
  await jobsOf().sweep()
  await until(id, 'done')
  await expectOnce(id)
})

it('works only from sweep to rest where nothing runs in between', async () => {
  const { id } = await submit()
  const jobs = jobsOf({}, 5_000, false)
  jobs.wake(id)
  expect(events).toEqual([])
  await jobs.sweep()
  await jobs.rest(Date.now() + 10_000)
  expect(await progress(id)).toMatchObject({ state: 'done' })
  await expectOnce(id)
})

it('waits as long as the provider asks, and fails no client for it', async () => {
  subject.emulator?.inject({ kind: 'throttle', retryAfter: 1, times: 3 })
  const { id } = await submit()
  jobsOf({}, 700).wake(id)
  await until(id, 'done')
  expect(await progress(id)).toMatchObject({ counts: { applied: IDS.length, failed: 0 } })
})

it('takes turns with people where the pace makes calls wait', async () => {
  const { emulator } = subject
  if (emulator === undefined) throw new TypeError('no emulator')
  const paced = await pacedProvider(emulator.url)
  const providers = new Map([['it', paced]])
  const { id } = await submit()
  jobsOf({ providers }).wake(id)
  await eventually(() => expect(paced.pace?.()[0]?.waiting).toBeGreaterThan(4), 50)
  const before = emulator.calls.length
  const person = requestFor(
    { ...bench.service, providers },
    { provider: 'it', id: 'exampleClientId' },
    { description: 'Mine' },
  )
  await changeClient({ ...bench.service, providers }, person)
  const own = emulator.calls.findIndex(({ path }) => path.includes('exampleClientId'))
  // One call of the job, and writes of changes that were under way.
  expect(own - before).toBeLessThanOrEqual(4)
  await until(id, 'done')
  expect(await progress(id)).toMatchObject({ counts: { applied: IDS.length } })
})

/** The same tenant with a pace of 20 calls a second. */
async function pacedProvider(url: string): Promise<Provider> {
  const settings = {
    type: 'auth0' as const,
    baseUrl: url,
    audience: `${url}/api/v2/`,
    clientId: 'clientry',
    clientSecret: secret('management-secret'),
    allowWildcards: false,
    pace: { perSecond: 20, burst: 2, reserve: 0 },
  }
  const surroundings = { now: Date.now, environmentCredentials: () => undefined }
  const provider = (await createProviders({ it: settings }, surroundings)).get('it')
  if (provider === undefined) throw new TypeError('no provider')
  return provider
}
