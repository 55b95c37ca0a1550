/**
 * What is made of the keys of a client when the answer to a change of one was lost: a provider that shows what a test
 * says, so that each end of a change that was left halfway is met.
 */

import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import type { ClientKey, Provider, ResourceKeys } from '../../src/providers/provider.ts'
import type { Service } from '../../src/service/base/service.ts'
import { keyConflict, namesKeys } from '../../src/service/keys/key-conflict.ts'
import { findKeyAdded, findKeyRemoved } from '../../src/service/keys/key-outcome.ts'
import type { Running } from '../../src/service/operation/running.ts'
import type { Intent } from '../../src/store/log/entry.ts'

const RECORD: Native = { client_id: 'abc' }
const CALL = { operationId: 'operation', deadline: 25_000, timeoutMs: 1_000 }
const INTENT = { kind: 'intent', resource: 'it', seq: 1, operationId: 'operation', keyId: 'mine' }
const OTHER: ClientKey = { kid: 'other', inUse: true }
const MINE: ClientKey = { kid: 'mine', inUse: true }
const UNUSED: ClientKey = { kid: 'mine', inUse: false }

const notFound = () => new ClientError('not_found', 'There is no such client.')
const unavailable = () => new ClientError('provider_unavailable', 'It is down.')

/** What a look shows: the keys, or why nothing is shown. */
type Look = readonly ClientKey[] | { readonly read: Error } | { readonly list: Error }

interface World {
  /** One after the other; the last one stays. */
  readonly looks: readonly Look[]
  /** Whether the client authenticates by keys. */
  readonly keyed?: boolean
  /** Whether the client named the key before. */
  readonly used?: boolean
  /** Someone has closed the intent. */
  readonly closed?: boolean
  /** The step that takes the key away fails so. */
  readonly fails?: Error
}

function world({ looks, keyed = true, used = true, closed = false, fails }: World) {
  const events: string[] = []
  let looked = 0
  const look = (): Look => looks[Math.min(looked, looks.length - 1)] ?? []
  const keys = {
    kind: 'resource',
    field: 'providerSettings.keys',
    authenticates: (native: Native) => native === RECORD && keyed,
    isUsed: () => used,
    list: async () => {
      const now = look()
      looked += 1
      if ('list' in now) throw now.list
      return now as readonly ClientKey[]
    },
    remove: (_ref: unknown, native: Native, { kid }: ClientKey) => [
      {
        send: async () => {
          events.push(`remove ${kid} of ${native.client_id}`)
          if (fails !== undefined) throw fails
        },
      },
      { send: async () => void events.push('delete') },
    ],
  } as unknown as ResourceKeys
  const provider = {
    keys,
    read: async () => {
      const now = look()
      if ('read' in now) {
        looked += 1
        throw now.read
      }
      return RECORD
    },
  } as unknown as Provider
  const service = {
    upstreamTimeoutMs: 1_000,
    now: () => 0,
    sleep: async (milliseconds: number) => void events.push(`wait ${milliseconds}`),
    reached: async (point: string) => void events.push(point),
    store: { last: async () => (closed ? { ...INTENT, kind: 'outcome', seq: 2 } : INTENT) },
  } as unknown as Service
  const running = {
    intent: INTENT as unknown as Intent,
    provider,
    ref: { provider: 'it', id: 'abc' },
    base: RECORD,
    next: RECORD,
  } as unknown as Running
  return {
    events,
    added: (mayLand = false) => findKeyAdded(service, running, CALL, mayLand),
    removed: (mayLand = false) => findKeyRemoved(service, running, CALL, mayLand),
  }
}

const TAKEN_AWAY = [
  'undo begun',
  'remove mine of abc',
  'undo step sent',
  'delete',
  'undo step sent',
]

describe('a key that was added', () => {
  it('is there where it is in use, without a second look', async () => {
    const there = world({ looks: [[OTHER, MINE], []] })
    expect(await there.added(true)).toEqual({ outcome: 'applied', native: RECORD })
    expect(there.events).toEqual([])
  })

  it('is there where it is not in use, for a client that does not authenticate by keys', async () => {
    const there = world({ looks: [[UNUSED], []], keyed: false })
    expect(await there.added(true)).toEqual({ outcome: 'applied', native: RECORD })
    expect(there.events).toEqual([])
  })

  it('is not there where the provider has others only, after a second look where it may be late', async () => {
    const never = world({ looks: [[OTHER]] })
    expect(await never.added()).toEqual({ outcome: 'not_applied', native: RECORD })
    expect(never.events).toEqual([])
    const late = world({ looks: [[OTHER], [OTHER, MINE]] })
    expect(await late.added(true)).toEqual({ outcome: 'applied', native: RECORD })
    expect(late.events).toEqual(['wait 1000'])
    const notLate = world({ looks: [[OTHER], [OTHER, MINE]] })
    expect(await notLate.added(false)).toMatchObject({ outcome: 'not_applied' })
  })

  it('is taken away where it is there and not in use, and only then not applied', async () => {
    const half = world({ looks: [[UNUSED, OTHER], [OTHER]] })
    expect(await half.added()).toEqual({ outcome: 'not_applied', native: RECORD })
    expect(half.events).toEqual(TAKEN_AWAY)
    const stays = world({ looks: [[UNUSED]] })
    expect(await stays.added(true)).toEqual({ outcome: 'conflict', native: RECORD })
    expect(stays.events).toEqual(['wait 1000', ...TAKEN_AWAY])
  })

  it('is a conflict where the client is gone', async () => {
    for (const gone of [{ read: notFound() }, { list: notFound() }]) {
      const missed = world({ looks: [gone, [MINE]] })
      expect(await missed.added(true)).toEqual({ outcome: 'conflict', native: undefined })
      expect(missed.events).toEqual([])
    }
  })

  it('is not known where the provider does not show it', async () => {
    for (const broken of [{ read: unavailable() }, { list: unavailable() }]) {
      await expect(world({ looks: [broken] }).added()).rejects.toMatchObject({
        code: 'provider_unavailable',
      })
      await expect(world({ looks: [broken] }).removed()).rejects.toMatchObject({
        code: 'provider_unavailable',
      })
    }
  })
})

