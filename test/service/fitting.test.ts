/** What has changed too much to be kept whole is recorded all the same, and blocks no client. */

import { createHash } from 'node:crypto'
import { beforeEach, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { appendFitting } from '../../src/service/base/entry-append.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'

const LOCAL = subjectNamed('local')
/** No entry is longer (characters). */
const LONGEST = 600_000

/** A setting of some 100 KB: an intent with it is short enough, and the difference between two of them is not. */
const notes = (host: string) =>
  Array.from({ length: 1_100 }, (_, index) => {
    const digest = createHash('sha512').update(`${host} ${index}`).digest('base64url')
    return { url: `https://${host}.example/${digest}`.slice(0, 85) }
  })

let subject: Subject
let bench: Bench
let service: Service

const it = onSubject(LOCAL, (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  const { store } = bench.service
  const append: Service['store']['append'] = async (entry) => {
    if (JSON.stringify(entry).length <= LONGEST) return store.append(entry)
    throw new ClientError(
      'too_large',
      'The record of this change is larger than the history can hold.',
    )
  }
  service = { ...bench.service, store: { ...store, append } }
  await put('one')
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
