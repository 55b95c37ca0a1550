/**
 * What there is to see at a glance: counts, findings, ends and changes out of the mirror and the logs, cut where they say so, and
 * for a caller with limited grants nothing but what is known of clients within them.
 */

import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accessTo } from '../../src/core/rights/access.ts'
import type { Grant, Limit } from '../../src/core/rights/limit.ts'
import type { Place } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { refreshMirror } from '../../src/service/mirror/refresh.ts'
import { lintAll } from '../../src/service/reading/lint-all.ts'
import { overviewOfChanges } from '../../src/service/reading/overview-changes.ts'
import { overviewOfClients } from '../../src/service/reading/overview-clients.ts'
import { endingsUntil } from '../../src/service/reading/overview-endings.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const PLACE: Place = { provider: 'it' }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let subject: Subject
let bench: Bench
/** Calls that reached the provider. */
let calls: number

beforeEach(async () => {
  subject = await subjectNamed('local').start()
  bench = await openBench(new Map())
  bench.database.exec('pragma synchronous = off')
  calls = 0
})
afterEach(async () => {
  await bench.close()
  await subject.close()
})

/** A service for a caller whose grants have a limit; without one they have none. */
function service(only?: Limit, mapping: Partial<Provider['mapping']> = {}): Service {
  const provider: Provider = {
    ...subject.provider,
    mapping: { ...subject.provider.mapping, ...mapping },
    read: (ref, call) => {
      calls += 1
      return subject.provider.read(ref, call)
    },
  }
  const access = accessTo(
    () => [{ grants: ['clients:read', 'history:read'], ...(only && { only }) }],
    { operation: 'getOverview', permission: 'clients:read' },
  )
  return { ...bench.service, providers: new Map([['it', provider]]), ...(only && { access }) }
}

async function fill(...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await subject.put({
      ...fullLocalClient,
      client_id: id,
      redirect_uris: [`http://${id}.example.com/cb`, `https://${id}.example.com/cb`],
    })
  }
  await refreshMirror(service(), { everyMs: 60_000, until: Date.now() + 60_000, owner: 'here' })
  calls = 0
}

const clientsOf = async (at: Service, places: readonly Place[] = [PLACE]) => {
  const { mirror } = at.store
  if (mirror === undefined) throw new TypeError('no mirror')
  return overviewOfClients(at, mirror, { places, deadline: Date.now() + 60_000 })
}
const change = (id: string, patch: ChangeRequest['patch']) =>
  changeClient(service(), {
    ...requestFor(service(), { ...PLACE, id }, {}),
    patch,
    deadline: Date.now() + 60_000,
  })
const assign = (id: string, team: string) => change(id, { kind: 'assignment', team })
const lease = (id: string, seconds: number, owner = 'pr-7') =>
  change(id, {
    kind: 'lease',
    field: 'callbacks',
    value: `https://${owner}.preview.example/cb`,
    owner,
    seconds,
  })

describe('clients at a glance', () => {
  it('are counted with the findings of lint over all of them, and no provider is asked', async () => {
    await fill('a', 'b')
    const { places, rules, unknown } = await clientsOf(service())
    const linted = await lintAll(service(), { places: [PLACE], limit: 10, call: {} as never })
    const all = linted.clients.map(({ findings }) => findings)
    const errors = all.flat().filter(({ severity }) => severity === 'error').length
    expect(errors).toBeGreaterThan(0)
    expect(places).toMatchObject([
      { place: PLACE, complete: true, clients: 3, atLeast: false, checked: 3 },
    ])
    expect(places[0]?.findings.error).toBe(errors)
    expect(places[0]?.oldest).toEqual(expect.any(Number))
    const http = rules.find(({ rule }) => rule === 'http')
    expect(http).toMatchObject({
      severity: 'error',
      source: 'RFC 9700 section 2.6',
      says: 'a URI with http that does not point to the machine itself',
      findings: 2,
      clients: 2,
    })
    expect(unknown).toEqual([])
    expect(calls).toBe(0)
  })

  it('are checked up to a bound of which each place has its share, and all are counted', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `c${index}`)
    await fill(...ids)
    const others = Array.from({ length: 30 }, (_, index) => ({ provider: `other${index}` }))
    const { places } = await clientsOf(service(), [PLACE, ...others])
    expect(places[0]).toMatchObject({ clients: 61, checked: 50 })
    expect(places).toHaveLength(31)
    expect((await clientsOf(service())).places[0]).toMatchObject({ clients: 61, checked: 61 })
  })

  it('are those alone that a caller is known to reach', async () => {
    await fill('a', 'b', 'c')
    await assign('b', 'walkers')
    calls = 0
    for (const [only, count] of [
      [{ clients: ['a', 'c'] }, 2],
      [{ clients: [{ pattern: 'none*' }] }, 0],
      [{ teams: ['walkers'] }, 1],
      [{ teams: ['others'] }, 0],
    ] as const) {
      const { places } = await clientsOf(service(only))
      expect(places, JSON.stringify(only)).toMatchObject([
        { clients: count, checked: count, atLeast: true },
      ])
      expect(places[0]).not.toHaveProperty('oldest')
    }
    const whole = await clientsOf(service({ fields: ['callbacks'] }))
    expect(whole.places).toMatchObject([{ clients: 4, atLeast: false }])
    expect(calls).toBe(0)
  })

  it('are not counted where only the provider knows who they are now', async () => {
    await fill('a')
    const byName = await clientsOf(service({ names: [{ pattern: '**' }] }))
    expect(byName).toEqual({ places: [], rules: [], unknown: [PLACE] })
    // Where the provider is trusted with the team, it can have changed there.
    const byTeam = await clientsOf(service({ teams: ['walkers'] }, { namesTeam: true }))
    expect(byTeam.unknown).toEqual([PLACE])
  })

  it('are read anew where their records were sealed with another key', async () => {
    await fill('a')
    const other = await bench.another({ key: randomBytes(32) })
    const at = { ...service(), seal: other.service.seal }
    expect((await clientsOf(at)).places).toMatchObject([{ checked: 0 }])
    expect((await clientsOf(service())).places).toMatchObject([{ clients: 0, complete: false }])
  })

  it('take no longer than the request has', async () => {
    await fill('a')
    const { mirror } = bench.service.store
    const late = overviewOfClients(service(), mirror as never, { places: [PLACE], deadline: 0 })
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' })
  })
})

