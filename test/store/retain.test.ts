/**
 * Sealed records that are old enough are dropped with their key: what they leave verifies as before, and what is needed
 * however old it gets stays.
 */

import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import { removedRecord } from '../../src/service/access/removed-record.ts'
import { withinDeadline } from '../../src/service/base/deadline.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { addCheckpoint } from '../../src/service/upkeep/checkpoint.ts'
import { parseRing } from '../../src/store/keys/keyring.ts'
import { newKeys, type OpenedKeys, openKeys } from '../../src/store/keys/keys.ts'
import { DATA_KEY_DELAY_MS, rekey } from '../../src/store/keys/rekey.ts'
import { type RetainRequest, retain } from '../../src/store/keys/retain.ts'
import { createKeyWrapper } from '../../src/store/keys/wrapping.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { dataKeyOf } from '../../src/store/seal.ts'
import { type Bench, callInTime, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'

const DAY_MS = 86_400_000
const KEEP_MS = 100 * DAY_MS
const wrappers = [createKeyWrapper(randomBytes(32), 'key')] as const

let subject: Subject
let bench: Bench
let keys: OpenedKeys
let service: Service
/** Of the keys alone; the provider has its own time. */
let now: number

beforeEach(async () => {
  now = 1_000_000
  subject = await subjectNamed('local').start()
  bench = await openBench(new Map([['it', subject.provider]]))
  keys = await openKeys({ ...ring(), firstKeys: async () => newKeys() })
  const { seal, historySeal, digestKey } = keys
  service = { ...bench.service, seal, historySeal, fingerprints: createFingerprints(digestKey) }
})
afterEach(async () => {
  await bench.close()
  await subject.close()
})

const ring = () => ({ cell: bench.service.store.keyring, wrappers, now: () => now })

/** What a sweep does, and what every instance has done minutes later. */
async function pass(milliseconds: number, more: Partial<RetainRequest> = {}) {
  now += milliseconds
  const retained = await retain({ ...ring(), keepMs: KEEP_MS, ...more })
  now += DATA_KEY_DELAY_MS
  await keys.refresh()
  return retained
}

const change = (client: object) =>
  changeClient(
    withinDeadline(service, Date.now() + 10_000),
    requestFor(service, subject.ref, client),
  )
const intents = async () =>
  (await service.store.entries(resourceOf(subject.ref))).filter(
    (entry): entry is Intent => entry.kind === 'intent',
  )
const dataKeys = async () => (await intents()).map(({ sealed }) => dataKeyOf(sealed))

it('drops the key of records that are old enough, and no other', async () => {
  // A new store has its first one.
  expect(await pass(0)).toEqual({ dropped: [] })
  await change({ name: 'Old' })
  expect(await pass(10 * DAY_MS)).toEqual({ made: 3, dropped: [] })
  await change({ name: 'New' })
  expect(await dataKeys()).toEqual([2, 3])
  // The first key has sealed until 10 days and some minutes; it is over 100 days later.
  expect((await pass(100 * DAY_MS - 2 * DATA_KEY_DELAY_MS)).dropped).toEqual([])
  expect((await pass(2 * DATA_KEY_DELAY_MS)).dropped).toEqual([2])
  const [old, recent] = await intents()
  expect(service.seal.isDropped?.(old?.sealed ?? '')).toBe(true)
  expect(service.seal.isDropped?.(recent?.sealed ?? '')).toBe(false)
  const text = (await service.store.keyring.read()) ?? ''
  expect(parseRing(text).keys.find(({ number }) => number === 2)).not.toHaveProperty('wrapped')
})

it('leaves a chain that verifies, and a history that shows who, when and what is public', async () => {
  await pass(0)
  await change({ name: 'Old', clientMetadata: { team: 'identity' } })
  await addCheckpoint(service)
  await pass(10 * DAY_MS)
  await pass(200 * DAY_MS)
  const { fingerprints, store } = service
  expect((await verifyLog(store, { fingerprints })).faults).toEqual([])
  const { items } = await readHistory(service, subject.ref, { limit: 1 })
  const changes = new Map(items[0]?.changes.map((one) => [one.field, one.after]))
  expect(changes.get('name')).toBe('Old')
  expect(changes.get('clientMetadata.team') ?? '(older than sealed records are kept)').toBe(
    '(older than sealed records are kept)',
  )
})

it('says to a rollback that the record is too old, and restores what it still can', async () => {
  await pass(0)
  await change({ name: 'Old' })
  await pass(10 * DAY_MS)
  await change({ description: 'Recent' })
  await pass(110 * DAY_MS)
  await pass(10 * DAY_MS)
  const rollback = (to: number, allowPartial = false) =>
    changeClient(withinDeadline(service, Date.now() + 10_000), {
      ...requestFor(service, subject.ref, {}),
      patch: { kind: 'rollback', to, allowPartial },
    } as never)
  await expect(rollback(0)).rejects.toMatchObject({
    code: 'not_restorable',
    message: expect.stringContaining(
      'client.name cannot be restored: the record of the change is older than sealed records are kept',
    ),
  })
})

it('keeps a key as long as a change that it has sealed is open', async () => {
  await pass(0)
  await pass(10 * DAY_MS)
  const openSince = now - 9 * DAY_MS - 10 * DAY_MS
  expect((await pass(300 * DAY_MS, { openSince })).dropped).toEqual([])
  expect((await pass(DAY_MS)).dropped).toEqual([2])
})

it('never drops a key of other things, nor one that still seals', async () => {
  const registration = keys.seal.close({ token: 'a' }, 'registration')
  await pass(0)
  await pass(1_000 * DAY_MS)
  await pass(1_000 * DAY_MS)
  expect(keys.seal.open(registration, 'registration')).toEqual({ token: 'a' })
  expect(keys.historySeal.open(keys.historySeal.close({ a: 1 }, 'b'), 'b')).toEqual({ a: 1 })
})

it('is done once, however many instances do it at once, and after a rekey too', async () => {
  await pass(0)
  await pass(10 * DAY_MS)
  const next = createKeyWrapper(randomBytes(32), 'key')
  await rekey({ ...ring(), wrappers: [next, ...wrappers] })
  now += 200 * DAY_MS
  const request = { ...ring(), wrappers: [next] as const, keepMs: KEEP_MS }
  const all = await Promise.all([0, 1, 2].map(() => retain(request)))
  expect(all.flatMap(({ dropped }) => dropped).sort()).toEqual([2, 3])
  expect(all.filter(({ made }) => made !== undefined)).toHaveLength(1)
  expect(keys.seal.isDropped?.('')).toBe(false)
})

it('does not let a record depend on one that is dropped before it', async () => {
  const long = (letter: string) => ({
    clientMetadata: Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`${letter}${index}`, 'x'.repeat(150)]),
    ),
  })
  await pass(0)
  await change(long('a')).catch(() => change({ description: 'x'.repeat(120) }))
  await pass(10 * DAY_MS)
  await change({ name: 'After' })
  await pass(110 * DAY_MS)
  const [, recent] = await intents()
  if (recent === undefined) throw new TypeError('no second change')
  expect(recent.sealedDelta?.from).toBeUndefined()
})

