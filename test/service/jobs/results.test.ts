/** Reading jobs and their results page by page, and what it takes to undo one. */

import { describe, expect } from 'vitest'
import { PAGE_CHARACTERS } from '../../../src/core/patch/bounds.ts'
import { parseMergePatch } from '../../../src/core/patch/patch.ts'
import { findJob, type JobView } from '../../../src/service/jobs/log.ts'
import { listJobs, type ResultPlace, readResults } from '../../../src/service/jobs/read.ts'
import { submitJob } from '../../../src/service/jobs/submit.ts'
import { undoneItems } from '../../../src/service/jobs/undo-job.ts'
import { following } from '../../../src/store/log/chain.ts'
import type { JobEntry, JobResult, JobState } from '../../../src/store/log/job-entry.ts'
import { jobResource, resourceOf } from '../../../src/store/resource.ts'
import { type Bench, openBench } from '../../contract/service.ts'
import { closingOf, intentOf } from '../../fixtures/entries.ts'
import { onFresh } from '../../fixtures/opened.ts'

const CLIENT = { provider: 'it', id: 'client' }
const issuer = 'https://issuer.example'

let bench: Bench
const it = onFresh(
  () => openBench(new Map()),
  (opened) => {
    bench = opened
  },
)

const submit = (subject: string, at: number) =>
  submitJob(
    { ...bench.service, now: () => at },
    {
      actor: { subject, issuer },
      items: [{ ref: CLIENT }],
      patch: parseMergePatch({ description: 'Changed' }),
      options: { autoStart: false, maxFailures: 0 },
      rights: [],
    },
  )

/** Appends entries of a job as a runner does; each list of results is an entry. */
async function record(
  { id }: JobView,
  ...entries: readonly {
    readonly phase?: 'plan' | 'run'
    readonly results: readonly Partial<JobResult>[]
    readonly state?: JobState
  }[]
): Promise<void> {
  for (const { phase = 'run', results, state = 'paused' } of entries) {
    const last = (await findJob(bench.service, id))?.last
    if (last === undefined) throw new TypeError('no job')
    const entry = following(last, {
      kind: 'job_results' as const,
      resource: jobResource(id),
      at: 1_000 + last.seq,
      phase,
      runner: 'one',
      until: 1,
      results: results.map((result, item) => ({
        item,
        client: CLIENT,
        outcome: 'applied' as const,
        ...result,
      })),
      progress: { ...last.progress, state },
    }) as JobEntry
    expect(await bench.service.store.append(entry)).toBe(true)
  }
}

const viewOf = async ({ id }: JobView) => {
  const view = await findJob(bench.service, id)
  if (view === undefined) throw new TypeError('no job')
  return view
}

