/**
 * A job that waits is decided by who owns all of its clients: by grants that are limited to some clients and cover each client
 * of the job, before and after, by a fresh read. For every other owner it does not exist.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { MAX_JUDGED } from '../../src/service/jobs/run/within-grants.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { DEVELOPER, startWaitingJobs, type WaitingJobs, type Who } from './waiting-jobs.ts'

const OLD = '2020-01-01T00:00:00.000Z'
const DAY = 86_400

let world: WaitingJobs

beforeAll(async () => {
  world = await startWaitingJobs()
})
afterAll(() => world.close())

const owner = (scope: string): Who => ({
  scopes: [scope],
  claims: { sub: `owner by ${scope}`, client_id: 'desk' },
})
const [TEAM, NAMED] = [owner('team'), owner('named')]

async function assign(ids: readonly string[], team = 'payments'): Promise<void> {
  for (const id of ids) {
    const { status, text } = await world.send('PUT', `/clients/${id}/team`, { team })
    expect(status, text).toBe(200)
  }
}

/** A job of clients of the team whose start waits. */
async function ofTheTeam(description: string, names = ['One', 'Two']) {
  const ids = world.fresh(names)
  await assign(ids)
  return world.asked(await world.planned(ids, description), ids)
}

/** Expects that a job and its request do not exist for a caller. */
async function expectHidden(who: Who, { job, request }: Record<'job' | 'request', string>) {
  const nothing = '00000000-0000-4000-8000-000000000000'
  const asked: readonly (readonly [string, string, JsonObject?])[] = [
    ['GET', `/requests/${request}`],
    ['POST', `/requests/${request}/approve`, {}],
    ['POST', `/requests/${request}/reject`, {}],
    ['GET', `/jobs/${job}`],
    ['GET', `/jobs/${job}/results`],
  ]
  for (const [method, path, body] of asked) {
    const { status, body: said } = await world.as(who, method, path, body)
    const absent = path.replace(request, nothing).replace(job, nothing)
    const other = await world.as(who, method, absent, body)
    expect({ path, status, said: { ...said, requestId: '' } }).toEqual({
      path,
      status: 404,
      said: { ...other.body, requestId: '' },
    })
  }
  for (const path of ['/requests?limit=100', '/jobs?limit=100']) {
    const { text } = await world.as(who, 'GET', path)
    expect(text).not.toContain(request)
    expect(text).not.toContain(job)
  }
}

describe('a job of clients that are all of one team', () => {
  it('is shown with its dry run to who owns them, and carried out once they approve it', async () => {
    const { ids, job, request } = await ofTheTeam('by its owner')
    const listed = await world.as(TEAM, 'GET', '/requests?limit=100')
    expect(listed.text).toContain(request)
    const shown = await world.as(TEAM, 'GET', `/jobs/${job}`)
    expect(shown.body).toMatchObject({ state: 'planned', approval: 'required', request })
    const { body: results } = await world.as(TEAM, 'GET', `/jobs/${job}/results`)
    expect(results.items).toMatchObject(ids.map(() => ({ changes: [{ after: 'by its owner' }] })))
    const { status, body, text } = await world.decide(request, 'approve', TEAM)
    expect(status, text).toBe(200)
    expect(body).toMatchObject({ state: 'applied', decidedBy: { subject: 'owner by team' } })
    await world.until(job, 'done')
    expect(ids.map(world.descriptionOf)).toEqual(['by its owner', 'by its owner'])
    const history = await world.as(TEAM, 'GET', `/clients/${ids[0]}/history`)
    expect(history.body.items).toMatchObject([
      { actor: { subject: 'developer' }, approval: { requestId: request } },
      { action: 'assign' },
    ])
    // What came of it is shown as well.
    expect((await world.as(TEAM, 'GET', `/jobs/${job}`)).body).toMatchObject({ state: 'done' })
  })

  it('is rejected by them', async () => {
    const { job, request } = await ofTheTeam('not by its owner')
    expect((await world.decide(request, 'reject', TEAM)).body).toMatchObject({ state: 'rejected' })
    expect((await world.send('GET', `/jobs/${job}`)).body.state).toBe('planned')
  })

  it('is started, stopped, followed or undone in no other way by them', async () => {
    const { ids, job, request } = await ofTheTeam('by its request alone')
    for (const control of ['start', 'resume', 'pause', 'cancel', 'undo']) {
      const { status, text } = await world.as(TEAM, 'POST', `/jobs/${job}/${control}`, {})
      expect(status, text).toBe(404)
    }
    expect((await world.as(TEAM, 'GET', `/jobs/${job}/events`)).status).toBe(404)
    expect((await world.as(TEAM, 'GET', '/jobs?limit=100')).text).not.toContain(job)
    expect((await world.show(request)).state).toBe('pending')
    expect(ids.map(world.descriptionOf)).toEqual(ids.map(() => fullAuth0Client.description))
  })

  it('is hidden from them as long as it does not wait', async () => {
    const ids = world.fresh(['One'])
    await assign(ids)
    const { id } = await world.planned(ids, 'only planned')
    expect((await world.as(TEAM, 'GET', `/jobs/${id}`)).status).toBe(404)
    expect((await world.as(TEAM, 'GET', `/jobs/${id}/results`)).status).toBe(404)
  })

  it('is decided by no one whose grant leaves something out of it, takes an approval, or is the submitter’s', async () => {
    const one = await ofTheTeam('not by these')
    for (const scope of ['named', 'writes', 'waits']) await expectHidden(owner(scope), one)
    for (const claims of [
      { sub: 'developer', client_id: 'desk' },
      { sub: 'another', client_id: 'pipeline' },
    ]) {
      const { status, text } = await world.decide(one.request, 'approve', { ...TEAM, claims })
      expect(status, text).toBe(403)
    }
    expect((await world.show(one.request)).state).toBe('pending')
  })
})

