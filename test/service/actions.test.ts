/** How each kind of operation is settled: the table, row by row, with the parts in which an action differs from a change. */

import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { key } from '../../src/core/mapping/lenses.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Service } from '../../src/service/base/service.ts'
import { keyConflict } from '../../src/service/keys/key-conflict.ts'
import { creationConflict } from '../../src/service/life/creation-conflict.ts'
import { SETTLEMENTS, settlementOf } from '../../src/service/operation/actions.ts'
import { changeConflict } from '../../src/service/operation/conflict.ts'
import type { Running } from '../../src/service/operation/running.ts'
import type { ActionName, Intent } from '../../src/store/log/entry.ts'
import { mappingOf } from '../core/mapping.ts'

const REF = { provider: 'it', id: 'abc' }
const RECORD = { name: 'A' }
const running = (more: object = {}): Running =>
  ({
    ref: REF,
    next: RECORD,
    base: RECORD,
    provider: { mapping: mappingOf({ name: key('name') }, { secretPaths: ['code'] }) },
    ...more,
  }) as unknown as Running
const names = Object.keys(SETTLEMENTS) as readonly ActionName[]
const those = (isOne: (name: ActionName) => boolean) => names.filter(isOne)

it('an intent without an action is a change', () => {
  expect(settlementOf({})).toBe(SETTLEMENTS.change)
  for (const action of names) {
    if (action !== 'change') expect(settlementOf({ action })).toBe(SETTLEMENTS[action])
  }
})

it('says of each action what it does and does not', () => {
  expect(those((name) => SETTLEMENTS[name].ownLog)).toEqual(['create'])
  expect(those((name) => SETTLEMENTS[name].undoable)).toEqual([
    'change',
    'move',
    'narrow_move',
    'end_move',
  ])
  expect(those((name) => !SETTLEMENTS[name].sendsSettings)).toEqual(
    those((name) => ['remove', 'rotate', 'retire', 'add_key', 'remove_key'].includes(name)),
  )
})

it('settles by its own look and its own words', () => {
  expect(SETTLEMENTS.create.conflict).toBe(creationConflict)
  for (const name of names) {
    const own = { create: creationConflict, add_key: keyConflict, remove_key: keyConflict }
    const { [name as keyof typeof own]: conflict = changeConflict } = own
    expect(SETTLEMENTS[name].conflict, name).toBe(conflict)
  }
})

describe('the outcome of an operation on', () => {
  const gone = () => Promise.reject(new ClientError('not_found', 'There is no such client.'))
  const keys = { kind: 'resource', list: async () => [], authenticates: () => true }
  const call = { operationId: 'one', deadline: 1, timeoutMs: 1 }
  const look = (name: ActionName, provider: object) =>
    SETTLEMENTS[name].look(
      {} as Service,
      running({ provider: { ...running().provider, ...provider }, intent: {} }),
      call,
      false,
    )

  it('a client that is gone is that it was removed, and unknown of a change', async () => {
    const read = { read: gone }
    expect(await look('remove', read)).toEqual({ outcome: 'applied', native: undefined })
    expect(await look('change', read)).toEqual({ outcome: 'conflict', native: undefined })
  })

  it('a key that is not there is that it was removed, or not added', async () => {
    const provider = { read: async () => RECORD, keys }
    expect(await look('remove_key', provider)).toMatchObject({ outcome: 'applied' })
    expect(await look('add_key', provider)).toMatchObject({ outcome: 'not_applied' })
  })

  it('is found by what is loaded before the intent, for each that is no change of settings', async () => {
    const own = ['create', 'remove', 'rotate', 'retire', 'restore', 'add_key', 'remove_key']
    const loads = (name: ActionName) => SETTLEMENTS[name].prepare()
    const parts = await Promise.all(names.map(async (name) => [name, await loads(name)] as const))
    const loading = parts.filter(([, part]) => part !== undefined).map(([name]) => name)
    expect(loading.sort()).toEqual(own.sort())
  })
})

describe('most actions', () => {
  const settled = those((name) => name !== 'create')

  it('leave the client that they are about, with nothing begun and no one else meant', async () => {
    for (const name of settled) {
      const row = SETTLEMENTS[name]
      expect(row.left(REF, undefined), name).toBe(REF)
      expect(row.candidates(running(), RECORD)).toBeUndefined()
      expect(await row.begin({} as Service, running(), RECORD)).toBeUndefined()
      expect(row.asPlanned(running(), RECORD)).toBe(RECORD)
    }
  })

  it('explain no difference beside those of secrets and keys', () => {
    const keys = { kind: 'resource', field: 'providerSettings.keys' }
    const { mapping } = running().provider
    const whole = running({ rotation: { value: 'x', before: [] }, provider: { mapping, keys } })
    const explained = (name: ActionName, one = whole) =>
      ['name', 'secret', 'providerSettings.code', 'code', 'providerSettings.keys'].filter((field) =>
        SETTLEMENTS[name].isExpected(one, field),
      )
    const secrets = ['secret', 'providerSettings.code']
    const expected: { readonly [A in ActionName]?: readonly string[] } = {
      rotate: secrets,
      retire: secrets,
      add_key: ['providerSettings.keys'],
      remove_key: ['providerSettings.keys'],
    }
    for (const name of names) expect(explained(name), name).toEqual(expected[name] ?? [])
    // A cut-over is a change of the secret that there is.
    expect(explained('rotate', running())).toEqual([])
    expect(explained('retire', running())).toEqual(secrets)
  })
})

describe('a creation', () => {
  const { left, candidates, asPlanned } = SETTLEMENTS.create

  it('leaves the client that was made, if one was', () => {
    expect(left(REF, 'new')).toEqual({ ...REF, id: 'new' })
    expect(left(REF, undefined)).toBeUndefined()
  })

  it('names the client that it may have made', () => {
    const creation = { idOf: ({ name }: { readonly name: string }) => `id of ${name}` }
    expect(candidates(running({ provider: { creation } }), RECORD)).toEqual(['id of A'])
    expect(candidates(running(), RECORD)).toBeUndefined()
  })

  it('is compared with what was planned alone', () => {
    const { provider } = running()
    const planned = running({ provider, next: { name: 'A', gone: 1 } })
    expect(asPlanned(planned, { name: 'B', given: 1 })).toEqual({ name: 'B' })
  })
})

describe('a rotation', () => {
  it('looks for the secret that was added, or for the change where it was cut over', async () => {
    const list = () => Promise.reject(new ClientError('provider_refused', 'listed'))
    const { mapping } = running().provider
    const provider = { mapping, read: async () => RECORD, secrets: { list } } as unknown as Provider
    const call = { operationId: 'one', deadline: 1, timeoutMs: 1 }
    const look = (more: object) =>
      SETTLEMENTS.rotate.look({} as Service, running({ provider, ...more }), call, false)
    const added = look({ intent: {} as Intent, rotation: { value: 'x', before: [] } })
    await expect(added).rejects.toMatchObject({ message: 'listed' })
    expect(await look({})).toEqual({ outcome: 'applied', native: RECORD })
    const retired = SETTLEMENTS.retire.look(
      {} as Service,
      running({ provider, intent: {} }),
      call,
      false,
    )
    await expect(retired).rejects.toMatchObject({ message: 'listed' })
  })
})
