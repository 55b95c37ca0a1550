/** Reading one client: what the provider holds, its tag, and what is worth saying about it. */

import { describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { type ReadRequest, readClient, readWarnings } from '../../src/service/reading/read.ts'
import type { Bench } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

let subject: Subject
let bench: Bench

const it = onSubject('cognito', (opened) => {
  ;({ subject, bench } = opened)
})

const request = (more: Partial<ReadRequest> = {}): ReadRequest => ({
  ref: subject.ref,
  provider: subject.provider,
  requestId: 'request-1',
  deadline: Date.now() + 5_000,
  ...more,
})
const read = (more?: Partial<ReadRequest>) => readClient(bench.service, request(more))
const put = (members: JsonObject) => subject.put({ ...subject.stored(), ...members })

it('gives the record as it is held, with the tag of its state and no warning', async () => {
  const { native, tag, warnings } = await read()
  expect(native).toEqual(subject.stored())
  expect(tag).toBe(bench.service.fingerprints.ofState(subject.provider.mapping, native))
  expect(warnings).toEqual([])
})

it('warns of URIs that break a rule, and passes on what the provider warns of', async () => {
  await put({ CallbackURLs: ['https://a.example/x/../cb'], AllowedOAuthFlowsUserPoolClient: false })
  const { warnings } = await read()
  expect(warnings.map(({ code, field }) => [code, field])).toEqual([
    ['dot_segment', 'client.callbacks'],
    ['oauth_off', 'client.grantTypes'],
  ])
})

it('has no warning where the provider has none', async () => {
  const { warnings: _, ...mapping } = subject.provider.mapping
  await put({ AllowedOAuthFlowsUserPoolClient: false })
  expect((await read({ provider: { ...subject.provider, mapping } })).warnings).toEqual([])
})

it('does not warn of what is allowed', async () => {
  await put({ CallbackURLs: ['http://localhost/cb'] })
  expect((await read()).warnings).toEqual([])
})

it('asks again when the provider throttles, and not when there is no such client', async () => {
  const { read: operation } = subject.operations
  const asked = () => subject.emulator?.calls.filter((call) => call.operation === operation).length
  subject.emulator?.inject({ kind: 'throttle', operation, times: 2 })
  expect((await read()).native.ClientId).toBe('exampleClientId')
  expect(asked()).toBe(3)
  const nobody = read({ ref: { ...subject.ref, id: 'nobody' } })
  await expect(nobody).rejects.toMatchObject({ code: 'not_found' })
  expect(asked()).toBe(4)
})

it('makes its calls in the name of the request', async () => {
  const calls: Call[] = []
  const provider = {
    ...subject.provider,
    read: (...asked: Parameters<typeof subject.provider.read>) => {
      calls.push(asked[1])
      return subject.provider.read(...asked)
    },
  }
  const told: string[] = []
  const onUpstream: Call['onUpstream'] = ({ operation }) => void told.push(operation)
  const { deadline } = request()
  await read({ provider, caller: 'caller-1', onUpstream, deadline })
  expect(calls).toEqual([
    {
      operationId: 'request-1',
      requestId: 'request-1',
      caller: 'caller-1',
      deadline,
      timeoutMs: bench.service.upstreamTimeoutMs,
      onUpstream,
      untilSeen: expect.any(Function),
    },
  ])
  expect(told).toEqual([subject.operations.read])
})

it('is read although the history cannot be, with a warning', async () => {
  const { service } = bench
  const last = () => Promise.reject(new TypeError('the store is gone'))
  const result = await readClient({ ...service, store: { ...service.store, last } }, request())
  expect(result.native).toEqual(subject.stored())
  expect(result.standing).toBeUndefined()
  expect(result.warnings).toMatchObject([
    { code: 'standing_unknown', message: expect.stringContaining('it is unknown whether') },
  ])
})

it('says nothing of settings that a suspension holds, and of them alone', async () => {
  const patch = { kind: 'suspension', suspended: true, allowPartial: false } as const
  await bench.change(subject.ref, {}, { patch })
  const { native, standing, warnings } = await read()
  expect(standing?.suspended).toBeDefined()
  expect(warnings).toEqual([])
  const { mapping } = subject.provider
  const warned = (known: typeof standing) =>
    readWarnings(bench.service, mapping, native, known).map(({ code }) => code)
  expect(warned(standing)).toEqual([])
  expect(warned(undefined)).not.toEqual([])
  expect(warned({})).toEqual(warned(undefined))
})

it('shows a lease that is over, at once', async () => {
  const { native } = await read()
  const lease = { field: 'callbacks', value: 'a', owner: 'one', expiresAt: 1_000 } as const
  const standing = { leases: [{ ...lease, actor: { subject: 'tester', issuer: 'it' } }] }
  const warned = (now: number) =>
    readWarnings({ now: () => now }, subject.provider.mapping, native, standing)
  expect(warned(999)).toEqual([])
  expect(warned(1_000)).toMatchObject([{ code: 'lease_over', field: 'client.callbacks' }])
})

it('says of a client that is off by other means what it says of any', async () => {
  const patch = { kind: 'suspension', suspended: true, allowPartial: false } as const
  await bench.change(subject.ref, {}, { patch })
  const off = subject.stored()
  await bench.change(subject.ref, {}, { patch: { ...patch, suspended: false } })
  await subject.put(off)
  expect((await read()).warnings.map(({ code }) => code)).toContain('oauth_off')
})

describe('at a provider that may answer from a copy that is behind', () => {
  /** It shows the record of before so often. */
  const behind = (before: JsonObject, times: number) => {
    let reads = 0
    const provider: Provider = {
      ...subject.provider,
      readLagMs: 60_000,
      read: async (...values) => {
        reads += 1
        return reads <= times ? before : subject.provider.read(...values)
      },
    }
    return { provider, reads: () => reads }
  }

  it('is not older than what is recorded', async () => {
    const before = subject.stored()
    await bench.change(subject.ref, { name: 'New' })
    const { provider, reads } = behind(before, 2)
    expect((await read({ provider })).native.ClientName).toBe('New')
    expect(reads()).toBe(3)
  })

  it('is what it shows where the history cannot be read', async () => {
    const before = subject.stored()
    await bench.change(subject.ref, { name: 'New' })
    const { provider, reads } = behind(before, 2)
    const last = () => Promise.reject(new TypeError('the store is gone'))
    const service = { ...bench.service, store: { ...bench.service.store, last } }
    expect((await readClient(service, request({ provider }))).native).toEqual(before)
    expect(reads()).toBe(1)
  })
})
