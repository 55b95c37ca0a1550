/** Jobs whose changes someone else has to approve: planned, stored as a request, and carried out client by client as planned. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { requestEvents } from '../../src/service/notify/request-events.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { DEVELOPER, OWNER, startWaitingJobs, type WaitingJobs, type Who } from './waiting-jobs.ts'

const OLD = '2020-01-01T00:00:00.000Z'
const DAY = 86_400

let world: WaitingJobs

beforeAll(async () => {
  world = await startWaitingJobs()
})
afterAll(() => world.close())

describe('a job whose changes take an approval', () => {
  it('is planned and changes nothing, and its start is stored as a request', async () => {
    const { ids, job, request, asked } = await world.waiting('stored')
    expect(asked.headers.location).toBe(`/requests/${request}`)
    expect(asked.body).toMatchObject({
      state: 'pending',
      operation: 'startJob',
      client: { provider: 'auth0' },
      job: { id: job, providers: ['auth0'], clients: 2 },
      submittedBy: { subject: 'developer' },
    })
    expect(asked.body).not.toHaveProperty('changes')
    const { body } = await world.as(OWNER, 'GET', `/jobs/${job}`)
    expect(body).toMatchObject({ state: 'planned', approval: 'required', request })
    expect(ids.map(world.descriptionOf)).toEqual(ids.map(() => fullAuth0Client.description))
    const results = await world.results(job)
    expect(results).toMatchObject(results.map(() => ({ changes: [{ after: 'stored' }] })))
    expect(JSON.stringify(results)).not.toContain('"print"')
    const again = await world.ask('POST', `/jobs/${job}/start`)
    expect([again.status, again.body.id]).toEqual([202, request])
  })

  it('is carried out once someone else approves it, and the history of each client names both', async () => {
    const { ids, job, request } = await world.waiting('approved')
    const { status, body, text } = await world.decide(request, 'approve')
    expect(status, text).toBe(200)
    expect(body).toMatchObject({ state: 'applied', decidedBy: { subject: 'owner' } })
    expect(await world.until(job, 'done')).toMatchObject({
      counts: { applied: 2 },
      approvedBy: { subject: 'owner' },
      startedBy: { subject: 'developer' },
    })
    for (const id of ids) {
      expect(world.descriptionOf(id)).toBe('approved')
      const history = await world.as(OWNER, 'GET', `/clients/${id}/history`)
      expect(history.body.items).toMatchObject([
        {
          actor: { subject: 'developer' },
          job: { id: job, approvedBy: { subject: 'owner' } },
          approval: { requestId: request, approvedBy: { subject: 'owner' } },
        },
      ])
    }
  })

  it('refuses a client that is no longer as it was planned, and goes on with the others once that is approved', async () => {
    const { ids, job, request } = await world.waiting('as planned', ['One', 'Two', 'Three'])
    const [first = '', second = '', third = ''] = ids
    world.auth0.put({
      ...(world.auth0.client(second) as unknown as typeof fullAuth0Client),
      name: 'Outside',
    })
    await world.send('PUT', `/clients/${third}/protection`, { protected: true })
    expect((await world.decide(request, 'approve')).status).toBe(200)
    await world.until(job, 'stopped')
    const resumed = await world.ask('POST', `/jobs/${job}/resume`)
    expect(resumed.body).toMatchObject({ operation: 'resumeJob', job: { id: job } })
    expect(resumed.body.id).not.toBe(request)
    await world.decide(resumed.body.id, 'approve')
    await world.until(job, 'done', 'stopped')
    const ran = (await world.results(job)).filter(({ phase }) => phase === 'run')
    const of = (id: string) => ran.find(({ client }) => (client as JsonObject).id === id)
    expect(of(second)).toMatchObject({ outcome: 'failed', code: 'precondition_failed' })
    // What holds beside the settings is a part of what was approved.
    expect(of(third)).toMatchObject({ outcome: 'failed', code: 'precondition_failed' })
    expect(of(third)?.error).toMatch(/not be the one that was approved/)
    expect(ids.map(world.descriptionOf)).toEqual([
      'as planned',
      ...[second, third].map(() => fullAuth0Client.description),
    ])
    expect(world.descriptionOf(first)).toBe('as planned')
  })

  it('is decided by no one who could not do it at once, and not by its submitter', async () => {
    const { ids, job, request } = await world.waiting('not yet')
    const same: Who = { ...OWNER, claims: { ...OWNER.claims, client_id: 'pipeline' } }
    const oneself: Who = { ...OWNER, claims: { ...OWNER.claims, sub: 'developer' } }
    for (const who of [same, oneself]) {
      const { status, text } = await world.decide(request, 'approve', who)
      expect(status, text).toBe(403)
    }
    for (const scope of ['asks', 'waits', 'writes', 'reads', 'partly']) {
      const { status, text } = await world.decide(request, 'approve', { ...OWNER, scopes: [scope] })
      expect(status, text).toBe(404)
      const list = await world.as({ ...OWNER, scopes: [scope] }, 'GET', '/requests?limit=100')
      expect(list.text).not.toContain(request)
    }
    // To start it is to approve it, and is done where that is recorded.
    const started = await world.as(OWNER, 'POST', `/jobs/${job}/start`)
    expect([started.status, started.body.code]).toEqual([403, 'approval_required'])
    expect(started.body.error).toContain(request)
    expect((await world.show(request)).state).toBe('pending')
    expect(ids.map(world.descriptionOf)).toEqual(ids.map(() => fullAuth0Client.description))
  })

  it('is rejected or withdrawn, and can be asked for anew', async () => {
    const { job, request } = await world.waiting('another time')
    expect((await world.decide(request, 'reject')).body).toMatchObject({ state: 'rejected' })
    const anew = await world.ask('POST', `/jobs/${job}/start`)
    expect(anew.status).toBe(202)
    expect(anew.body.id).not.toBe(request)
    expect((await world.decide(anew.body.id, 'reject', DEVELOPER)).body.state).toBe('withdrawn')
    expect((await world.send('GET', `/jobs/${job}`)).body.state).toBe('planned')
  })

  it('is outdated once the job was cancelled', async () => {
    const { ids, job, request } = await world.waiting('cancelled')
    expect((await world.ask('POST', `/jobs/${job}/cancel`)).status).toBe(200)
    const { status, body } = await world.decide(request, 'approve')
    expect([status, body.code]).toEqual([409, 'request_state'])
    expect((await world.show(request)).state).toBe('outdated')
    expect(ids.map(world.descriptionOf)).toEqual(ids.map(() => fullAuth0Client.description))
    expect((await world.ask('POST', `/jobs/${job}/start`)).body.code).toBe('job_state')
  })

  it('asks by itself once it is planned, where it was to start at once', async () => {
    const ids = world.fresh(['Auto', 'Auto'])
    const clients = ids.map((id) => ({ id }))
    const patch = { description: 'by itself' }
    const { body } = await world.ask('POST', '/jobs', { clients, patch, autoStart: true })
    const job = await world.until(body.id, 'planned')
    expect(job).toMatchObject({ options: { autoStart: true }, approval: 'required' })
    expect(job).not.toHaveProperty('startedBy')
    expect(ids.map(world.descriptionOf)).toEqual(ids.map(() => fullAuth0Client.description))
    expect(await world.show(job.request)).toMatchObject({ state: 'pending', job: { id: body.id } })
    await world.decide(job.request, 'approve')
    await world.until(body.id, 'done')
    expect(ids.map(world.descriptionOf)).toEqual(['by itself', 'by itself'])
  })

  it('starts by itself where another grant allows all of it at once', async () => {
    const ids = world.fresh(['Free', 'Free'])
    const body = { clients: ids.map((id) => ({ id })), patch: { description: 'free' } }
    const who = { ...DEVELOPER, scopes: ['partly'] }
    const job = await world.ask('POST', '/jobs', { ...body, autoStart: true }, who)
    const done = await world.until(job.body.id, 'done')
    expect(done).not.toHaveProperty('approval')
    expect(done).toMatchObject({ startedBy: { subject: 'developer' }, counts: { applied: 2 } })
    expect(ids.map(world.descriptionOf)).toEqual(['free', 'free'])
  })

  it('waits as a whole where some of its clients take one', async () => {
    const ids = world.fresh(['Free', 'Bound'])
    const who = { ...DEVELOPER, scopes: ['partly'] }
    const job = await world.planned(ids, 'both', {}, who)
    const asked = await world.ask('POST', `/jobs/${job.id}/start`, undefined, who)
    expect(asked.body).toMatchObject({ job: { clients: 2 } })
    expect(ids.map(world.descriptionOf)).toEqual(ids.map(() => fullAuth0Client.description))
    await world.decide(asked.body.id, 'approve')
    await world.until(job.id, 'done')
    expect(ids.map(world.descriptionOf)).toEqual(['both', 'both'])
  })

  it('goes on after a canary by another approval, and pausing it takes none', async () => {
    const { ids, job, request } = await world.waiting('in parts', ['One', 'Two'], {
      canary: { share: 0.5, thenPause: true },
    })
    await world.decide(request, 'approve')
    await world.until(job, 'paused')
    const resumed = await world.ask('POST', `/jobs/${job}/resume`)
    expect([resumed.status, resumed.body.job]).toEqual([
      202,
      expect.objectContaining({ clients: 1 }),
    ])
    expect(ids.map(world.descriptionOf)).toEqual(['in parts', fullAuth0Client.description])
    await world.decide(resumed.body.id, 'approve')
    await world.until(job, 'done')
    expect(ids.map(world.descriptionOf)).toEqual(['in parts', 'in parts'])
    // Approved once more, it is not started once more.
    expect((await world.decide(request, 'approve')).body.state).toBe('applied')
  })

  it('undoes another one by an approval of its own', async () => {
    const { ids, job, request } = await world.waiting('to be undone')
    await world.decide(request, 'approve')
    await world.until(job, 'done')
    const undo = await world.ask('POST', `/jobs/${job}/undo`, { autoStart: true })
    expect(undo.status, undo.text).toBe(202)
    const waits = await world.until(undo.body.id, 'planned')
    expect(ids.map(world.descriptionOf)).toEqual(['to be undone', 'to be undone'])
    await world.decide(waits.request, 'approve')
    await world.until(undo.body.id, 'done')
    expect(ids.map(world.descriptionOf)).toEqual(ids.map(() => fullAuth0Client.description))
  })

  it('is reported to webhooks with the job that it is about', async () => {
    const { job, request } = await world.waiting('reported')
    const events = await requestEvents(world.clientry.service, 0)
    const { data } = events.find((one) => one.data.request === request) ?? {}
    expect(data).toMatchObject({ state: 'pending', operation: 'startJob', job, fields: [] })
  })
})

describe('a job that reaps', () => {
  it('suspends by an approval, and removes by the same', async () => {
    const [id = ''] = world.fresh(['Reaped'], { created_at: OLD, updated_at: OLD })
    await world.send('GET', '/clients?provider=auth0&fresh=true&limit=100')
    const select = {
      provider: 'auth0',
      q: String((world.auth0.client(id) as unknown as JsonObject).name),
    }
    const body = { select, olderThanSeconds: DAY, unknownUse: true, graceSeconds: DAY }
    const submitted = await world.ask('POST', '/jobs/reap', body)
    expect(submitted.status, submitted.text).toBe(202)
    await world.until(submitted.body.id, 'planned')
    const asked = await world.ask('POST', `/jobs/${submitted.body.id}/start`)
    expect(asked.status, asked.text).toBe(202)
    await world.decide(asked.body.id, 'approve')
    await world.until(submitted.body.id, 'done')
    const last = await world.clientry.service.store.last(resourceOf({ provider: 'auth0', id }))
    const { removal } = last?.standing ?? {}
    const approval = { requestId: asked.body.id, approvedBy: { subject: 'owner' } }
    expect(removal).toMatchObject({ reap: { approval } })
    const service = { ...world.clientry.service, now: () => Date.now() + 2 * DAY * 1_000 }
    await carryOutDue(service, new Map())
    expect(world.auth0.client(id)).toBeUndefined()
    const history = await world.as(OWNER, 'GET', `/clients/${id}/history`)
    expect(history.body.items).toMatchObject([
      { action: 'remove', outcome: 'applied', approval },
      { action: 'suspend', approval },
    ])
  })
})