describe('a job with a client of others', () => {
  it.each([
    ['first', ['other', 'own', 'own']],
    ['last', ['own', 'own', 'other']],
    ['alone', ['other']],
  ])('is hidden from an owner of the rest (%s)', async (_, whose) => {
    const ids = world.fresh(whose.map(() => 'Mixed'))
    await assign(ids.filter((_id, index) => whose[index] === 'own'))
    const one = await world.asked(await world.planned(ids, 'mixed'), ids)
    await expectHidden(TEAM, one)
    expect(ids.map(world.descriptionOf)).toEqual(ids.map(() => fullAuth0Client.description))
  })

  it('is hidden if its dry run left that client as it is, or found none', async () => {
    const ids = world.fresh(['Mixed', 'Mixed'])
    const [own = '', other = ''] = ids
    await assign([own])
    await world.send('PATCH', `/clients/${other}`, { client: { description: 'the same' } })
    const unchanged = await world.asked(await world.planned(ids, 'the same'), ids)
    await expectHidden(TEAM, unchanged)
    const absent = await world.asked(await world.planned([own, 'absent'], 'absent'), ids)
    await expectHidden(TEAM, absent)
  })

  it('is hidden from the moment on in which one is taken out of the team, and is not carried out', async () => {
    const { ids, job, request } = await ofTheTeam('moved since')
    expect((await world.as(TEAM, 'GET', `/requests/${request}`)).status).toBe(200)
    await assign(ids.slice(1), 'others')
    await expectHidden(TEAM, { job, request })
    await assign(ids.slice(1))
    expect((await world.as(TEAM, 'GET', `/requests/${request}`)).status).toBe(200)
  })

  it('leaves alone what is taken out of the grant after the approval', async () => {
    const ids = world.fresh(['Ours', 'Ours'])
    const one = await world.asked(
      await world.planned(ids, 'approved before', {
        maxFailures: null,
        canary: { share: 0.5, thenPause: true },
      }),
      ids,
    )
    expect((await world.decide(one.request, 'approve', NAMED)).status).toBe(200)
    await world.until(one.job, 'paused')
    const resumed = await world.ask('POST', `/jobs/${one.job}/resume`)
    const [, second = ''] = ids
    world.auth0.put({
      ...(world.auth0.client(second) as unknown as typeof fullAuth0Client),
      name: 'Theirs',
    })
    const { status } = await world.decide(resumed.body.id, 'approve', NAMED)
    expect(status).toBe(404)
    expect(ids.map(world.descriptionOf)).toEqual(['approved before', fullAuth0Client.description])
  })
})

