/**
 * What is made of the live secrets when the answer to a rotation or a retirement was lost: a provider that
 * shows what a test says, at the edges of what may be ours.
 */

import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { hintOf, type LiveSecret } from '../../src/providers/secrets.ts'
import type { Service } from '../../src/service/base/service.ts'
import type { Running } from '../../src/service/operation/running.ts'
import { findAdded, findRetired } from '../../src/service/secrets/secret-outcome.ts'
import type { Intent } from '../../src/store/log/entry.ts'

const AT = Date.parse('2026-11-30T12:00:00Z')
const DEADLINE = AT + 25_000
const SKEW = 60_000
const VALUE = 'the-new-value-of-the-secret-3f2a'
const CALL = { operationId: 'operation', deadline: DEADLINE, timeoutMs: 1_000 }
const OLD: LiveSecret = { id: 'old', createdAt: new Date(AT - 86_400_000).toISOString() }
const RECORD: Native = { client_id: 'abc' }

const at = (milliseconds: number) => new Date(AT + milliseconds).toISOString()
const notFound = () => new ClientError('not_found', 'There is no such client.')

/** What a look shows: the live secrets, or why nothing is shown. */
type Look = readonly LiveSecret[] | { readonly read: Error } | { readonly list: Error }

interface World {
  /** One after the other; the last one stays. */
  readonly looks: readonly Look[]
  readonly added?: LiveSecret
  /** Ways of the provider with secrets. */
  readonly ways?: object
  /** Another instance has closed the intent. */
  readonly closed?: boolean
  readonly removal?: () => Promise<void>
}

/** A change whose provider shows one look after the other, and the pauses that were made. */
function world({ looks, added, ways = {}, closed = false, removal }: World) {
  const pauses: number[] = []
  const ended: string[] = []
  const points: string[] = []
  let looked = 0
  const look = (): Look => looks[Math.min(looked, looks.length - 1)] ?? []
  const provider = {
    read: async () => {
      const now = look()
      if ('read' in now) {
        looked += 1
        throw now.read
      }
      return RECORD
    },
    secrets: {
      list: async () => {
        const now = look()
        looked += 1
        if ('list' in now) throw now.list
        return now
      },
      remove: (_: unknown, record: Native, id: string) => ({
        send: async () => {
          expect(record).toBe(RECORD)
          ended.push(id)
          await removal?.()
        },
      }),
      ...ways,
    },
  } as unknown as Provider
  const intent = {
    ...{ kind: 'intent', resource: 'it', seq: 1, operationId: 'operation' },
    ...{ at: AT, deadline: DEADLINE, secretId: 'old' },
  } as Intent
  const service = {
    upstreamTimeoutMs: 1_000,
    now: () => AT + 500,
    sleep: async (milliseconds: number) => {
      pauses.push(milliseconds)
    },
    reached: async (point: string) => {
      points.push(point)
    },
    store: { last: async () => (closed ? { ...intent, kind: 'outcome', seq: 2 } : intent) },
  } as unknown as Service
  const running: Running = {
    intent,
    provider,
    ref: { provider: 'it', id: 'abc' },
    base: RECORD,
    next: RECORD,
    rotation: { value: VALUE, before: ['old'] },
    ...(added === undefined ? {} : { added: () => added }),
  }
  return {
    pauses,
    ended,
    points,
    looks: () => looked,
    added: (mayLand = false) => findAdded(service, running, CALL, mayLand),
    retired: (mayLand = false) => findRetired(service, running, CALL, mayLand),
  }
}

const one = (...live: readonly LiveSecret[]) => world({ looks: [live] })

