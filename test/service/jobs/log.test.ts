/** The log of a job: its beginning, its clients, and who may append what. */

import { describe, expect } from 'vitest'
import { parseMergePatch } from '../../../src/core/patch/patch.ts'
import { tellJob } from '../../../src/service/jobs/control.ts'
import { follow } from '../../../src/service/jobs/follow.ts'
import { openItems, openPatch, sealItems, sealPatch } from '../../../src/service/jobs/items.ts'
import {
  appendAfter,
  callersOf,
  findJob,
  type JobView,
  jobEntries,
  TAKEN,
} from '../../../src/service/jobs/log.ts'
import { firstPart } from '../../../src/service/jobs/part.ts'
import { SUBMITTED } from '../../../src/service/jobs/progress.ts'
import { createKnown } from '../../../src/service/jobs/run/job-knowledge.ts'
import { submitJob } from '../../../src/service/jobs/submit.ts'
import type { JobEntry, JobOptions } from '../../../src/store/log/job-entry.ts'
import { jobResource } from '../../../src/store/resource.ts'
import { type Bench, openBench } from '../../contract/service.ts'
import { jobClaimOf, jobOf } from '../../fixtures/entries.ts'
import { onFresh } from '../../fixtures/opened.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const OTHER = { subject: 'other', issuer: 'https://issuer.example' }
const PATCH = parseMergePatch({ description: 'Changed' })

let bench: Bench
const it = onFresh(
  () => openBench(new Map()),
  (opened) => {
    bench = opened
  },
)

const submit = (options: JobOptions = { autoStart: false, maxFailures: 0 }, count = 3) =>
  submitJob(bench.service, {
    actor: ACTOR,
    items: Array.from({ length: count }, (_, index) => ({
      ref: { provider: 'it', id: `client${index}` },
    })),
    patch: PATCH,
    options,
    rights: [],
  })
const claim = (runner: string, until: number) => ({ kind: 'job_claim' as const, runner, until })
const entriesOf = async ({ job }: JobView, ...range: readonly number[]) => {
  const found: JobEntry[] = []
  for await (const entry of jobEntries(bench.service, job.resource, ...range)) found.push(entry)
  return found
}
const append = async (view: JobView, body: Parameters<typeof appendAfter>[3]) => {
  const last = (await findJob(bench.service, view.id))?.last ?? view.job
  return appendAfter(bench.service, view.job, last, body)
}

describe('a job', () => {
  it('is found by its id, with its first and its newest entry', async () => {
    const view = await submit()
    expect(await findJob(bench.service, view.id)).toEqual(view)
    expect(view.job).toMatchObject({ kind: 'job', seq: 1, actor: ACTOR })
    expect(view.last).toMatchObject({ kind: 'job_items', seq: 2, progress: { state: 'planning' } })
  })

  it('is none where there is no log, or one that does not begin as a job does', async () => {
    expect(await findJob(bench.service, 'none')).toBeUndefined()
    expect(await bench.service.store.append(jobClaimOf('odd', 1, 1, {}))).toBe(true)
    expect(await findJob(bench.service, 'odd')).toBeUndefined()
  })

  it('is a job with its first entry alone', async () => {
    const job = jobOf('new', 5)
    await bench.service.store.append(job)
    expect(await findJob(bench.service, 'new')).toEqual({ id: 'new', job, last: job })
  })

  it('has the callers behind it as far as they are known', async () => {
    const { job } = await submit()
    const auto = { ...job, options: { ...job.options, autoStart: true } }
    expect(callersOf(job, SUBMITTED)).toEqual({ submittedBy: ACTOR })
    expect(callersOf(auto, SUBMITTED)).toEqual({ submittedBy: ACTOR, startedBy: ACTOR })
    const started = { ...SUBMITTED, startedBy: OTHER, approvedBy: OTHER }
    const callers = { submittedBy: ACTOR, startedBy: OTHER, approvedBy: OTHER }
    expect(callersOf(auto, started)).toEqual(callers)
    const told = callersOf(job, SUBMITTED)
    expect(Object.keys(told)).toEqual(['submittedBy'])
  })
})

