/** What goes on with a move by itself: when a new redirect URI counts as accepted, what is due and when, and in whose name. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Authorization } from '../../src/providers/authorization/authorization.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest, Move } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { confirmOnceAccepted } from '../../src/service/move/acceptance.ts'
import { goOnWithMoves } from '../../src/service/move/move-due.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

const OLD = 'https://app.example.com/callback'
const NEW = 'https://new.example.com/cb'
const OTHER = { subject: 'other', issuer: 'https://issuer.example' }
const NOW = 1_900_000_000_000
const DAY = 86_400_000
const WAIT_SECONDS = 60

let subject: Subject
let bench: Bench
let now: number
let pauses: number[]

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  now = NOW
  pauses = []
})

/** On a clock that only pauses move. */
const service = (): Service => ({
  ...bench.service,
  now: () => now,
  sleep: async (milliseconds) => {
    pauses.push(milliseconds)
    now += milliseconds
  },
})
const change = (patch: ChangeRequest['patch'], more: Partial<ChangeRequest> = {}) =>
  changeClient(service(), {
    ...requestFor(bench.service, subject.ref, {}),
    deadline: now + 10_000,
    patch,
    ...more,
  })
const move = (more: object = {}, options: Partial<ChangeRequest> = {}) =>
  change({ kind: 'move', from: OLD, to: NEW, ...more }, options)
const standing = async () => (await bench.service.store.last(resourceOf(subject.ref)))?.standing
const moves = async () => (await standing())?.moves ?? []
const intents = async () =>
  (await bench.service.store.entries(resourceOf(subject.ref))).filter(
    (entry): entry is Intent => entry.kind === 'intent',
  )
const callbacks = () => subject.stored().redirect_uris

/** An authorization endpoint that gives these answers, one after the other, and then the last one again. */
function endpoint(answers: Readonly<Record<string, readonly boolean[]>>, codeSeconds = 0) {
  const looks: string[] = []
  const calls: Call[] = []
  const left = Object.fromEntries(Object.entries(answers).map(([uri, all]) => [uri, [...all]]))
  const authorization: Authorization = {
    codeSeconds,
    waitSeconds: WAIT_SECONDS,
    look: async ({ ref, redirectUri }, call) => {
      expect(ref).toEqual(subject.ref)
      looks.push(redirectUri)
      calls.push(call)
      const [next = false, ...others] = left[redirectUri] ?? []
      left[redirectUri] = others.length === 0 ? [next] : others
      return next
    },
  }
  return { looks, calls, provider: { ...subject.provider, authorization } as Provider }
}
/** No endpoint that could be asked. */
const unseen = (waitSeconds = WAIT_SECONDS): Provider => ({
  ...subject.provider,
  authorization: { codeSeconds: 0, waitSeconds },
})