it('says so to a copy of a client that was removed long ago', async () => {
  const { patch: _, ...request } = requestFor(service, subject.ref, {})
  await removeClient(withinDeadline(service, Date.now() + 10_000), request as never)
  expect(await removedRecord(service, subject.ref)).toHaveProperty('native')
  await pass(10 * DAY_MS)
  await pass(110 * DAY_MS)
  await expect(removedRecord(service, subject.ref)).rejects.toMatchObject({
    code: 'not_restorable',
    message: 'The client was removed, and its last record is older than sealed records are kept.',
  })
})

// Auth0 has no setting for it: what a suspension takes is in its record alone.
it('gives back what a suspension took, however long ago', async () => {
  const auth0 = await subjectNamed('auth0').start()
  const providers = new Map([[auth0.ref.provider, auth0.provider]])
  const suspend = (suspended: boolean) => {
    const at = { ...withinDeadline(service, Date.now() + 10_000), providers }
    const patch = { kind: 'suspension' as const, suspended, allowPartial: false }
    return changeClient(at, { ...requestFor(at, auth0.ref, {}), patch })
  }
  const grants = async () =>
    (await auth0.provider.read(auth0.ref, callInTime())).grant_types as readonly string[]
  const before = await grants()
  await suspend(true)
  expect(await grants()).not.toEqual(before)
  await pass(10 * DAY_MS)
  expect((await pass(500 * DAY_MS)).dropped).toEqual([2])
  await suspend(false)
  expect((await grants()).toSorted()).toEqual(before.toSorted())
  await auth0.close()
})
