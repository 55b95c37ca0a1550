/** A removed client comes back where its provider can give it back: once, with its secret, and with what held for it. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { type KeycloakEmulator, startKeycloakEmulator } from '../../src/emulators/keycloak/index.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import type { Service } from '../../src/service/base/service.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { findRestored } from '../../src/service/life/restoration-outcome.ts'
import { restoreClient } from '../../src/service/life/restore.ts'
import type { Running } from '../../src/service/operation/running.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, LOST_ANSWERS, openBench, requestFor } from '../contract/service.ts'
import { subjectNamed } from '../contract/subjects.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'
import { fullKeycloakClient } from '../fixtures/keycloak.ts'
import { POOL, realmAt } from '../providers/keycloak/subject.ts'
import { only } from '../providers/subject.ts'

const ID = 'exampleClientId'
const REF: ClientRef = { provider: 'it', userPoolId: POOL, id: ID }
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const SECRET = String(fullKeycloakClient.secret)
const LEASED = 'https://pr-7.preview.example/cb'

let emulator: KeycloakEmulator
let bench: Bench
beforeEach(async () => {
  emulator = await startKeycloakEmulator({ clients: [fullKeycloakClient] })
  const provider = await only({ type: 'keycloak', ...realmAt(emulator.url, 'test') })
  bench = await openBench(new Map([['it', provider]]), LOST_ANSWERS)
})
afterEach(async () => {
  await bench.close()
  await emulator.close()
})

const request = (options = {}) => ({ ...requestFor(bench.service, REF, {}), ...options })
const mapping = () => request().provider.mapping
const remove = () => removeClient(bench.service, request())
const restore = (options = {}) => restoreClient(bench.service, request(options))
const creations = () =>
  emulator.calls.filter(({ operation }) => operation === 'POST /clients').length

/** What a client has but what the server makes anew. */
function settingsOf({ attributes, protocolMappers, ...record }: Record<string, unknown>) {
  const sorted = Object.entries(record).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...value].sort() : value,
  ])
  const made = /^client\.secret\.(creation|expiration|rotated)|^realm_client$/
  const chosen = Object.entries(attributes as object).filter(([name]) => !made.test(name))
  const mappers = (protocolMappers as { name: string; config: object }[]).map(
    ({ name, config }) => ({ name, config }),
  )
  return { ...Object.fromEntries(sorted), attributes: Object.fromEntries(chosen), mappers }
}

it('brings a client back with its ids, its secret and every setting', async () => {
  const before = settingsOf(emulator.client(ID) ?? {})
  await remove()
  expect(emulator.client(ID)).toBeUndefined()
  const restored = await restore()
  expect(restored).toMatchObject({ outcome: 'applied', warnings: [] })
  expect(settingsOf(emulator.client(ID) ?? {})).toEqual(before)
  expect(before).toMatchObject({ id: fullKeycloakClient.id, secret: fullKeycloakClient.secret })
  // It is changed again like any other, and no one else is thought to have changed it.
  await bench.change(REF, { name: 'After' })
  const { items } = await readHistory(bench.service, REF, { limit: 10 })
  expect(items.map(({ kind, action, outcome }) => [kind, action, outcome])).toEqual([
    ['change', undefined, 'applied'],
    ['change', 'restore', 'applied'],
    ['change', 'remove', 'applied'],
  ])
  expect((await verifyLog(bench.service.store)).faults).toEqual([])
})

it('is answered and recorded as what it is, with what held for it but what is over', async () => {
  const lease = { field: 'callbacks', value: LEASED, owner: 'pr-7', expiresAt: 1, actor: ACTOR }
  const standing: Standing = {
    leases: [{ ...lease, field: 'callbacks', kept: true }],
    retirements: [{ secretId: 'old', at: 1, actor: ACTOR }],
    removal: { at: 1, actor: ACTOR },
  }
  const log = resourceOf(REF)
  const { tag: _, state: __, ...closing } = closingOf(log, 2, { standing })
  await bench.service.store.append(intentOf(log, 1))
  await bench.service.store.append(closing)
  await remove()
  const { leases } = standing
  const planned = await restore({ dryRun: true })
  expect(planned).toEqual({
    outcome: 'planned',
    native: expect.objectContaining({ clientId: ID, secret: SECRET }),
    tag: bench.service.fingerprints.ofState(mapping(), planned.native),
    standing: { leases },
    lost: expect.any(Array),
    warnings: [],
    steps: [expect.objectContaining({ request: expect.objectContaining({ method: 'POST' }) })],
  })
  const key = { log: 'key/one', fingerprint: 'one' }
  const { operationId, ...restored } = await restore({ key })
  const native = emulator.client(ID) ?? {}
  expect(restored).toEqual({
    outcome: 'applied',
    native: expect.objectContaining({ clientId: ID, secret: SECRET }),
    tag: bench.service.fingerprints.ofState(mapping(), restored.native),
    standing: { leases },
    lost: planned.lost,
    warnings: [],
    steps: [expect.objectContaining({ request: expect.objectContaining({ method: 'POST' }) })],
  })
  expect((await bench.service.store.entries(log)).at(-2)).toMatchObject({
    ...{ action: 'restore', operationId, changes: [], becomes: { leases } },
  })
  // The same request again is answered with the client as it is by then.
  emulator.put({ ...native, name: 'Theirs' } as never)
  const again = await restore({ key })
  expect(again).toEqual({
    outcome: 'applied',
    native: expect.objectContaining({ clientId: ID, name: 'Theirs' }),
    tag: bench.service.fingerprints.ofState(mapping(), again.native),
    standing: { leases },
    warnings: [],
    steps: [],
    operationId,
    replayed: true,
  })
})

