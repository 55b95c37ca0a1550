/** The mirror on DynamoDB alone: snapshots, what comes in between, what is lost on the way, and what is larger than an item. */

import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import { createQueries } from '../../src/store/dynamodb/dynamodb-query.ts'
import type { Mirror } from '../../src/store/mirror.ts'
import { type Dynamodb, startDynamodb } from '../contract/dynamodb.ts'

const PLACE = { provider: 'it' }
const clientOf = (index: number) => ({ ...PLACE, id: `id${index}` })

let dynamodb: Dynamodb
beforeEach(async () => {
  dynamodb = await startDynamodb()
})
afterEach(() => dynamodb.close())

const opened = (now = Date.now): Mirror => {
  const { mirror } = createDynamodbStore({ ...dynamodb.settings, now })
  if (mirror === undefined) throw new TypeError('no mirror')
  return mirror
}
const put = (mirror: Mirror, index: number, at = 1, more: object = {}) =>
  mirror.put(
    {
      client: clientOf(index),
      tag: `t${at}`,
      record: `r${at}`,
      at,
      text: `x ${index}`,
      terms: [],
      ...more,
    },
    true,
  )
async function idsIn(mirror: Mirror): Promise<readonly string[]> {
  await mirror.behind(1)
  const { matches } = await mirror.search({ places: [PLACE], terms: [], limit: 10_000 })
  return matches.map(({ client: { id } }) => id)
}
async function items(prefix: string): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { pk, sk } of createQueries(dynamodb.settings).scan(prefix))
    found.push(`${pk?.S} ${sk?.S}`)
  return found
}
const snapshot = (mirror: Mirror, owner = 'one') =>
  mirror.claim({ place: { provider: 'other' }, owner }, 0, 1)
const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index)
/** One item each, since each is waited for; some sixty of them make a snapshot due. */
async function putAll(mirror: Mirror, from: number, to: number): Promise<void> {
  for (const index of range(from, to))
    await put(mirror, index, 1, { text: randomBytes(20_000).toString('hex') })
}
/** Blobs that are there, each by its partition. */
const blobs = async () =>
  new Set((await items('mirror:')).map((one) => one.split(' ')[0]).filter(isBlob))
const isBlob = (one = '') => /^mirror:[0-9a-f]{8}-/.test(one)

it('makes a snapshot, from which others go on, and removes the steps that are in the one before', async () => {
  const [writer, reader] = [opened(), opened()]
  await writer.behind(1)
  await putAll(writer, 0, 10)
  expect(await idsIn(reader)).toHaveLength(10)
  await putAll(writer, 10, 60)
  await snapshot(writer)
  await putAll(writer, 60, 120)
  await snapshot(writer)
  const steps = (await items('mirror')).filter((one) => one.startsWith('mirror 1:'))
  expect(steps.length).toBeLessThan(70)
  const all = range(0, 120).map((index) => `id${index}`)
  // This one knows the first ten, and what comes next is in no step any more.
  expect(await idsIn(reader)).toEqual(all)
  dynamodb.front.clearCalls()
  expect(await idsIn(opened())).toEqual(all)
  // The newest snapshot, and what it has replaced.
  expect((await blobs()).size).toBeLessThanOrEqual(4)
})

it('has one snapshot where several processes make one at once, and nothing of the others is left', async () => {
  const writers = [opened(), opened(), opened()]
  for (const one of writers) await one.behind(1)
  await putAll(opened(), 0, 60)
  await Promise.all(writers.map((one, index) => snapshot(one, `owner ${index}`)))
  expect(await idsIn(opened())).toHaveLength(60)
  expect((await blobs()).size).toBe(2)
})

it.each([0, 1, 2, 3, 5])(
  'can be read whatever a process leaves that dies at call %i of a snapshot',
  async (skip) => {
    const writer = opened()
    await writer.behind(1)
    await putAll(writer, 0, 60)
    // The query for what is new, and for the manifest, come first.
    dynamodb.front.inject({ kind: 'reset_before_apply', operation: 'PutItem', skip, times: 1_000 })
    await snapshot(writer).catch(() => undefined)
    dynamodb.front.clearFaults()
    expect(await idsIn(opened())).toHaveLength(60)
    await snapshot(writer)
    await putAll(writer, 60, 70)
    expect(await idsIn(opened())).toHaveLength(70)
  },
)

