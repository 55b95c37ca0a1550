/** What an intent keeps of its request, and where its sealed records can be opened. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { intentAfter } from '../../src/service/intent.ts'
import { openState } from '../../src/service/kept.ts'
import { openSealed, sealedPlace } from '../../src/service/sealed.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { SUBJECTS, type Subject } from '../contract/subjects.ts'
import { closingOf } from '../fixtures/entries.ts'

let subject: Subject
let bench: Bench

beforeEach(async () => {
  const kind = SUBJECTS.find(({ name }) => name === 'local')
  if (kind === undefined) throw new TypeError('no such subject')
  subject = await kind.start()
  bench = await openBench(new Map([['it', subject.provider]]))
})
afterEach(async () => {
  await bench.close()
  await subject.close()
})

const log = () => resourceOf(subject.ref)
const aim = () => {
  const base = subject.stored()
  const next = { ...base, client_name: 'New' }
  return { operationId: 'operation', base, baseTag: 'tag', next, changes: [] }
}
const request = () => requestFor(bench.service, subject.ref, { name: 'New' })

it('keeps what the request tells, and nothing that it lacks', () => {
  const { actor, requestId, deadline } = request()
  const told = { ...request(), requestId, deadline }
  const service = { ...bench.service, now: () => 77 }
  const before = closingOf(log(), 2)
  const intent = intentAfter(service, told, before, aim())
  const { hash, sealed, state, ...rest } = intent
  expect([hash, sealed]).toEqual([expect.any(String), expect.any(String)])
  expect(openState(service, log(), state)).toStrictEqual(
    service.fingerprints.masked(subject.provider.mapping, aim().base),
  )
  expect(rest).toStrictEqual({
    kind: 'intent',
    resource: log(),
    seq: 3,
    previous: before.hash,
    at: 77,
    operationId: 'operation',
    requestId,
    actor,
    deadline,
    baseTag: 'tag',
    changes: [],
  })
  const { base, next } = aim()
  expect(openSealed(service, intent)).toEqual({ base, next })
})

it('keeps its key, the revision of a rollback, and what else it is than a change', () => {
  const key = { log: 'the log of a key', fingerprint: 'f' }
  const patch = { kind: 'rollback' as const, to: 7, allowPartial: false }
  const removal = { ...aim(), next: null, action: 'remove' as const }
  const intent = intentAfter(bench.service, { ...request(), key, patch }, undefined, removal)
  expect(intent).toMatchObject({ seq: 1, previous: '', key: key.log, rollbackTo: 7 })
  expect(intent.action).toBe('remove')
  expect(openSealed(bench.service, intent)).toEqual({ base: aim().base, next: null })
  const { patch: _, ...without } = request()
  expect(intentAfter(bench.service, without, undefined, aim())).not.toHaveProperty('rollbackTo')
})

it('is opened in its own place only', () => {
  const intent = intentAfter(bench.service, request(), undefined, aim())
  expect(openSealed(bench.service, intent)).toBeDefined()
  for (const moved of [{ resource: 'another' }, { seq: 2 }, { operationId: 'another' }]) {
    expect(openSealed(bench.service, { ...intent, ...moved })).toBeUndefined()
  }
  const places = [sealedPlace('a', 1, 'b'), sealedPlace('a,1', 1, 'b'), sealedPlace('a', 11, 'b')]
  expect(new Set(places).size).toBe(3)
})
