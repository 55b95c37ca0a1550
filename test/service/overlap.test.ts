/**
 * G2: two instances on one store: an instance that is held up past its deadline finds its intent closed by the
 * other, says so, and records the overlap; and two that come at once lose nothing.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, callInTime, LOST_ANSWERS, openBench } from '../contract/service.ts'
import { callbacksOf, SUBJECTS, type Subject } from '../contract/subjects.ts'
import { eventually } from '../eventually.ts'

const REMOTE = SUBJECTS.filter(({ inProcess }) => !inProcess)
const KEY = Buffer.alloc(32, 3)

describe.each(REMOTE)('$name', (kind) => {
  let subject: Subject
  let one: Bench
  let other: Bench

  beforeEach(async () => {
    subject = await kind.start()
    const providers = new Map([['it', subject.provider]])
    one = await openBench(providers, { key: KEY, ...LOST_ANSWERS })
    other = await openBench(providers, { key: KEY, path: one.path, ...LOST_ANSWERS })
  })
  afterEach(async () => {
    await other.close()
    await one.close()
    await subject.close()
  })

  const entries = () => one.service.store.entries(resourceOf(subject.ref))

  it('records an overlap, and never ends in two silent successes', async () => {
    // The write is applied and its answer delayed beyond the deadline in the intent.
    subject.emulator?.inject({ kind: 'delay', delayMs: 700, operation: subject.operations.write })
    const providers = new Map([['it', subject.provider]])
    const slow = { ...one.service, providers, upstreamTimeoutMs: 2_000 }
    const held = changeWith(slow, { name: 'Held' }, Date.now() + 100_000, 50)
    await eventually(async () => expect(await entries()).not.toEqual([]))
    const next = await other.change(subject.ref, { name: 'Other' })
    expect(next.outcome).toBe('applied')
    const late = await held
    const log = await entries()
    const overlap = log.find((entry) => entry.kind === 'overlap')
    // What it reports is the state that its own late write has made, and not what was known before.
    const call = callInTime('read')
    const { mapping } = subject.provider
    const native = await subject.provider.read(subject.ref, call)
    const tag = one.service.fingerprints.ofState(mapping, native)
    expect(overlap).toMatchObject({ tag })
    // Its write came after all, over the other's: that is reported, and not as a success.
    expect(late).toBe('change_unresolved')
  })

  const suspend = { kind: 'suspension', suspended: true, allowPartial: false } as const
  const resume = { ...suspend, suspended: false } as const
  const lease = {
    kind: 'lease',
    field: 'callbacks',
    value: 'https://app.example.com/leased',
    owner: 'pull-1',
    seconds: 1,
  } as const

  it.each([
    ['a suspension, which can be ended', suspend, resume],
    ['a lease, which ends', lease, { kind: 'end_lease', ends: () => true } as const],
  ])('takes what has come into force too late for %s', async (_, begin, end) => {
    const before = subject.stored()
    let isFirst = true
    const steps: Subject['provider']['steps'] = (...asked) =>
      subject.provider.steps(...asked).map((step) => ({
        ...step,
        send: async (call) => {
          if (isFirst) {
            isFirst = false
            // The other one gives it up, and then it is sent after all.
            await other.change(subject.ref, { callbacks: { remove: [] } })
          }
          return step.send(call)
        },
      }))
    const providers = new Map([['it', { ...subject.provider, steps }]])
    const { append } = one.service.store
    const store: typeof one.service.store = {
      ...one.service.store,
      append: async (entry) =>
        append(entry.kind === 'intent' ? { ...entry, deadline: Date.now() } : entry),
    }
    const slow = { ...one.service, providers, store }
    const { changeClient } = await import('../../src/service/change/change.ts')
    const { requestFor } = await import('../contract/service.ts')
    const asked = { ...requestFor(slow, subject.ref, {}), patch: begin }
    const late = { ...asked, deadline: Date.now() + 30_000 }
    await expect(changeClient(slow, late)).rejects.toMatchObject({ code: 'change_unresolved' })
    expect(subject.stored()).not.toEqual(before)
    const standing = (await entries()).at(-1)?.standing
    // Where the provider has a setting for it, that says whether a client is suspended.
    const held = subject.provider.mapping.suspension?.emulation === undefined ? [] : ['suspended']
    expect(Object.keys(standing ?? {})).toEqual(begin === suspend ? held : ['leases'])
    await other.change(subject.ref, {}, { patch: end })
    expect(callbacksOf(kind, subject.stored())).toEqual(callbacksOf(kind, before))
    const { mapping } = subject.provider
    const keys = mapping.suspension?.emulation?.keys ?? []
    for (const key of keys) expect(subject.stored()[key]).toEqual(before[key])
  })

  it('keeps all of 30 additions that come to both at once', async () => {
    const urls = Array.from({ length: 30 }, (_, index) => `https://app.example.com/both/${index}`)
    await Promise.all(
      urls.map((url, index) =>
        (index % 2 === 0 ? one : other).change(subject.ref, { callbacks: { add: [url] } }),
      ),
    )
    expect(callbacksOf(kind, subject.stored())).toEqual(expect.arrayContaining(urls))
    expect(await one.service.store.openIntents()).toEqual([])
  })

  /** A change whose intent has a deadline that is over soon, while its call goes on for longer. */
  async function changeWith(
    service: Bench['service'],
    client: object,
    deadline: number,
    told: number,
  ) {
    const { changeClient } = await import('../../src/service/change/change.ts')
    const { requestFor } = await import('../contract/service.ts')
    const append = service.store.append
    const store = {
      ...service.store,
      append: async (entry: Parameters<typeof append>[0]) =>
        append(entry.kind === 'intent' ? { ...entry, deadline: Date.now() + told } : entry),
    }
    const request = { ...requestFor(service, subject.ref, client), deadline }
    return changeClient({ ...service, store }, request).then(
      ({ outcome }) => outcome,
      (error: { code: string }) => error.code,
    )
  }
})