describe('what ends soon', () => {
  const until = Date.now() + 30 * DAY_MS
  const endings = (only?: Limit) => endingsUntil(service(only), [PLACE], until)

  it('is listed by its time, of these places, until then', async () => {
    await fill('a', 'b')
    await lease('a', 7_200)
    await lease('b', 3_600, 'first')
    await lease('b', 80 * 86_400, 'much-later')
    const { items, isCut } = await endings()
    expect(items.map(({ client, what, owner }) => [client.id, what, owner])).toEqual([
      ['b', 'lease', 'first'],
      ['a', 'lease', 'pr-7'],
    ])
    expect(items[0]).toMatchObject({
      ...{ client: { provider: 'it', id: 'b' }, field: 'callbacks' },
      value: 'https://first.preview.example/cb',
    })
    expect(isCut).toBe(false)
    expect((await endingsUntil(service(), [{ provider: 'other' }], until)).items).toEqual([])
  })

  it('is cut after fifty, and says so', async () => {
    await fill('a', 'b', 'c')
    for (const id of ['a', 'b', 'c']) {
      for (let index = 0; index < 17; index += 1) await lease(id, 3_600, `pr-${index}`)
    }
    const { items, isCut } = await endings()
    expect(items).toHaveLength(50)
    expect(isCut).toBe(true)
  })

  it('shows a caller nothing of other clients, not even whether there are more', async () => {
    await fill('a', 'b')
    await lease('a', 3_600)
    await lease('b', 3_600)
    const { items, isCut } = await endings({ clients: ['a'] })
    expect(items.map(({ client }) => client.id)).toEqual(['a'])
    expect(isCut).toBe(true)
    expect((await endings({ names: ['a'] })).items).toEqual([])
  })
})

describe('changes at a glance', () => {
  const changesOf = (only?: Limit) =>
    overviewOfChanges(service(only), {
      ...{ providers: ['it'], from: Date.now() - 30 * DAY_MS, to: Date.now() + HOUR_MS },
      deadline: Date.now() + 60_000,
    })

  it('are those that are open, ended in a conflict, or were made by others', async () => {
    await fill('a', 'b')
    const describe = (id: string, description: string) =>
      change(id, { kind: 'merge', fields: { description } })
    await describe('a', 'Ours')
    await subject.put({ ...fullLocalClient, client_id: 'a', description: 'Theirs' })
    await describe('a', 'Ours again')
    const at = Date.now() - HOUR_MS
    for (const id of ['open', 'open too']) {
      const log = resourceOf({ ...PLACE, id })
      await bench.service.store.append(intentOf(log, 1, { at: id === 'open' ? at : at + 1 }))
    }
    const { changes, unknown } = await changesOf()
    expect(changes).toEqual([
      {
        ...{ provider: 'it', open: 2, openSince: at, outsideChanges: 1, conflicts: 0 },
        from: expect.any(Number),
      },
    ])
    expect(unknown).toEqual([])
    const limited = await changesOf({ clients: ['open', 'b'] })
    expect(limited.changes).toMatchObject([{ open: 1, outsideChanges: 0 }])
    expect(await changesOf({ names: ['a'] })).toEqual({ changes: [], unknown: ['it'] })
  })

  it('are none where nothing is open, and those that ended in a conflict are counted', async () => {
    const log = resourceOf({ ...PLACE, id: 'torn' })
    const at = Date.now() - HOUR_MS
    const { store } = bench.service
    await store.append(intentOf(log, 1, { at }))
    await store.append(closingOf(log, 2, { at, outcome: 'conflict' }))
    const { changes } = await changesOf()
    expect(changes).toMatchObject([{ open: 0, outsideChanges: 0, conflicts: 1 }])
    expect(changes[0]).not.toHaveProperty('openSince')
  })

  it('are unknown only at providers where histories are limited by names', async () => {
    const providers = new Map(['it', 'other', 'third'].map((id) => [id, subject.provider]))
    const names: Limit = { names: ['a'] }
    const rows: Readonly<Record<string, readonly Grant[]>> = {
      it: [{ grants: ['clients:read', 'history:read'], only: names }],
      other: [{ grants: ['history:read'] }, { grants: ['clients:read'], only: names }],
    }
    const access = accessTo((id) => rows[id] ?? [{ grants: ['history:read'] }], {
      operation: 'getOverview',
      permission: 'clients:read',
    })
    const { changes, unknown } = await overviewOfChanges(
      { ...bench.service, providers, access },
      {
        ...{ providers: ['it', 'other', 'third'], from: Date.now() - DAY_MS, to: Date.now() },
        deadline: Date.now() + 60_000,
      },
    )
    expect(unknown).toEqual(['it'])
    expect(changes.map(({ provider }) => provider)).toEqual(['other', 'third'])
  })
})