describe('what a job would make of its clients', () => {
  const named = async (patch: JsonObject, more: JsonObject = {}) => {
    const ids = world.fresh(['Ours', 'Ours'], more)
    const clients = ids.map((id) => ({ id }))
    const { body } = await world.ask('POST', '/jobs', { clients, patch })
    const job = await world.until(body.id, 'planned')
    return world.asked(job, ids)
  }

  it('hides it where that is outside of the grant', async () => {
    const one = await named({ name: 'Theirs' })
    await expectHidden(NAMED, one)
    expect((await world.show(one.request)).state).toBe('pending')
  })

  it('is refused where the grant does not allow it, and waits for someone else', async () => {
    const renamed = await named({ name: 'Ours since' })
    const described = await named({ description: 'not a logo' })
    for (const [who, { ids, request }, field] of [
      [NAMED, renamed, 'client.name'],
      [owner('logos'), described, 'client.description'],
    ] as const) {
      expect((await world.as(who, 'GET', `/requests/${request}`)).status).toBe(200)
      for (const how of ['approve', 'reject'] as const) {
        const { status, body, text } = await world.decide(request, how, who)
        expect([status, body.field], text).toEqual([403, field])
      }
      expect((await world.show(request)).state).toBe('pending')
      expect(ids.map(world.descriptionOf)).toEqual(ids.map(() => fullAuth0Client.description))
    }
    const logo = await named({ logoUri: 'https://ours.example.com/logo.png' })
    const { status, text } = await world.decide(logo.request, 'approve', owner('logos'))
    expect(status, text).toBe(200)
    await world.until(logo.job, 'done')
  })
})

it('goes on by the approval of an owner where a client has changed since the dry run', async () => {
  const { ids, job, request } = await ofTheTeam('as planned')
  const [first = '', second = ''] = ids
  await world.send('PUT', `/clients/${second}/protection`, { protected: true })
  const { status, text } = await world.decide(request, 'approve', TEAM)
  expect(status, text).toBe(200)
  await world.until(job, 'stopped', 'done')
  expect(world.descriptionOf(first)).toBe('as planned')
  expect(world.descriptionOf(second)).toBe(fullAuth0Client.description)
})

it('reads no more clients for an owner than fit into a request', async () => {
  const ids = world.fresh(Array.from({ length: MAX_JUDGED + 1 }, () => 'Ours'))
  const most = await world.asked(await world.planned(ids.slice(1), 'so many'), ids)
  const more = await world.asked(await world.planned(ids, 'more'), ids)
  expect((await world.as(NAMED, 'GET', `/requests/${most.request}`)).status).toBe(200)
  await expectHidden(NAMED, more)
  expect((await world.decide(more.request, 'approve', DEVELOPER)).status).toBe(403)
})

it('a reaping is approved by who owns its clients, and the history of the removal names it', async () => {
  const [id = ''] = world.fresh(['Ours'], { created_at: OLD, updated_at: OLD })
  await world.send('GET', '/clients?provider=auth0&fresh=true&limit=100')
  const q = String((world.auth0.client(id) as unknown as JsonObject).name)
  const select = { provider: 'auth0', q }
  const body = { select, olderThanSeconds: DAY, unknownUse: true, graceSeconds: DAY }
  const submitted = await world.ask('POST', '/jobs/reap', body)
  await world.until(submitted.body.id, 'planned')
  const waiting = await world.asked(submitted.body, [id])
  await expectHidden(TEAM, waiting)
  // To approve it takes what reaping takes.
  const { status: refused } = await world.decide(waiting.request, 'approve', owner('logos'))
  expect(refused).toBe(403)
  const { status, text } = await world.decide(waiting.request, 'approve', NAMED)
  expect(status, text).toBe(200)
  await world.until(waiting.job, 'done')
  expect(world.auth0.client(id)).toMatchObject({ grant_types: [] })
  const service = { ...world.clientry.service, now: () => Date.now() + 2 * DAY * 1_000 }
  await carryOutDue(service, new Map())
  expect(world.auth0.client(id)).toBeUndefined()
  const history = await world.as(NAMED, 'GET', `/clients/${id}/history`)
  const approval = { requestId: waiting.request, approvedBy: { subject: 'owner by named' } }
  expect(history.body.items).toMatchObject([
    { action: 'remove', outcome: 'applied', approval },
    { action: 'suspend', approval },
  ])
})