describe('a new redirect URI', () => {
  const confirm = async (provider: Provider, { until = now, startedAt = NOW } = {}) => {
    await move()
    const [open] = await moves()
    if (open === undefined) throw new TypeError('no move')
    const confirming = {
      ...requestFor(bench.service, subject.ref, {}),
      ...{ provider, move: { ...open, startedAt }, deadline: now + 60_000, caller: 'caller' },
    }
    const confirmed = await confirmOnceAccepted(service(), confirming, until)
    return { by: confirmed?.moves?.[0]?.widened?.by, known: confirmed !== undefined, open }
  }
  const widened = async () => (await moves())[0]?.widened

  it('is accepted where the endpoint takes it three times in a row', async () => {
    const { provider, looks, calls } = endpoint({ [NEW]: [true] })
    const { by, open } = await confirm(provider)
    expect(by).toBe('endpoint')
    expect(looks).toEqual([NEW, NEW, NEW])
    expect(await widened()).toEqual({ at: NOW, by: 'endpoint', narrowFrom: NOW })
    expect(calls[0]).toMatchObject({
      operationId: open.operationId,
      caller: 'caller',
      requestId: expect.any(String),
      deadline: NOW + 60_000,
    })
    expect((await intents()).at(-1)).toMatchObject({ action: 'confirm_move' })
  })

  describe('at a provider that says how long its codes live', () => {
    const asked: Call[] = []
    const saying = (answer: () => Promise<number | undefined>, accepts = true) => {
      asked.splice(0)
      const { provider } = endpoint({ [NEW]: [accepts] }, 7)
      const { authorization = unseen().authorization } = provider
      const codeLifetime: Authorization['codeLifetime'] = (ref, call) => {
        expect(ref).toEqual(subject.ref)
        asked.push(call)
        return answer()
      }
      return { ...provider, authorization: { ...authorization, codeLifetime } } as Provider
    }

    it('gives way after that time, or after its usual one where it says none', async () => {
      const { open } = await confirm(saying(async () => 30))
      expect(await widened()).toEqual({ at: NOW, by: 'endpoint', narrowFrom: NOW + 30_000 })
      expect(asked).toMatchObject([
        { operationId: open.operationId, caller: 'caller', deadline: NOW + 60_000 },
      ])
      await change({ kind: 'end_move', from: OLD })
      expect(await confirm(saying(async () => undefined))).toMatchObject({ by: 'endpoint' })
      expect(await widened()).toMatchObject({ narrowFrom: NOW + 7_000 })
    })

    it('is not accepted yet where that cannot be learned, and it is asked again in time', async () => {
      const answers = [() => Promise.reject(new ClientError('provider_unavailable', 'Later.'))]
      const failing = async () => answers.shift()?.() ?? 30
      expect(await confirm(saying(failing))).toMatchObject({ known: false })
      expect(await widened()).toBeUndefined()
      answers.push(() => Promise.reject(new ClientError('provider_unavailable', 'Later.')))
      expect(await confirm(saying(failing), { until: now + 600 })).toMatchObject({ known: true })
      expect(pauses).toEqual([500])
      const fault = new TypeError('a fault of ours')
      await expect(confirm(saying(() => Promise.reject(fault)))).rejects.toBe(fault)
    })

    it('is not asked before the new redirect URI is accepted', async () => {
      expect(await confirm(saying(async () => 30, false))).toMatchObject({ known: false })
      expect(asked).toEqual([])
    })
  })

  it('is not where one of three looks does not see that', async () => {
    for (const answers of [[false], [true, false], [true, true, false]]) {
      const { provider, looks } = endpoint({ [NEW]: answers })
      expect(await confirm(provider)).toMatchObject({ known: false })
      // Before the wait is over nothing depends on the old one.
      expect(looks).toEqual(answers.map(() => NEW))
    }
    expect(await widened()).toBeUndefined()
  })

  it('is waited for as long as the caller has time', async () => {
    const answers = [false, false, true]
    const { provider } = endpoint({ [NEW]: answers })
    expect(await confirm(provider, { until: NOW + 1_000 })).toMatchObject({ known: false })
    expect(pauses).toEqual([500])
    expect(await widened()).toBeUndefined()
    pauses = []
    const again = endpoint({ [NEW]: answers })
    expect(await confirm(again.provider, { until: now + 1_500 })).toMatchObject({ by: 'endpoint' })
    expect(pauses).toEqual([500, 500])
  })

  it('is not waited for where the time ends with the pause', async () => {
    const { provider } = endpoint({ [NEW]: [false, true] })
    expect(await confirm(provider, { until: NOW + 500 })).toMatchObject({ known: false })
    expect(pauses).toEqual([])
  })

  it('counts as accepted after the wait, where the endpoint does not show the old one either', async () => {
    const before = { startedAt: NOW - WAIT_SECONDS * 1_000 }
    const { provider, looks } = endpoint({})
    expect(await confirm(provider, { startedAt: before.startedAt + 1 })).toMatchObject({
      known: false,
    })
    expect(looks).toEqual([NEW])
    expect(await confirm(provider, before)).toMatchObject({ by: 'wait' })
    expect(looks).toEqual([NEW, NEW, OLD])
  })

  it('does not where the endpoint takes the old one', async () => {
    const { provider, looks } = endpoint({ [OLD]: [true] })
    expect(await confirm(provider, { startedAt: NOW - DAY })).toMatchObject({ known: false })
    expect(looks).toEqual([NEW, OLD, OLD, OLD])
  })

  it('counts as accepted after the wait where there is no endpoint', async () => {
    expect(await confirm(unseen(0))).toMatchObject({ by: 'wait' })
  })

  it('is waited for without an endpoint only where the wait ends in time', async () => {
    const startedAt = NOW - WAIT_SECONDS * 1_000
    const at = (milliseconds: number) => ({ startedAt: startedAt + milliseconds })
    expect(await confirm(unseen(), { ...at(1_600), until: NOW + 1_600 })).toMatchObject({
      known: false,
    })
    expect(pauses).toEqual([])
    expect(await confirm(unseen(), { ...at(700), until: NOW + 1_600 })).toMatchObject({
      by: 'wait',
    })
    expect(pauses).toEqual([500, 500])
  })

  it('counts as accepted after a minute where nothing is known of the provider', async () => {
    const { authorization: _, ...provider } = subject.provider
    expect(await confirm(provider, { startedAt: NOW - 59_999 })).toMatchObject({ known: false })
    expect(await confirm(provider, { startedAt: NOW - 60_000 })).toMatchObject({ by: 'wait' })
    expect(await widened()).toMatchObject({ narrowFrom: NOW + 600_000 })
  })
})

