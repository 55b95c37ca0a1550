/** An intent whose sealed records cannot be opened any more does not block its client for good. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { changeClient } from '../../src/service/change/change.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, callInTime, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { endingAtFirstPause, later } from './dying.ts'

const COGNITO = subjectNamed('cognito')

let subject: Subject
let before: Bench
let after: Bench

/** A change that was left open under one key, and an instance with another. */
beforeEach(async () => {
  subject = await COGNITO.start()
  const providers = new Map([['it', subject.provider]])
  before = await openBench(providers, { key: Buffer.alloc(32, 1) })
  subject.emulator?.inject({ kind: 'reset_after_apply', operation: 'UpdateUserPoolClient' })
  subject.emulator?.inject({
    kind: 'reset_before_apply',
    operation: 'DescribeUserPoolClient',
    skip: 1,
    times: 9,
  })
  const { service, options } = endingAtFirstPause(before.service)
  const request = { ...requestFor(service, subject.ref, { name: 'Lost' }), ...options }
  await expect(changeClient(service, request)).rejects.toMatchObject({ code: 'outcome_unknown' })
  subject.emulator?.clearFaults()
  after = await openBench(providers, { key: Buffer.alloc(32, 2), path: before.path })
})
afterEach(async () => {
  await after.close()
  await before.close()
  await subject.close()
})

const settledAs = { kind: 'outcome', outcome: 'conflict', settledBy: 'settlement' }
const second = async () => (await after.service.store.entries(resourceOf(subject.ref)))[1]

it('is closed as a conflict, and the next change goes on', async () => {
  const past = later(after.service)
  const request = requestFor(past, subject.ref, { name: 'Next' })
  const result = await changeClient(past, { ...request, deadline: past.now() + 10_000 })
  expect(result.outcome).toBe('applied')
  expect(await second()).toMatchObject(settledAs)
  expect(await after.service.store.openIntents()).toEqual([])
})

it('is closed as a conflict where the client is gone as well', async () => {
  const { provider, ref } = subject
  const call = callInTime('removal')
  await provider.removal?.(ref, await provider.read(ref, call)).send(call)
  expect(await sweep(later(after.service))).toEqual({ settled: 1, left: 0 })
  expect(await second()).toMatchObject(settledAs)
})