describe('entries', () => {
  it('come page by page, each once, from any number on', async () => {
    const view = await submit()
    for (const until of [10, 20]) await append(view, claim('one', until))
    const seqs = async (...range: number[]) =>
      (await entriesOf(view, ...range)).map(({ seq }) => seq)
    expect(await seqs()).toEqual([1, 2, 3, 4])
    for (const page of [1, 2, 3, 4, 5]) expect(await seqs(1, page)).toEqual([1, 2, 3, 4])
    expect(await seqs(3, 2)).toEqual([3, 4])
    expect(await seqs(5, 2)).toEqual([])
  })

  it('are appended with the progress that they make, at the time that it is', async () => {
    const view = await submit()
    const service = { ...bench.service, now: () => 77 }
    const entry = await appendAfter(service, view.job, view.last, claim('one', 90))
    expect(entry).toMatchObject({
      kind: 'job_claim',
      resource: jobResource(view.id),
      seq: 3,
      at: 77,
      previous: view.last.hash,
      progress: { ...view.last.progress, claim: { runner: 'one', until: 90 } },
    })
    expect(await bench.service.store.last(view.job.resource)).toEqual(entry)
  })

  it('are refused where their number is taken, and where they cannot happen', async () => {
    const view = await submit()
    await append(view, claim('one', Date.now() + 60_000))
    expect(await appendAfter(bench.service, view.job, view.last, claim('two', 9))).toBe(TAKEN)
    expect(await append(view, claim('two', Date.now() + 60_000))).toBeUndefined()
    expect(await entriesOf(view)).toHaveLength(3)
  })
})

describe('a follower', () => {
  it('reports every entry once, its own and those of others, in order', async () => {
    const view = await submit()
    const seen: number[] = []
    const log = await follow(bench.service, view.job, ({ seq }) => seen.push(seq))
    expect([seen, log.last().seq]).toEqual([[2], 2])
    await append(view, claim('one', 10))
    await log.catchUp()
    expect(seen).toEqual([2, 3])
    await append(view, claim('one', 20))
    const bodies: number[] = []
    const body = () => {
      bodies.push(log.last().seq)
      return claim('one', 30)
    }
    expect(await log.append(body)).toBe(true)
    expect(seen).toEqual([2, 3, 4, 5])
    expect(log.last()).toMatchObject({ seq: 5, until: 30 })
    // Made anew once the entry of others was known.
    expect(bodies).toEqual([3, 4])
  })

  it('says so where an event cannot happen any more', async () => {
    const view = await submit()
    const log = await follow(bench.service, view.job, () => {})
    await append(view, { kind: 'job_control', control: 'cancel', actor: ACTOR })
    expect(await log.append(() => claim('one', 30))).toBe(false)
    expect(log.last()).toMatchObject({ kind: 'job_control', seq: 3 })
  })
})

describe('controlling a job', () => {
  it('does nothing where it does that already, or cannot do it', async () => {
    const view = await submit()
    expect(await tellJob(bench.service, view, 'resume', ACTOR)).toEqual(view)
    expect(await tellJob(bench.service, view, 'start', ACTOR)).toBeUndefined()
    const paused = await tellJob(bench.service, view, 'pause', ACTOR)
    if (paused === undefined) throw new TypeError('not paused')
    expect(await tellJob(bench.service, paused, 'pause', ACTOR)).toEqual(paused)
    const cancelled = await tellJob(bench.service, paused, 'cancel', ACTOR)
    if (cancelled === undefined) throw new TypeError('not cancelled')
    expect(await tellJob(bench.service, cancelled, 'cancel', OTHER)).toEqual(cancelled)
    expect(await entriesOf(view)).toHaveLength(4)
  })

  it('does nothing where it runs already', async () => {
    const view = await submit({ autoStart: true, maxFailures: 0 })
    for (const control of ['start', 'resume'] as const) {
      expect(await tellJob(bench.service, view, control, ACTOR)).toEqual(view)
    }
  })

  it('records what, and by whom', async () => {
    const view = await submit()
    const paused = await tellJob(bench.service, view, 'pause', OTHER)
    expect(paused).toMatchObject({ id: view.id, job: view.job })
    expect(paused?.last).toMatchObject({
      kind: 'job_control',
      control: 'pause',
      actor: OTHER,
      progress: { state: 'paused' },
    })
  })

  it('looks again at what others have appended meanwhile', async () => {
    const view = await submit()
    await append(view, claim('one', 10))
    const paused = await tellJob(bench.service, view, 'pause', ACTOR)
    expect(paused?.last).toMatchObject({ seq: 4, progress: { state: 'paused' } })
    // The view is old: it is paused already.
    expect(await tellJob(bench.service, view, 'pause', OTHER)).toEqual(paused)
    expect(await tellJob(bench.service, view, 'start', OTHER)).toBeUndefined()
  })
})