describe('a list of jobs', () => {
  const any = { mayKnow: () => true, deadline: Number.POSITIVE_INFINITY }
  const pages = async (limit: number, search: Partial<Parameters<typeof listJobs>[1]> = {}) => {
    const found: string[][] = []
    let after: Awaited<ReturnType<typeof listJobs>>['next']
    do {
      const from = after === undefined ? {} : { after }
      const page = await listJobs(bench.service, { ...any, ...search, ...from, limit })
      found.push(page.jobs.map(({ job }) => job.actor.subject))
      after = page.next
      expect(Object.keys(page)).toEqual(after === undefined ? ['jobs'] : ['jobs', 'next'])
    } while (after !== undefined)
    return found
  }

  it('begins with the last one, and each page but the last one is full', async () => {
    expect(await pages(5)).toEqual([[]])
    for (const [index, subject] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      await submit(subject, 1_000 + index)
    }
    expect(await pages(5)).toEqual([['e', 'd', 'c', 'b', 'a']])
    expect(await pages(4)).toEqual([['e', 'd', 'c', 'b'], ['a']])
    expect(await pages(2)).toEqual([['e', 'd'], ['c', 'b'], ['a']])
  })

  it('shows no trace of jobs that the reader may not know of', async () => {
    for (const [index, subject] of ['x', 'a', 'x', 'x', 'b', 'x', 'c', 'x'].entries()) {
      await submit(subject, 1_000 + index)
    }
    const mayKnow = ({ job }: JobView) => job.actor.subject !== 'x'
    expect(await pages(2, { mayKnow })).toEqual([['c', 'b'], ['a']])
    expect(await pages(1, { mayKnow })).toEqual([['c'], ['b'], ['a']])
    expect(await pages(3, { mayKnow })).toEqual([['c', 'b', 'a']])
    expect(await pages(2, { mayKnow: () => false })).toEqual([[]])
  })

  it('ends with the time of its request, however many jobs are hidden', async () => {
    for (const [index, subject] of ['x', 'x', 'x', 'x', 'a'].entries()) {
      await submit(subject, 1_000 - index)
    }
    const { store } = bench.service
    let now = 0
    const search: typeof store.search = async (one) => {
      now += 1_000
      return store.search(one)
    }
    const at = { ...bench.service, now: () => now, store: { ...store, search } }
    const mayKnow = ({ job }: JobView) => job.actor.subject !== 'x'
    const late = listJobs(at, { mayKnow, limit: 1, deadline: 1_500 })
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(now).toBe(2_000)
    expect((await listJobs(at, { mayKnow, limit: 1, deadline: 60_000 })).jobs).toHaveLength(1)
  })

  it('asks the store once for each page, unless jobs are hidden', async () => {
    const { store } = bench.service
    const asked: (string | undefined)[][] = []
    const search: typeof store.search = (one) => {
      asked.push(Object.keys(one).sort())
      return store.search(one)
    }
    const at = { ...bench.service, store: { ...store, search } }
    for (const [index, subject] of ['a', 'b', 'c'].entries()) await submit(subject, 1_000 + index)
    const { next } = await listJobs(at, { ...any, limit: 2 })
    expect(asked).toEqual([['limit', 'provider']])
    if (next === undefined) throw new TypeError('no next page')
    await listJobs(at, { ...any, after: next, limit: 1 })
    await listJobs(at, { ...any, limit: 3 })
    expect(asked.slice(1)).toEqual([
      ['after', 'limit', 'provider'],
      ['limit', 'provider'],
    ])
  })

  it('may be of one submitter, and of nothing but jobs', async () => {
    await bench.service.store.append(intentOf(resourceOf(CLIENT), 1, { at: 1_500 }))
    await submit('a', 1_000)
    await submit('b', 2_000)
    expect(await pages(5, { actor: 'a' })).toEqual([['a']])
    expect(await pages(5)).toEqual([['b', 'a']])
  })
})

describe('results', () => {
  const pages = async (view: JobView, limit: number) => {
    const found: number[][] = []
    let from: ResultPlace | undefined
    do {
      const page = await readResults(bench.service, view.job.resource, from, limit)
      found.push(page.results.map(({ item }) => item))
      expect(Object.keys(page)).toEqual(page.next ? ['results', 'next'] : ['results'])
      from = page.next
    } while (from !== undefined)
    return found
  }

  it('come with phase and time, in as many pages as they need', async () => {
    const view = await submit('a', 1)
    expect(await pages(view, 2)).toEqual([[]])
    const numbered = (...items: readonly number[]) => ({ results: items.map((item) => ({ item })) })
    await record(view, { phase: 'plan', ...numbered(0, 1, 2) }, numbered(3), numbered(4, 5))
    const { results } = await readResults(bench.service, view.job.resource, undefined, 10)
    expect(results[0]).toEqual({
      item: 0,
      client: CLIENT,
      outcome: 'applied',
      phase: 'plan',
      at: 1_002,
    })
    expect(results.map(({ phase, at }) => [phase, at]).at(-1)).toEqual(['run', 1_004])
    expect(await pages(view, 1)).toEqual([[0], [1], [2], [3], [4], [5]])
    expect(await pages(view, 2)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ])
    expect(await pages(view, 5)).toEqual([[0, 1, 2, 3, 4], [5]])
    expect(await pages(view, 6)).toEqual([[0, 1, 2, 3, 4, 5]])
  })

  it('end a page with the one that fills it', async () => {
    const view = await submit('a', 1)
    const filling = (characters: number) => {
      const empty = { item: 0, client: CLIENT, outcome: 'applied', error: '' }
      return { item: 0, error: 'x'.repeat(characters - JSON.stringify(empty).length) }
    }
    await record(view, { results: [filling(PAGE_CHARACTERS - 1), { item: 1 }, { item: 2 }] })
    expect(await pages(view, 9)).toEqual([[0, 1], [2]])
    const full = await submit('b', 2)
    await record(full, { results: [filling(PAGE_CHARACTERS), { item: 1 }] })
    expect(await pages(full, 9)).toEqual([[0], [1]])
  })
})