it('says in a dry run what does not come back, and sends nothing', async () => {
  await remove()
  const sent = emulator.calls.filter(({ operation }) => !operation.startsWith('GET')).length
  const { outcome, lost } = await restore({ dryRun: true })
  expect(outcome).toBe('planned')
  expect(lost?.join()).toMatch(/roles of the service account.*authorization resources/)
  expect(emulator.calls.filter(({ operation }) => !operation.startsWith('GET'))).toHaveLength(sent)
  expect(emulator.client(ID)).toBeUndefined()
  expect((await restore()).lost).toEqual(lost)
})

it('names scopes that the realm no longer has, and restores the rest', async () => {
  emulator.put({ ...fullKeycloakClient, optionalClientScopes: ['phone', 'of-yesterday'] })
  await remove()
  const { lost, warnings } = await restore()
  expect(lost?.join()).toContain('the scopes of-yesterday, which the realm no longer has')
  expect(warnings).toEqual([])
  expect(emulator.client(ID)?.optionalClientScopes).toEqual(['phone'])
})

it('never sends the mask of a secret that it could not read', async () => {
  emulator.put({ ...fullKeycloakClient, secret: '**********' })
  await remove()
  const { lost } = await restore()
  expect(lost?.join()).toContain('the secret, which this server could not read')
  expect(emulator.client(ID)?.secret).not.toMatch(/^\*/)
})

it('restores once, however many ask at the same time', async () => {
  await remove()
  const answers = await Promise.all(
    [1, 2, 3].map(() =>
      restore().then(
        ({ outcome }) => outcome,
        ({ code }: { code: string }) => code,
      ),
    ),
  )
  expect(answers.toSorted()).toEqual(['applied', 'rule_violated', 'rule_violated'])
  expect(creations()).toBe(1)
})

it('refuses a client that is there, one that was never known, and one that someone else removed', async () => {
  await expect(restore()).rejects.toMatchObject({
    code: 'rule_violated',
    message:
      'The client is there: only one that was removed can be restored. To go back to earlier settings, roll it back.',
  })
  const never = { ...REF, id: 'never' }
  await expect(
    restoreClient(bench.service, requestFor(bench.service, never, {})),
  ).rejects.toMatchObject({ code: 'not_found', message: 'There is no such client.' })
  expect(creations()).toBe(0)
})

it('holds what held for the client: a lease goes on, and ends in its time', async () => {
  const lease = { kind: 'lease', field: 'callbacks', value: LEASED, owner: 'pr-7', seconds: 60 }
  await bench.change(REF, {}, { patch: lease as never })
  await remove()
  const { standing } = await restore()
  expect(standing?.leases).toHaveLength(1)
  expect(emulator.client(ID)?.redirectUris).toContain(LEASED)
  await carryOutDue({ ...bench.service, now: () => Date.now() + 3_600_000 }, new Map())
  expect(emulator.client(ID)?.redirectUris).not.toContain(LEASED)
  expect((await bench.service.store.last(resourceOf(REF)))?.standing).toBeUndefined()
})