describe('a key that was left halfway', () => {
  it('is left to the one who has closed the intent', async () => {
    const closed = world({ looks: [[UNUSED], []], closed: true })
    expect(await closed.added()).toEqual({ outcome: 'conflict', native: RECORD })
    expect(closed.events).toEqual([])
  })

  it('is judged by what is there where the provider refuses, as it does what is gone', async () => {
    const fails = new ClientError('provider_refused', 'There is no such key.')
    const gone = world({ looks: [[UNUSED], [OTHER]], fails })
    expect(await gone.added()).toEqual({ outcome: 'not_applied', native: RECORD })
    expect(gone.events).toEqual(['undo begun', 'remove mine of abc'])
    const there = world({ looks: [[UNUSED]], fails })
    expect(await there.added()).toEqual({ outcome: 'conflict', native: RECORD })
    const clientGone = world({ looks: [[UNUSED], { read: notFound() }] })
    expect(await clientGone.added()).toEqual({ outcome: 'not_applied', native: undefined })
  })

  it('stays open where the provider fails', async () => {
    const attempt = world({ looks: [[UNUSED], []], fails: unavailable() }).added()
    await expect(attempt).rejects.toMatchObject({ code: 'provider_unavailable' })
  })
})

describe('a key that was removed', () => {
  it('is gone where it is not there, or its client is not', async () => {
    const gone = world({ looks: [[OTHER]] })
    expect(await gone.removed(true)).toEqual({ outcome: 'applied', native: RECORD })
    expect(gone.events).toEqual([])
    const clientGone = world({ looks: [{ read: notFound() }] })
    expect(await clientGone.removed(true)).toEqual({ outcome: 'applied', native: undefined })
  })

  it('is there where it is in use, or was not before, after a second look where it may be late', async () => {
    const there = world({ looks: [[MINE]] })
    expect(await there.removed(true)).toEqual({ outcome: 'not_applied', native: RECORD })
    expect(there.events).toEqual(['wait 1000'])
    const unused = world({ looks: [[UNUSED]], used: false })
    expect(await unused.removed()).toEqual({ outcome: 'not_applied', native: RECORD })
    expect(unused.events).toEqual([])
    const late = world({ looks: [[MINE], []] })
    expect(await late.removed(true)).toEqual({ outcome: 'applied', native: RECORD })
  })

  it('is deleted now where the client names it no longer', async () => {
    const half = world({ looks: [[UNUSED], []] })
    expect(await half.removed()).toEqual({ outcome: 'applied', native: RECORD })
    expect(half.events).toEqual(TAKEN_AWAY)
    expect(await world({ looks: [[UNUSED]] }).removed()).toMatchObject({ outcome: 'conflict' })
  })
})

describe('what a change of keys shows', () => {
  const named = (keys: unknown, field: string) =>
    namesKeys({ provider: { keys } } as unknown as Running, field)

  it('is expected in the setting that names keys, where they are kept beside the record', () => {
    const keys = { kind: 'resource', field: 'providerSettings.keys' }
    expect(named(keys, 'providerSettings.keys')).toBe(true)
    expect(named(keys, 'name')).toBe(false)
    expect(named({ ...keys, kind: 'record' }, 'providerSettings.keys')).toBe(false)
    expect(named(undefined, 'name')).toBe(false)
  })

  it('says where to look where no one knows how it ended', () => {
    const error = keyConflict({ operationId: 'operation', keyId: 'mine' } as Intent)
    expect(error).toMatchObject({
      code: 'change_unresolved',
      details: { operationId: 'operation', outcome: 'conflict' },
    })
    expect(error.message).toMatch(
      /^Another writer interfered halfway through the change of the key mine, .*GET \/clients\/\{clientId\}\/keys\)\. GET \/operations\/operation /,
    )
  })

  it('is never settled here where the record holds the keys', async () => {
    const provider = { keys: { kind: 'record' }, read: async () => RECORD } as unknown as Provider
    const running = { provider, intent: INTENT, base: RECORD } as unknown as Running
    await expect(findKeyAdded({} as Service, running, CALL, false)).rejects.toMatchObject({
      code: 'internal',
      message: 'The keys of this provider are part of the record.',
    })
  })
})