it.each<[string, LiveSecret, boolean]>([
  ['of the minute before the request', { id: 'new', createdAt: at(-SKEW) }, true],
  ['from before that', { id: 'new', createdAt: at(-SKEW - 1) }, false],
  ['of a minute after its deadline', { id: 'new', createdAt: at(25_000 + SKEW) }, true],
  ['from after that', { id: 'new', createdAt: at(25_000 + SKEW + 1) }, false],
  ['of a time that no one knows', { id: 'new' }, true],
  ['with the end of our value', { id: 'new', ...hintOf(VALUE) }, true],
  ['with another end', { id: 'new', hint: 'ffff' }, false],
  ['with another end, in time', { id: 'new', hint: 'ffff', createdAt: at(0) }, false],
  [
    'with the end of our value, too old',
    { id: 'new', ...hintOf(VALUE), createdAt: at(-SKEW - 1) },
    false,
  ],
  ['that was live before', { id: 'old', ...hintOf(VALUE), createdAt: at(0) }, false],
])('a secret %s may be ours, or not', async (_, secret, ours) => {
  expect(await one(secret).added()).toEqual(
    ours
      ? { outcome: 'applied', native: RECORD, secret }
      : { outcome: 'not_applied', native: RECORD },
  )
})

it('is a conflict where several may be ours, and where the client is gone', async () => {
  const [first, second] = [{ id: 'new' }, { id: 'newer' }]
  expect(await one(first, second).added()).toEqual({ outcome: 'conflict', native: RECORD })
  for (const gone of [{ read: notFound() }, { list: notFound() }]) {
    expect(await world({ looks: [gone] }).added(true)).toEqual({
      outcome: 'conflict',
      native: undefined,
    })
  }
})

it('goes by the one that the provider has named, whatever it shows of it', async () => {
  const added = { id: 'named', hint: 'ffff', createdAt: at(-86_400_000) }
  const other = { id: 'other', createdAt: at(0) }
  expect(await world({ looks: [[OLD, other, added]], added }).added()).toEqual({
    outcome: 'applied',
    native: RECORD,
    secret: added,
  })
  expect(await world({ looks: [[OLD, other]], added }).added()).toMatchObject({
    outcome: 'not_applied',
  })
})

it('waits for what may still land, once, and for nothing that is there or cannot come', async () => {
  const late = world({ looks: [[OLD], [OLD, { id: 'new' }]] })
  expect(await late.added(true)).toMatchObject({ outcome: 'applied', secret: { id: 'new' } })
  expect(late.pauses).toEqual([1_000])
  const never = world({ looks: [[OLD]] })
  expect(await never.added(true)).toMatchObject({ outcome: 'not_applied' })
  expect([never.looks(), never.pauses.length]).toEqual([2, 1])
  const there = one(OLD, { id: 'new' })
  await there.added(true)
  expect([there.looks(), there.pauses.length]).toEqual([1, 0])
  const refused = world({ looks: [[OLD], [OLD, { id: 'new' }]] })
  expect(await refused.added(false)).toMatchObject({ outcome: 'not_applied' })
  expect([refused.looks(), refused.pauses.length]).toEqual([1, 0])
  const gone = world({ looks: [{ read: notFound() }] })
  await gone.added(true)
  expect([gone.looks(), gone.pauses.length]).toEqual([1, 0])
})

it('is not known where the provider does not show it', async () => {
  const away = new ClientError('provider_unavailable', 'Away.')
  for (const look of [{ read: away }, { list: away }]) {
    await expect(world({ looks: [look] }).added()).rejects.toBe(away)
    await expect(world({ looks: [look] }).retired()).rejects.toBe(away)
  }
})

it('a retirement is applied where its secret is not live, also where someone else ended it', async () => {
  expect(await one({ id: 'new' }).retired()).toEqual({ outcome: 'applied', native: RECORD })
  expect(await one({ id: 'new' }, OLD).retired()).toEqual({
    outcome: 'not_applied',
    native: RECORD,
  })
  for (const gone of [{ read: notFound() }, { list: notFound() }]) {
    expect(await world({ looks: [gone] }).retired(true)).toEqual({
      outcome: 'applied',
      native: undefined,
    })
  }
})

it('a retirement waits for what may still land, once', async () => {
  const late = world({ looks: [[OLD, { id: 'new' }], [{ id: 'new' }]] })
  expect(await late.retired(true)).toMatchObject({ outcome: 'applied' })
  expect(late.pauses).toEqual([1_000])
  const done = one({ id: 'new' })
  await done.retired(true)
  expect(done.pauses).toEqual([])
  const refused = world({ looks: [[OLD], []] })
  expect(await refused.retired(false)).toMatchObject({ outcome: 'not_applied' })
})

