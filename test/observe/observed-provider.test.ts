/** Every call that reaches a provider is seen, whichever member of the contract made it. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { observedProviders, type ProgramEvent } from '../../src/observe/observe.ts'
import type { Call, ClientRef, Step } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { LIVES } from '../contract/lives.ts'
import { callInTime } from '../contract/service.ts'
import { SUBJECTS, type Subject, withCallbacks } from '../contract/subjects.ts'

const CALLBACK = 'https://new.example.com/callback'

const call = (): Call => callInTime()

describe.each(SUBJECTS.filter(({ inProcess }) => !inProcess))('$name', (kind) => {
  let subject: Subject
  let provider: Provider
  let seen: string[]

  beforeEach(async () => {
    subject = await kind.start()
    seen = []
    const observe = (event: ProgramEvent) => {
      if (event.kind === 'upstream') seen.push(event.ended.operation)
    }
    const watched = observedProviders(new Map([['it', subject.provider]]), observe)
    provider = watched.get('it') as Provider
  })
  afterEach(() => subject.close())

  /** What the work called, as the emulator counts it; each call is seen once. */
  async function calledBy<T>(work: () => Promise<T>): Promise<T> {
    seen.length = 0
    const before = subject.emulator?.calls.length ?? 0
    const result = await work()
    const called = subject.emulator?.calls.slice(before).map(({ operation }) => operation)
    expect(called).not.toEqual([])
    expect([...seen].sort()).toEqual([...(called ?? [])].sort())
    return result
  }
  const sent = (steps: readonly (Step | undefined)[]) =>
    calledBy(async () => {
      for (const step of steps) await step?.send(call())
    })

  it('is what it was, but for its calls', () => {
    expect(Object.keys(provider).sort()).toEqual(Object.keys(subject.provider).sort())
    expect(provider.mapping).toBe(subject.provider.mapping)
    expect(provider.creation?.listLagMs).toBe(subject.provider.creation?.listLagMs)
  })

  it('is seen at every call of a life', async () => {
    const { ref } = subject
    const { id: _, ...place } = ref
    const base = await calledBy(() => provider.read(ref, call()))
    await calledBy(async () => provider.list?.(ref.userPoolId, call()))
    await sent(provider.steps(ref, base, { ...base, [kind.description]: 'Another' }))
    const named = { ...provider.creation?.blank('web'), [LIVES[kind.name]?.name ?? '']: 'New' }
    const next = withCallbacks(kind, named, [CALLBACK])
    const { creation, secrets } = provider
    const native = await calledBy(async () => creation?.step(place, next).send(call()))
    const made: ClientRef = { ...ref, id: String(native && creation?.idOf(native)) }
    const search = { next, since: 0, isKnown: async () => false }
    await calledBy(async () => creation?.find(place, search, call()))
    if (secrets?.add !== undefined) {
      await sent([secrets.add(made, native ?? {}, 'a'.repeat(64))])
      const list = () => secrets.list(made, native ?? {}, call())
      // What the provider makes is in the record.
      const live = secrets.makesValues ? await list() : await calledBy(list)
      const first = String(live[0]?.id)
      await sent([
        secrets.disable?.(made, native ?? {}, first),
        secrets.remove?.(made, native ?? {}, first),
      ])
    }
    const off = provider.beforeRemoval?.(native ?? {})
    const before = off === undefined ? [] : provider.steps(made, native ?? {}, off)
    await sent([...before, provider.removal?.(made, native ?? {})])
  })
})