it('removes what a process has left that died while it made a snapshot, an hour later', async () => {
  const writer = opened()
  await writer.behind(1)
  await putAll(writer, 0, 60)
  // The marker, a segment, and no manifest.
  dynamodb.front.inject({ kind: 'reset_before_apply', operation: 'PutItem', skip: 2, times: 1_000 })
  await expect(snapshot(writer)).rejects.toMatchObject({ code: 'store_unavailable' })
  dynamodb.front.clearFaults()
  const orphans = await blobs()
  expect(orphans.size).toBe(1)
  await snapshot(opened(), 'two')
  expect(await blobs()).toEqual(expect.objectContaining(orphans))
  const later = opened(() => Date.now() + 3_600_000)
  await later.behind(1)
  await snapshot(later, 'three')
  for (const one of orphans) expect(await blobs()).not.toContain(one)
  expect((await items('mirror')).filter((one) => one.startsWith('mirror 3:'))).toEqual([])
  expect(await idsIn(opened())).toHaveLength(60)
})

it('names no snapshot that took so long that its segments may be gone', async () => {
  const { front } = dynamodb
  const isOnItsWay = () => front.calls.some(({ body }) => JSON.stringify(body).includes('"mirror:'))
  const writer = opened(() => Date.now() + (isOnItsWay() ? 3_600_000 : 0))
  await writer.behind(1)
  await putAll(writer, 0, 60)
  front.clearCalls()
  await expect(snapshot(writer)).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(await idsIn(opened())).toHaveLength(60)
})

it('takes a step once whose answer was lost', async () => {
  const [writer, reader] = [opened(), opened()]
  for (const one of [writer, reader]) await one.behind(1)
  dynamodb.front.inject({ kind: 'reset_after_apply', operation: 'PutItem', skip: 1 })
  await put(writer, 1)
  await put(writer, 2)
  expect(await idsIn(writer)).toEqual(['id1', 'id2'])
  expect(await idsIn(reader)).toEqual(['id1', 'id2'])
  expect((await items('mirror')).filter((one) => one.startsWith('mirror 1:'))).toHaveLength(2)
})

it('knows what came of a step that no one could answer, once it reads again', async () => {
  const writer = opened()
  await writer.behind(1)
  dynamodb.front.inject({ kind: 'reset_after_apply', operation: 'PutItem', skip: 1, times: 3 })
  await expect(put(writer, 1)).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(await idsIn(writer)).toEqual(['id1'])
  await put(writer, 2)
  expect(await idsIn(opened())).toEqual(['id1', 'id2'])
})

it('puts what is written at the same time into one item', async () => {
  const writer = opened()
  await Promise.all(range(0, 40).map((index) => put(writer, index)))
  expect((await items('mirror')).filter((one) => one.startsWith('mirror 1:')).length).toBeLessThan(
    150,
  )
  expect((await idsIn(opened())).length).toBe(40)
})

it('needs three calls to keep the result of a change, in a process that has read nothing', async () => {
  await put(opened(), 1)
  dynamodb.front.clearCalls()
  await put(opened(), 1, 2)
  const operations = dynamodb.front.calls.map(({ operation }) => operation)
  expect(operations).toEqual(['PutItem', 'Query', 'PutItem'])
})

it('holds texts and records that are larger than an item', async () => {
  const text = randomBytes(600_000).toString('hex')
  const record = randomBytes(400_000).toString('hex')
  await put(opened(), 1, 1, { text, record })
  const mirror = opened()
  await mirror.behind(1)
  const search = { places: [PLACE], terms: [], limit: 5 }
  const { matches } = await mirror.search({ ...search, text: text.slice(-9) })
  expect(matches).toMatchObject([{ client: clientOf(1), record }])
})

it('does not hand out a record that it has at hand once there is a newer one', async () => {
  const [one, other] = [opened(), opened()]
  await put(one, 1, 1)
  expect(await one.find(clientOf(1))).toMatchObject({ record: 'r1' })
  await put(other, 1, 2)
  await one.behind(1)
  expect(await one.find(clientOf(1))).toMatchObject({ record: 'r2', tag: 't2', at: 2 })
})