describe('a secret whose value only the answer had', () => {
  const NEW: LiveSecret = { id: 'new', createdAt: at(0) }
  const once = (more: Omit<World, 'ways'>) => world({ ...more, ways: { showsOnce: true } })
  const conflict = (native?: Native) => ({ outcome: 'conflict', native })

  it('is ended, so that the rotation can be made anew', async () => {
    const lost = once({ looks: [[OLD, NEW], [OLD, NEW], [OLD]] })
    expect(await lost.added()).toEqual({ outcome: 'not_applied', native: RECORD })
    expect(lost.ended).toEqual(['new'])
    expect(lost.points).toEqual(['undo begun', 'undo step sent'])
  })

  it('is ours where the answer came, or where the record shows it too', async () => {
    const applied = { outcome: 'applied', native: RECORD, secret: NEW }
    const answered = once({ looks: [[OLD, NEW]], added: NEW })
    expect(await answered.added()).toEqual(applied)
    const shown = world({ looks: [[OLD, NEW]] })
    expect(await shown.added()).toEqual(applied)
    expect([...answered.ended, ...shown.ended]).toEqual([])
  })

  it('is a conflict where it is still there, and none where it or its client has gone', async () => {
    expect(await once({ looks: [[OLD, NEW]] }).added()).toEqual(conflict(RECORD))
    const gone = once({ looks: [[OLD, NEW], [OLD, NEW], { read: notFound() }] })
    expect(await gone.added()).toEqual({ outcome: 'not_applied', native: undefined })
    const removal = () => Promise.reject(notFound())
    const ended = once({ looks: [[OLD, NEW], [OLD, NEW], [OLD]], removal })
    expect(await ended.added()).toMatchObject({ outcome: 'not_applied' })
  })

  it('is left where the client has gone before, or another instance has closed the rotation', async () => {
    const gone = once({ looks: [[OLD, NEW], { read: notFound() }] })
    expect(await gone.added()).toEqual(conflict())
    const closed = once({ looks: [[OLD, NEW]], closed: true })
    expect(await closed.added()).toEqual(conflict(RECORD))
    expect([gone.ended, closed.ended, closed.points]).toEqual([[], [], []])
  })

  it('is not known to be ended where the provider does not say so', async () => {
    const away = new ClientError('provider_unavailable', 'Away.')
    const removal = () => Promise.reject(away)
    await expect(once({ looks: [[OLD, NEW]], removal }).added()).rejects.toBe(away)
  })
})

describe('a retirement in two steps', () => {
  const steps = (more: Omit<World, 'ways'>) => world({ ...more, ways: { disable: () => ({}) } })

  it('is finished where the secret is off and still there', async () => {
    const off = steps({ looks: [[{ id: 'new' }]] })
    expect(await off.retired()).toEqual({ outcome: 'applied', native: RECORD })
    expect(off.ended).toEqual(['old'])
    const done = steps({ looks: [[{ id: 'new' }]], removal: () => Promise.reject(notFound()) })
    expect(await done.retired()).toEqual({ outcome: 'applied', native: RECORD })
    const away = new ClientError('provider_unavailable', 'Away.')
    const failing = steps({ looks: [[{ id: 'new' }]], removal: () => Promise.reject(away) })
    await expect(failing.retired()).rejects.toBe(away)
  })

  it('is not where the secret is live, and needs none at a provider of one step', async () => {
    const live = steps({ looks: [[OLD, { id: 'new' }]] })
    expect(await live.retired()).toMatchObject({ outcome: 'not_applied' })
    const single = one({ id: 'new' })
    await single.retired()
    const none = world({
      looks: [[{ id: 'new' }]],
      ways: { disable: () => ({}), remove: undefined },
    })
    expect(await none.retired()).toMatchObject({ outcome: 'applied' })
    expect([live.ended, single.ended, none.ended]).toEqual([[], [], []])
  })
})