describe('a restoration whose answer is lost', () => {
  it.each(['reset_after_apply', 'cut_answer', 'stall_after_apply'] as const)(
    'is found after %s',
    async (kind) => {
      await remove()
      emulator.inject({ kind, operation: 'POST /clients' })
      expect((await restore()).outcome).toBe('applied')
      expect(creations()).toBe(1)
    },
  )

  it('is not taken for another client that has taken the client id since', async () => {
    await remove()
    emulator.inject({ kind: 'stall_before_apply', operation: 'POST /clients' })
    const answer = restore().catch((error: unknown) => error)
    const isOver = answer.then(() => true)
    // Someone else makes a client of the same name while the call hangs.
    const next = () => new Promise<false>((resume) => setImmediate(() => resume(false)))
    while (creations() === 0) if (await Promise.race([isOver, next()])) break
    emulator.put({ clientId: ID, name: 'Another' })
    // It looks again before it is sent again.
    expect(await answer).toMatchObject({ code: 'rule_violated' })
    expect(emulator.client(ID)?.name).toBe('Another')
    const { items } = await readHistory(bench.service, REF, { limit: 1 })
    expect(items).toMatchObject([{ action: 'restore', outcome: 'not_applied' }])
  })
})

it('is nothing that a provider without it does, and says what to do instead', async () => {
  const subject = await subjectNamed('local').start()
  const other = await openBench(new Map([['it', subject.provider]]))
  try {
    const attempt = restoreClient(other.service, requestFor(other.service, subject.ref, {}))
    await expect(attempt).rejects.toMatchObject({
      code: 'unsupported_operation',
      message: expect.stringContaining('clientry copy'),
    })
  } finally {
    await other.close()
    await subject.close()
  }
})

it('takes the permission for the credentials that come back, and is answered once for its key', async () => {
  await remove()
  const needs: string[] = []
  await restore({
    dryRun: true,
    authorize: (all: readonly { permission: string; field: string }[]) =>
      needs.push(...all.map(({ permission, field }) => `${permission} ${field}`)),
  })
  expect(needs).toContain('secrets:rotate client.secret')
  const key = { log: 'key/one', fingerprint: 'one' }
  const first = await restore({ key })
  const again = await restore({ key })
  expect(again).toMatchObject({ replayed: true, operationId: first.operationId })
  expect(creations()).toBe(1)
})

it('is asked again after one that came to nothing, as often as that may be', async () => {
  await remove()
  for (let tries = 0; tries < 12; tries += 1) {
    emulator.inject({ kind: 'error_before_apply', operation: 'POST /clients' })
    await restore({ deadline: Date.now() + 600 }).catch(() => {})
    emulator.clearFaults()
  }
  expect(emulator.client(ID)).toBeUndefined()
  expect((await restore()).outcome).toBe('applied')
})

describe('the outcome of a restoration', () => {
  const call = { operationId: 'o', deadline: 10_000, timeoutMs: 1_000 }
  const planned = { name: 'planned' }
  const theirs = { name: 'theirs' }

  /** Found where the provider gives these records, one after the other; `undefined`: no client. */
  async function found(
    records: readonly (Native | undefined)[],
    { mayLand = true, restorable = true } = {},
  ) {
    const [pauses, left]: [number[], (Native | undefined)[]] = [[], [...records]]
    const isIt = (next: Native, native: Native) => next === planned && native.name === 'planned'
    const read = async () => {
      const native = left.shift()
      if (native === undefined) throw new ClientError('not_found', 'There is none.')
      return native
    }
    const service = {
      upstreamTimeoutMs: 2_000,
      now: () => 0,
      sleep: async (milliseconds: number) => void pauses.push(milliseconds),
    } as unknown as Service
    const provider = { read, ...(restorable ? { restoration: { isIt } } : {}) }
    const running = { provider, ref: REF, next: planned } as unknown as Running
    const { outcome, native } = await findRestored(service, running, call, mayLand)
    return { outcome, native, pauses, looks: records.length - left.length }
  }

  it('is that the client is there, at once or when the request lands', async () => {
    const applied = { outcome: 'applied', native: planned }
    expect(await found([planned, theirs])).toEqual({ ...applied, pauses: [], looks: 1 })
    expect(await found([undefined, planned])).toEqual({ ...applied, pauses: [2_000], looks: 2 })
  })

  it('is that it is not there, after the time that a request takes if one may still land', async () => {
    const missing = { outcome: 'not_applied', native: undefined }
    expect(await found([undefined, undefined])).toEqual({ ...missing, pauses: [2_000], looks: 2 })
    const none = await found([undefined, planned], { mayLand: false })
    expect(none).toEqual({ ...missing, pauses: [], looks: 1 })
  })

  it('is that another client is there, or one of which no one can say', async () => {
    const other = { outcome: 'not_applied', pauses: [], looks: 1 }
    expect(await found([theirs, planned])).toEqual({ ...other, native: theirs })
    const unknown = await found([planned], { restorable: false })
    expect(unknown).toEqual({ ...other, native: planned })
  })
})
