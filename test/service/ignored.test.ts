/**
 * G4, G9: a provider that answers that a change was done and leaves a field as it was: what is answered, recorded,
 * answered again and taken back, with every provider of the registry behind it.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Provider } from '../../src/providers/provider.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { callbacksOf, SUBJECTS, type Subject } from '../contract/subjects.ts'
import { ignoring, nativeOf } from '../fixtures/ignoring.ts'

const CALLER = { subject: 'tester', issuer: 'https://issuer.example' }
const KEY = Buffer.alloc(32, 9)
const NEW = 'https://new.example.com/cb'
const BOTH = { name: 'New', callbacks: { add: [NEW] } }

describe.each(SUBJECTS)('$name', (kind) => {
  let subject: Subject
  let bench: Bench
  let ignored: readonly string[]
  let sent: number

  beforeEach(async () => {
    subject = await kind.start()
    ignored = []
    sent = 0
    const { provider } = subject
    const over: Provider = ignoring(provider, {
      members: () => ignored,
      sent: () => {
        sent += 1
      },
    })
    bench = await openBench(new Map([['it', over]]), { key: KEY })
  })
  afterEach(async () => {
    await bench.close()
    await subject.close()
  })

  const member = (field: 'name' | 'callbacks') => nativeOf(subject.provider, field)
  const send = (body: object, name?: string) => {
    const key = name && keyOf(bench.service.fingerprints, CALLER, name, JSON.stringify(body))
    return bench.change(subject.ref, body, key ? { key } : {})
  }
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    )
  const entries = () => bench.service.store.entries(resourceOf(subject.ref))
  const newest = async () => (await readHistory(bench.service, subject.ref, { limit: 1 })).items[0]

  it('is answered 502 partly_applied with the fields that stayed, and recorded so', async () => {
    ignored = [member('name')]
    const error = await failure(send(BOTH))
    expect(error).toMatchObject({
      code: 'partly_applied',
      status: 502,
      field: 'client.name',
      details: { outcome: 'partly_applied', fields: ['client.name'] },
    })
    expect(callbacksOf(kind, subject.stored())).toContain(NEW)
    expect(await newest()).toMatchObject({
      outcome: 'partly_applied',
      missed: ['client.name'],
      surprises: [{ field: 'name', before: 'New' }],
      settledBy: 'request',
    })
  })

  it('is answered 502 not_applied where nothing took effect, and recorded as that', async () => {
    ignored = [member('name'), member('callbacks')]
    const before = subject.stored()
    const error = await failure(send(BOTH))
    const fields = ['client.name', 'client.callbacks']
    expect(error).toMatchObject({ code: 'not_applied', status: 502, details: { fields } })
    expect(subject.stored()).toEqual(before)
    const item = await newest()
    expect(item).toMatchObject({ outcome: 'not_applied', missed: fields, surprises: [] })
  })

  it.each([['name'], ['name', 'callbacks']] as const)(
    'is reported again to a repeated key, without another write (%s, %s)',
    async (...fields) => {
      ignored = fields.map((field) => member(field))
      const first = await failure(send(BOTH, 'one'))
      ignored = []
      const again = await failure(send(BOTH, 'one'))
      expect(again).toEqual(first)
      expect(again).toMatchObject({ details: { operationId: expect.any(String) } })
      expect(sent).toBe(1)
      expect(await entries()).toHaveLength(2)
    },
  )

  it('can be changed again, and the part that took effect can be taken back', async () => {
    const before = subject.stored()
    ignored = [member('name')]
    await failure(send(BOTH))
    const { operationId = '' } = (await newest()) ?? {}
    ignored = []
    const undo = { kind: 'undo', operationId, allowPartial: false } as const
    await changeClient(bench.service, {
      ...requestFor(bench.service, subject.ref, {}),
      patch: undo,
    })
    expect(callbacksOf(kind, subject.stored())).toEqual(callbacksOf(kind, before))
    expect(subject.stored()[member('name')]).toEqual(before[member('name')])
    expect(await send({ name: 'New' })).toMatchObject({ outcome: 'applied' })
  })

  it('is none where the field holds something else than before and than asked', async () => {
    ignored = [member('name')]
    const over = bench.service.providers.get('it') as Provider
    const renamed: Provider = {
      ...over,
      steps: (ref, base, next) =>
        subject.provider.steps(ref, base, { ...next, [member('name')]: 'Other' }),
    }
    const result = await bench.change(subject.ref, BOTH, { provider: renamed })
    expect(result.outcome).toBe('applied')
    expect(result.warnings).toContainEqual(
      expect.objectContaining({ code: 'not_as_planned', field: 'client.name' }),
    )
  })
})