describe('what is due of moves', () => {
  const goOn = async (provider: Provider, only?: readonly Move[]) => {
    const known = only === undefined ? ((await standing()) ?? {}) : { moves: only }
    const due = { ref: subject.ref, provider, standing: known, deadline: now + 15_000 }
    await goOnWithMoves(service(), due)
  }

  it('is nothing where there are none', async () => {
    const { provider, looks } = endpoint({ [NEW]: [true] })
    await goOnWithMoves(service(), {
      ...{ ref: subject.ref, provider, standing: {}, deadline: now + 15_000 },
    })
    expect(looks).toEqual([])
    expect(await intents()).toEqual([])
  })

  it('is to confirm them at once, in the name of who asked, and to narrow them in their time', async () => {
    await move({ narrowAt: NOW + DAY }, { actor: OTHER })
    const { provider, calls } = endpoint({ [NEW]: [true] }, 60)
    await goOn(provider)
    expect((await moves())[0]?.widened).toEqual({
      at: NOW,
      by: 'endpoint',
      narrowFrom: NOW + 60_000,
    })
    expect(calls[0]).toMatchObject({
      caller: 'due',
      deadline: NOW + 15_000,
      requestId: expect.any(String),
    })
    now = NOW + DAY - 1
    await goOn(provider)
    expect(callbacks()).toEqual([OLD, NEW])
    now = NOW + DAY
    await goOn(provider)
    expect(callbacks()).toEqual([NEW])
    const found = await intents()
    expect(found.map(({ action, actor }) => [action, actor.subject])).toEqual([
      ['move', 'other'],
      ['confirm_move', 'other'],
      ['narrow_move', 'other'],
    ])
  })

  /** The same provider, whose reads are counted. */
  function counting(provider: Provider) {
    const reads: string[] = []
    const read: Provider['read'] = (ref, ...more) => {
      reads.push(ref.id)
      return provider.read(ref, ...more)
    }
    return { reads, provider: { ...provider, read } }
  }

  it('is not to narrow one without a time, or before it, and the client is not read for that', async () => {
    await move()
    const { provider, reads } = counting(endpoint({ [NEW]: [true] }).provider)
    await goOn(provider)
    now = NOW + 365 * DAY
    reads.splice(0)
    await goOn(provider)
    expect(reads).toEqual([])
    await move({ narrowAt: now + 1 })
    await goOn(provider)
    expect(reads).toEqual([])
    expect(callbacks()).toEqual([OLD, NEW])
  })

  it('is not to narrow one whose time was put off since it was looked at', async () => {
    await move({ narrowAt: NOW })
    const { provider } = endpoint({ [NEW]: [true] })
    await goOn(provider)
    const stale = await moves()
    await move({ narrowAt: NOW + DAY })
    await goOn(provider, stale)
    expect(callbacks()).toEqual([OLD, NEW])
  })

  it('is refused while the new one is not accepted, without waiting for that', async () => {
    await move()
    const { provider } = endpoint({ [NEW]: [false] })
    await expect(goOn(provider)).rejects.toMatchObject({
      code: 'move_state',
      message: 'The provider does not accept the new redirect URI yet.',
    })
    expect(pauses).toEqual([])
  })

  it('goes on with the others where one cannot go on, and says why that could not', async () => {
    const second = { from: 'https://second.example.com/cb', to: 'https://third.example.com/cb' }
    await bench.change(subject.ref, { callbacks: { add: [second.from] } })
    await move()
    await move(second)
    const { provider } = endpoint({ [second.to]: [true] })
    await expect(goOn(provider)).rejects.toMatchObject({ code: 'move_state' })
    expect((await moves()).map(({ to, widened }) => [to, widened?.by])).toEqual([
      [NEW, undefined],
      [second.to, 'endpoint'],
    ])
    const failing: Provider = {
      ...provider,
      authorization: {
        codeSeconds: 0,
        waitSeconds: WAIT_SECONDS,
        look: async ({ redirectUri }) => {
          throw new ClientError('provider_unavailable', `of ${redirectUri}`)
        },
      },
    }
    const [first] = await moves()
    const both = [first, { ...first, to: second.to }] as Move[]
    await expect(goOn(failing, both)).rejects.toMatchObject({ message: `of ${NEW}` })
  })

  describe('where it cannot be done', () => {
    /** A client that can be neither found nor changed. */
    const failing = (code: 'not_found' | 'provider_refused') => {
      const { provider } = endpoint({ [NEW]: [true] })
      return {
        ...provider,
        read: async () => {
          throw new ClientError(code, 'It says no.')
        },
      } as Provider
    }

    it('is forgotten a day after its time where the client is gone, in the name of who asked', async () => {
      await move({}, { actor: OTHER })
      now = NOW + DAY - 1
      await expect(goOn(failing('not_found'))).rejects.toMatchObject({ code: 'not_found' })
      expect(await moves()).toHaveLength(1)
      now = NOW + DAY
      await goOn(failing('not_found'))
      expect(await standing()).toBeUndefined()
      expect((await intents()).at(-1)).toMatchObject({ action: 'end_move', actor: OTHER })
    })

    it('is forgotten a day after it was to be narrowed', async () => {
      await move({ narrowAt: NOW + DAY })
      await goOn(endpoint({ [NEW]: [true] }).provider)
      now = NOW + 2 * DAY - 1
      await expect(goOn(failing('not_found'))).rejects.toMatchObject({ code: 'not_found' })
      now = NOW + 2 * DAY
      await goOn(failing('not_found'))
      expect(await standing()).toBeUndefined()
    })

    it('is not forgotten where something else is in the way', async () => {
      await move()
      now = NOW + 3 * DAY
      await expect(goOn(failing('provider_refused'))).rejects.toMatchObject({
        code: 'provider_refused',
      })
      expect(await moves()).toHaveLength(1)
    })
  })
})
