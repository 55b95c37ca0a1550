/** Jobs from a program: submitted, watched, read and undone by the SDK against a real server. */

import { expect } from 'vitest'
import { type Api, connect, type Job } from '../../src/sdk/index.ts'
import { onShared } from '../fixtures/opened.ts'
import { served } from '../fixtures/served.ts'
import { type JobWorld, startJobWorld } from '../http/jobs-world.ts'

let world: JobWorld
let api: Api

const it = onShared(
  () => served(startJobWorld(9)),
  (opened) => {
    world = opened.world
    api = connect({ url: opened.url, token: () => world.token() })
  },
)

async function watched(id: string): Promise<readonly Job[]> {
  const seen: Job[] = []
  for await (const job of api.job(id, { everyMs: 10 })) seen.push(job)
  return seen
}

it('gives a job whenever it has come on, until it rests', async () => {
  const patch = { description: 'Changed by a job' }
  const request = { clients: world.ids.map((id) => ({ id })), patch }
  const { body: submitted, status } = await api.createJob(request)
  expect([status, submitted.state]).toEqual([202, 'planning'])
  expect((await watched(submitted.id)).at(-1)).toMatchObject({ state: 'planned' })
  expect((await api.startJob(submitted.id)).body.state).toBe('running')
  const seen = await watched(submitted.id)
  expect(seen.at(-1)).toMatchObject({ state: 'done', counts: { applied: 9 } })
  expect(new Set(seen.map(({ counts }) => JSON.stringify(counts))).size).toBe(seen.length)
  const outcomes: string[] = []
  for await (const { phase, outcome } of api.jobResults(submitted.id, { limit: 2 })) {
    if (phase === 'run') outcomes.push(outcome)
  }
  expect(outcomes).toEqual(world.ids.map(() => 'applied'))
  const undo = await api.undoJob(submitted.id, { autoStart: true })
  expect((await watched(undo.body.id)).at(-1)).toMatchObject({
    state: 'done',
    undoes: submitted.id,
  })
  expect((await api.listJobs()).body.items.map(({ id }) => id)).toEqual([
    undo.body.id,
    submitted.id,
  ])
})

it('gives the plan of a small job, and the events of one that has ended as text', async () => {
  const [id = ''] = world.ids
  const request = { clients: [{ id, patch: { description: 'Planned' } }] }
  const { body: plan } = await api.createJob(request, { dryRun: true })
  expect(plan.results).toMatchObject([{ outcome: 'planned', client: { id } }])
  const { body: job } = await api.createJob({ ...request, autoStart: true })
  await watched(job.id)
  expect((await api.getJobEvents(job.id)).body).toContain('event: progress')
})
