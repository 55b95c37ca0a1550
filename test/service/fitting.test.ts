/** What has changed too much to be kept whole is recorded all the same, and blocks no client. */

import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { appendFitting } from '../../src/service/base/entry-append.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Dynamodb, startDynamodb } from '../contract/dynamodb.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'

const LOCAL = subjectNamed('local')
/**
 * A setting of some 100 KB that is stored sealed, and so nothing makes shorter: an intent with it fits into an
 * item, and the difference between two of them does not.
 */
const notes = (host: string) =>
  Array.from({ length: 1_100 }, (_, index) => {
    const digest = createHash('sha512').update(`${host} ${index}`).digest('base64url')
    return { url: `https://${host}.example/${digest}`.slice(0, 85) }
  })

let subject: Subject
let bench: Bench
let dynamodb: Dynamodb
let service: Service

const it = onSubject(LOCAL, (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  dynamodb = await startDynamodb()
  service = { ...bench.service, store: createDynamodbStore(dynamodb.settings) }
  await put('one')
})
afterEach(async () => {
  await dynamodb.close()
})

const put = (host: string) => subject.put({ ...LOCAL.full, client_name: host, notes: notes(host) })
const change = (name: string, at = service) =>
  changeClient(at, requestFor(at, subject.ref, { name }))
const entries = () => service.store.entries(resourceOf(subject.ref))
const byName = {
  field: 'name',
  before: '(too large to be kept)',
  after: expect.anything(),
}

it('is an outside change with the names of its fields', async () => {
  await change('First')
  await put('two')
  expect((await change('Second')).outcome).toBe('applied')
  expect((await entries())[2]).toMatchObject({
    kind: 'outside_change',
    changes: expect.arrayContaining([byName]),
  })
})

it('closes its intent with the names of its fields', async () => {
  const dying = {
    ...service,
    reached: async (point: CrashPoint) => {
      if (point === 'intent recorded') throw new TypeError('died')
    },
  }
  await expect(change('First', dying)).rejects.toThrow('died')
  await put('two')
  const later = { ...service, now: () => Date.now() + 60_000, sleep: async () => {} }
  expect(await sweep(later)).toEqual({ settled: 1, left: 0 })
  expect((await entries())[1]).toMatchObject({
    kind: 'outcome',
    surprises: expect.arrayContaining([byName]),
  })
})

it('is left out without a second try where the store fails for another reason', async () => {
  let tries = 0
  const append: Service['store']['append'] = async () => {
    tries += 1
    throw new ClientError('store_unavailable', 'The disk is gone.')
  }
  const failing = { ...service.store, append }
  const entry = () => outsideChangeOf(resourceOf(subject.ref), 1)
  await expect(appendFitting(failing, [], entry)).rejects.toMatchObject({
    code: 'store_unavailable',
  })
  expect(tries).toBe(1)
})