describe('what is sealed', () => {
  const items = [{ ref: { provider: 'it', id: 'one' }, ifMatch: 'tag' }]

  it('opens at its place in the log and nowhere else', async () => {
    const { service } = bench
    const resource = jobResource('one')
    const place = { resource, seq: 4 }
    const sealed = sealItems(service, place, items)
    const entry = { ...jobClaimOf('one', 4, 1, {}), kind: 'job_items' as const, count: 1 }
    const at = (more: object) => ({ ...entry, last: true, sealed, ...more })
    expect(openItems(service, at({}))).toEqual(items)
    for (const more of [{ seq: 5 }, { resource: jobResource('two') }]) {
      expect(() => openItems(service, at(more))).toThrow('cannot be opened')
    }
    const job = jobOf('one', 1)
    const held = { ...job, sealed: sealPatch(service, resource, PATCH) }
    expect(openPatch(service, held)).toEqual(PATCH)
    expect(() => openPatch(service, { ...held, resource: jobResource('two') })).toThrow()
    expect(openPatch(service, { ...job, sealed: sealPatch(service, resource) })).toBeUndefined()
  })
})

describe('what is known of the clients', () => {
  const client = { provider: 'it', id: 'any' }
  const result = (item: number, outcome: 'planned' | 'unchanged' | 'failed' | 'applied') => ({
    item,
    client,
    outcome,
    ...(outcome === 'planned' ? { tag: `tag${item}` } : {}),
  })

  it('follows from the entries alone: what is left of the dry run, and of the changes', async () => {
    const view = await submit(undefined, 5)
    const known = createKnown(bench.service)
    const log = await follow(bench.service, view.job, known.fold)
    expect(known.items.map(({ ref }) => ref.id)).toEqual([0, 1, 2, 3, 4].map((n) => `client${n}`))
    expect(known.pending('plan')).toEqual([0, 1, 2, 3, 4])
    expect(known.pending('run')).toEqual([0, 1, 2, 3, 4])
    await log.append(() => claim('one', 10))
    const body = { kind: 'job_results' as const, runner: 'one', until: 10 }
    const planned = [result(0, 'planned'), result(2, 'unchanged'), result(3, 'failed')]
    await log.append(() => ({ ...body, phase: 'plan', results: planned }))
    expect(known.pending('plan')).toEqual([1, 4])
    expect(known.pending('run')).toEqual([0, 1, 4])
    expect([known.tagOf(0), known.tagOf(1), known.tagOf(2)]).toEqual(['tag0', undefined, undefined])
    await log.append(() => ({
      ...body,
      phase: 'plan',
      results: [result(1, 'planned'), result(4, 'planned')],
    }))
    expect(known.pending('plan')).toEqual([])
    expect(log.last().progress).toMatchObject({ state: 'planned' })
    await tellJob(bench.service, { ...view, last: log.last() }, 'start', ACTOR)
    await log.catchUp()
    expect(log.last().progress).toMatchObject({ state: 'running' })
    expect(await log.append(() => claim('one', 10))).toBe(true)
    await log.append(() => ({ ...body, phase: 'run', results: [result(1, 'applied')] }))
    expect(known.pending('run')).toEqual([0, 4])
    expect(known.tagOf(1)).toBe('tag1')
  })
})

describe('a part', () => {
  /** A text of so many bytes in JSON. */
  const text = (bytes: number) => 'x'.repeat(bytes - 2)

  it.each([
    [[75_000, 75_000], 2],
    [[75_000, 75_001], 1],
    [[75_000, 75_000, 2], 2],
    [[150_001], 1],
    [[150_001, 2], 1],
    [[50_000, 50_000, 50_000, 2], 3],
  ])('of items of %j bytes has %i of them', (sizes, count) => {
    expect(firstPart(sizes.map(text))).toHaveLength(count)
  })

  it('is measured in bytes, not in characters', () => {
    expect(firstPart(['é'.repeat(40_000), 'é'.repeat(40_000)])).toHaveLength(1)
  })
})
