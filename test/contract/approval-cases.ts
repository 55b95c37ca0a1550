/** What approvals rely on, as one suite for all stores: one decision by whichever instance, a list, and an end by the clock. */

import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import { sweepRequests } from '../../src/http/approval/sweep-requests.ts'
import type { HttpSettings } from '../../src/http/exchange.ts'
import { WAITS_MS } from '../../src/service/approval/request-states.ts'
import { createLate } from '../../src/service/base/late-work.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { DEFAULT_SHARES } from '../../src/service/lease/lease-share.ts'
import { createSeal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { type Clients, startSubject } from '../faults/action-places.ts'
import { changeOutside } from '../faults/approval-instance.ts'
import { ROWS, sendTo, settingsOver } from '../http/approval-world.ts'
import type { StoreBench, StoreSubject } from './store.ts'

const KEY = Buffer.alloc(32, 9)
const WRITES_OF_CLIENTS = ['clients:write', 'clients:suspend', 'clients:protect', 'clients:delete']

/** A program of one instance. */
function instanceOn(
  store: Store,
  clients: Clients,
  { ahead = 0, rows = ROWS, waitsMs = WAITS_MS } = {},
): HttpSettings {
  const now = () => Date.now() + ahead
  const providers = new Map()
  const service = {
    ...{ store, seal: createSeal(KEY), fingerprints: createFingerprints(KEY), providers },
    ...{ turns: createTurns(now), keysInUse: new Set<string>(), late: createLate() },
    ...{
      leaseShares: DEFAULT_SHARES,
      requestsWaitMs: waitsMs,
      permits: () => new Set<never>(),
      upstreamTimeoutMs: 10_000,
    },
    ...{ now, newId: randomUUID },
    sleep: () => new Promise<void>((resume) => setImmediate(resume)),
  }
  providers.set(clients.ref.provider, clients.providerFor(service))
  return settingsOver(service, clients.ref.provider, rows)
}

export function describeApprovals(subject: StoreSubject): void {
  describe('approvals', () => {
    let bench: StoreBench
    let clients: Clients
    beforeEach(async () => {
      bench = await subject.open()
      clients = await startSubject('local')
    })
    afterEach(async () => {
      await clients.close()
      await bench.close()
    })

    const ask = async (settings: HttpSettings, name: string) => {
      const body = { client: { name } }
      const path = `/clients/${clients.ref.id}`
      const answer = await sendTo(settings, 'asks.developer', ['PATCH', path, body])
      expect(answer.status, JSON.stringify(answer.body)).toBe(202)
      return String(answer.body.id)
    }
    const post = (settings: HttpSettings, who: string, id: string) =>
      sendTo(settings, who, ['POST', `/requests/${id}/approve`])
    const rest = ({ jobs, service }: HttpSettings) => jobs.rest(service.now() + 60_000)
    const stateAt = async (settings: HttpSettings, id: string) =>
      (await sendTo(settings, 'decides.owner', ['GET', `/requests/${id}`])).body.state

    it('are carried out once, by however many instances', async () => {
      const [one, other] = [
        instanceOn(bench.store, clients),
        instanceOn(await bench.another(), clients),
      ]
      const id = await ask(one, 'Approved at two instances')
      const answers = await Promise.all([
        post(one, 'decides.first', id),
        post(other, 'decides.second', id),
      ])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      expect(await stateAt(other, id)).toBe('applied')
      expect(clients.stored()?.client_name).toBe('Approved at two instances')
    })

    /** A job that gives the client a name, and whose start waits. */
    const askForJob = async (settings: HttpSettings, name: string) => {
      const { provider, id } = clients.ref
      const body = { clients: [{ provider, id }], patch: { name } }
      const submitted = await sendTo(settings, 'asks.developer', ['POST', '/jobs', body])
      expect(submitted.status, JSON.stringify(submitted.body)).toBe(202)
      await rest(settings)
      const at = `/jobs/${submitted.body.id}`
      const asked = await sendTo(settings, 'asks.developer', ['POST', `${at}/start`])
      expect(asked.status, JSON.stringify(asked.body)).toBe(202)
      return { at, asked, request: String(asked.body.id) }
    }
    const jobAt = async (settings: HttpSettings, at: string) =>
      (await sendTo(settings, 'decides.owner', ['GET', at])).body

    it('set a job to work once, by however many instances, with the plan that its log has', async () => {
      const [one, other] = [
        instanceOn(bench.store, clients),
        instanceOn(await bench.another(), clients),
      ]
      const { at, asked, request } = await askForJob(one, 'Named by a job')
      expect(asked.body).toMatchObject({ operation: 'startJob', job: { clients: 1 } })
      const answers = await Promise.all([
        post(one, 'decides.first', request),
        post(other, 'decides.second', request),
      ])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      await Promise.all([rest(one), rest(other)])
      expect(clients.stored()?.client_name).toBe('Named by a job')
      const job = await sendTo(one, 'decides.owner', ['GET', at])
      expect(job.body).toMatchObject({ state: 'done', request, counts: { applied: 1 } })
      expect(await stateAt(other, request)).toBe('applied')
    })

    it('are listed, the newest first', async () => {
      const settings = instanceOn(bench.store, clients)
      const ids = [await ask(settings, 'The first'), await ask(settings, 'The second')]
      const { body } = await sendTo(settings, 'decides.owner', ['GET', '/requests'])
      expect((body.items as { id: string }[]).map((one) => one.id)).toEqual(ids.toReversed())
    })

    it('expire, and end by a sweep', async () => {
      const id = await ask(instanceOn(bench.store, clients), 'Too late')
      const later = instanceOn(bench.store, clients, { ahead: WAITS_MS })
      expect(await stateAt(later, id)).toBe('expired')
      expect((await post(later, 'decides.owner', id)).status).toBe(409)
      const other = await ask(instanceOn(bench.store, clients), 'Too late as well')
      await sweepRequests(instanceOn(bench.store, clients, { ahead: WAITS_MS + 1_000 }))
      expect(await stateAt(instanceOn(bench.store, clients), other)).toBe('expired')
      expect(clients.stored()?.client_name).not.toMatch(/^Too late/)
    })

    it('are void once their submitter may not make the change any more', async () => {
      const id = await ask(instanceOn(bench.store, clients), 'No longer allowed')
      const rows = ROWS.filter(({ approval }) => approval === undefined)
      const after = instanceOn(bench.store, clients, { rows })
      expect((await post(after, 'decides.owner', id)).status).toBe(409)
      expect(await stateAt(after, id)).toBe('void')
      expect(clients.stored()?.client_name).not.toBe('No longer allowed')
    })

    it('of a job expire, and it can be asked for anew', async () => {
      const one = instanceOn(bench.store, clients)
      const { at, request } = await askForJob(one, 'Too late for a job')
      const later = instanceOn(bench.store, clients, { ahead: WAITS_MS })
      expect(await stateAt(later, request)).toBe('expired')
      expect((await post(later, 'decides.owner', request)).status).toBe(409)
      expect((await jobAt(later, at)).state).toBe('planned')
      const anew = await sendTo(later, 'asks.developer', ['POST', `${at}/start`])
      expect(anew.status).toBe(202)
      expect(anew.body.id).not.toBe(request)
      const { ended } = await sweepRequests(
        instanceOn(bench.store, clients, { ahead: 2 * WAITS_MS + 60_000 }),
      )
      expect(ended).toBe(1)
      expect(await stateAt(one, String(anew.body.id))).toBe('expired')
      expect((await jobAt(one, at)).state).toBe('planned')
      expect(clients.stored()?.client_name).not.toBe('Too late for a job')
    })

    it.each([
      ['changes', WRITES_OF_CLIENTS],
      ['jobs', ['jobs:write']],
    ])('of a job are void once its submitter may not do it any more (%s)', async (_, lost) => {
      const { at, request } = await askForJob(instanceOn(bench.store, clients), 'Lost')
      const rows = ROWS.map((row) =>
        row.scope === 'asks'
          ? { ...row, grants: row.grants.filter((one) => !lost.includes(one)) }
          : row,
      )
      const after = instanceOn(bench.store, clients, { rows })
      expect((await post(after, 'decides.owner', request)).status).toBe(409)
      expect(await stateAt(after, request)).toBe('void')
      await rest(after)
      expect((await jobAt(after, at)).state).toBe('planned')
      expect(clients.stored()?.client_name).not.toBe('Lost')
    })

    it('of a job carry out nothing on a client that someone else has changed', async () => {
      const one = instanceOn(bench.store, clients)
      const { at, request } = await askForJob(one, 'Not as it was')
      await changeOutside(one, clients)
      expect((await post(one, 'decides.owner', request)).status).toBe(200)
      await rest(one)
      const job = await jobAt(one, at)
      expect(job).toMatchObject({ state: 'done', counts: { applied: 0, failed: 1 } })
      const { body } = await sendTo(one, 'decides.owner', ['GET', `${at}/results`])
      expect((body.items as { code?: string }[]).map(({ code }) => code)).toEqual([
        undefined,
        'precondition_failed',
      ])
      expect(clients.stored()?.client_name).not.toBe('Not as it was')
    })

    it('of a job carry out nothing on a client that a changed grant no longer covers', async () => {
      const one = instanceOn(bench.store, clients)
      const { at, request } = await askForJob(one, 'Not within')
      const rows = ROWS.map((row) =>
        row.scope === 'asks' ? { ...row, only: { names: ['Another client'] } } : row,
      )
      const after = instanceOn(bench.store, clients, { rows })
      expect((await post(after, 'decides.owner', request)).status).toBe(200)
      await rest(after)
      expect(await jobAt(after, at)).toMatchObject({ counts: { applied: 0, failed: 1 } })
      expect(clients.stored()?.client_name).not.toBe('Not within')
    })

    it.each([
      ['the least', 300_000],
      ['the most', 2_592_000_000],
    ])('wait as long as the configuration says, and no longer (%s)', async (_, waitsMs) => {
      const id = await ask(instanceOn(bench.store, clients, { waitsMs }), 'Just in time')
      // The time that the test itself takes is not a minute.
      const before = instanceOn(bench.store, clients, { ahead: waitsMs - 60_000 })
      const after = instanceOn(bench.store, clients, { ahead: waitsMs })
      expect(await stateAt(before, id)).toBe('pending')
      expect(await stateAt(after, id)).toBe('expired')
      expect((await sweepRequests(before)).ended).toBe(0)
      expect((await post(before, 'decides.owner', id)).status).toBe(200)
      expect(clients.stored()?.client_name).toBe('Just in time')
    })
  })
}