it('of an older version have codes of today, whatever they were called when they were stored', async () => {
  const view = await submit('a', 1)
  const failed = (code: string) => ({ outcome: 'failed' as const, code })
  await record(view, { results: ['conflict', 'unavailable', 'not_found'].map(failed) })
  const { results } = await readResults(bench.service, view.job.resource, undefined, 10)
  expect(results.map(({ code }) => code)).toEqual(['change_unresolved', 'client_busy', 'not_found'])
})

describe('undoing a job', () => {
  const undo = (operationId: string, allowPartial = false) => ({
    ref: CLIENT,
    patch: { kind: 'undo', operationId, allowPartial },
  })

  it('is about what it has changed, the last first', async () => {
    const view = await submit('a', 1)
    await record(view, {
      results: [
        { operationId: 'first' },
        { outcome: 'unchanged', operationId: 'nothing' },
        { outcome: 'failed', code: 'provider_refused', operationId: 'refused' },
        { outcome: 'applied' },
      ],
    })
    await record(view, { results: [{ operationId: 'second' }] })
    const now = await viewOf(view)
    expect(await undoneItems(bench.service, now, false)).toEqual([undo('second'), undo('first')])
    expect(await undoneItems(bench.service, now, true)).toEqual([
      undo('second', true),
      undo('first', true),
    ])
  })

  it('ends the reaping of each client, where that is what it has done', async () => {
    const view = await submit('a', 1)
    await record(view, { results: [{ operationId: 'first' }] })
    const now = await viewOf(view)
    const reap = { olderThanMs: 1, graceMs: 1, unknownUse: true, terms: [], scopes: [] }
    const unreaps = { job: view.id, operationId: 'first' }
    for (const allowPartial of [false, true]) {
      const patch = { kind: 'suspension', suspended: false, allowPartial, unreaps }
      const reaping = { ...now, job: { ...now.job, reap } }
      expect(await undoneItems(bench.service, reaping, allowPartial)).toEqual([
        { ref: CLIENT, patch },
      ])
    }
  })

  it('is about what was not known then and was applied', async () => {
    const view = await submit('a', 1)
    const log = resourceOf(CLIENT)
    const { store } = bench.service
    const unknown = (operationId: string) => ({
      outcome: 'failed' as const,
      code: 'outcome_unknown',
      operationId,
    })
    await store.append(intentOf(log, 1, { operationId: 'late' }))
    await store.append(closingOf(log, 2, { operationId: 'late' }))
    await store.append(intentOf(log, 3, { operationId: 'lost' }))
    await store.append(closingOf(log, 4, { operationId: 'lost', outcome: 'not_applied' }))
    await store.append(intentOf(log, 5, { operationId: 'half' }))
    await store.append(closingOf(log, 6, { operationId: 'half', outcome: 'partly_applied' }))
    await store.append(intentOf(log, 7, { operationId: 'other' }))
    await store.append(closingOf(log, 8, { operationId: 'other' }))
    const other = { outcome: 'failed' as const, code: 'change_unresolved', operationId: 'other' }
    await record(view, {
      results: [unknown('late'), unknown('lost'), unknown('half'), unknown('none'), other],
    })
    expect(await undoneItems(bench.service, await viewOf(view), false)).toEqual([
      undo('half'),
      undo('late'),
    ])
  })

  it('is about what the provider has done in part', async () => {
    const view = await submit('a', 1)
    const half = { outcome: 'failed' as const, code: 'partly_applied', operationId: 'half' }
    const ignored = { outcome: 'failed' as const, code: 'not_applied', operationId: 'ignored' }
    await record(view, { results: [half, ignored] })
    expect(await undoneItems(bench.service, await viewOf(view), false)).toEqual([undo('half')])
  })

  it.each(['planning', 'running'] as const)('waits until it is no longer %s', async (state) => {
    const view = await submit('a', 1)
    await record(view, { state, results: [{ operationId: 'one' }] })
    await expect(undoneItems(bench.service, await viewOf(view), false)).rejects.toMatchObject({
      code: 'job_state',
      message: 'A running job cannot be undone. Pause it first.',
    })
  })

  it('is refused where it has changed nothing', async () => {
    const view = await submit('a', 1)
    await record(view, { results: [{ outcome: 'unchanged' }] })
    await expect(undoneItems(bench.service, await viewOf(view), false)).rejects.toMatchObject({
      code: 'job_state',
      message: 'This job has made no change that could be undone.',
    })
  })
})
