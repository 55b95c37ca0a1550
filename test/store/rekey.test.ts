/**
 * Keys of a store: wrapped under one key-encryption key after another, cut off at every step, by two at once, and
 * while a server works; nothing that was sealed is sealed anew, and nothing is lost.
 */

import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import {
  type KeyringCell,
  type KeyWrappers,
  parseRing,
  placeOfKey,
} from '../../src/store/keys/keyring.ts'
import {
  type FirstKeys,
  keysOf,
  newKeys,
  type OpenedKeys,
  openKeys,
} from '../../src/store/keys/keys.ts'
import { DATA_KEY_DELAY_MS, type Rekeyed, rekey } from '../../src/store/keys/rekey.ts'
import { createKeyWrapper } from '../../src/store/keys/wrapping.ts'
import { createSeal } from '../../src/store/seal.ts'

const OLD = randomBytes(32)
const [old, current, third] = [
  createKeyWrapper(OLD, 'formerKeys[0]'),
  createKeyWrapper(randomBytes(32), 'key'),
  createKeyWrapper(randomBytes(32), 'key'),
]
const BOTH: KeyWrappers = [current, old]
const RECORD: JsonObject = { secret: 'of a client' }

let now = 0
let stored: string | undefined
let cell: KeyringCell
beforeEach(() => {
  now = 1_000_000
  stored = undefined
  cell = {
    read: async () => stored,
    replace: async (before, after) => {
      if (stored !== before) return false
      stored = after
      return true
    },
  }
})

/** The keys as a version before data keys had them: one key for everything. */
const earlier: FirstKeys = { data: [{ number: 0, key: OLD }], digest: OLD }

const open = (wrappers: KeyWrappers, first: FirstKeys = earlier): Promise<OpenedKeys> =>
  openKeys({ cell, wrappers, firstKeys: async () => first, now: () => now })
const rekeyed = (wrappers: KeyWrappers = BOTH, at = cell): Promise<Rekeyed> =>
  rekey({ cell: at, wrappers, now: () => now })

/** Keys of the ring that a key-encryption key can still unwrap, if anyone has it. */
async function unwrappable(wrapper: typeof old): Promise<number> {
  const { keys } = parseRing(stored ?? '')
  const tried = await Promise.all(
    keys.map((key) =>
      wrapper.unwrap(key.wrapped ?? '', placeOfKey(key)).then(
        () => 1,
        () => 0,
      ),
    ),
  )
  return tried.reduce((sum, one) => sum + one, 0)
}

describe('a store of a version before data keys', () => {
  it('opens what it holds, and seals as that version can read until a rekey', async () => {
    const before = createSeal(OLD).close(RECORD, 'place')
    const { seal, digestKey } = await open([old])
    expect(seal.open(before, 'place')).toEqual(RECORD)
    expect(createSeal(OLD).open(seal.close(RECORD, 'place'), 'place')).toEqual(RECORD)
    expect(Buffer.from(digestKey).equals(OLD)).toBe(true)
  })

  it('opens it after a rekey with the new key alone, and keeps all digests', async () => {
    const before = createSeal(OLD).close(RECORD, 'place')
    await open([old])
    const { wrapped, made, uses } = await rekeyed()
    expect({ wrapped, made }).toEqual({ wrapped: 2, made: 2 })
    expect(uses).toEqual([
      { key: current.id, at: 'key', wraps: 4 },
      { key: old.id, at: 'formerKeys[0]', wraps: 0 },
    ])
    expect(await unwrappable(old)).toBe(0)
    const { seal, digestKey } = await open([current])
    expect(seal.open(before, 'place')).toEqual(RECORD)
    expect(Buffer.from(digestKey).equals(OLD)).toBe(true)
    await expect(open([old])).rejects.toThrow(
      `wrapped under the key ${current.id}, which the configuration does not name`,
    )
  })

  it('shows nothing of any key', async () => {
    await open([old])
    await rekeyed()
    expect(stored).not.toContain(OLD.toString('base64'))
    expect(stored).not.toContain(OLD.toString('base64').slice(0, 12))
    expect(old.id).not.toBe(current.id)
  })
})

describe('a new store', () => {
  it('has a data key and a digest key of its own, and neither is the configured key', async () => {
    const { seal, digestKey } = await open([old], newKeys())
    expect(Buffer.from(digestKey).equals(OLD)).toBe(false)
    expect(() => createSeal(OLD).open(seal.close(RECORD, 'place'), 'place')).toThrow()
    const again = await open([old], newKeys())
    expect(again.seal.open(seal.close(RECORD, 'place'), 'place')).toEqual(RECORD)
    expect(again.digestKey).toEqual(digestKey)
  })

  it('has one keyring, however many open it at once', async () => {
    const opened = await Promise.all([0, 1, 2, 3].map(() => open([old], newKeys())))
    const sealed = opened.map(({ seal }) => seal.close(RECORD, 'place'))
    for (const { seal, digestId } of opened) {
      expect(digestId).toBe(opened[0]?.digestId)
      for (const text of sealed) expect(seal.open(text, 'place')).toEqual(RECORD)
    }
  })

  it('is left as it is where it is only read', async () => {
    const request = { cell, wrappers: [old] as const, now: () => now }
    await openKeys({ ...request, firstKeys: async () => earlier, readOnly: true })
    expect(stored).toBeUndefined()
  })
})

/** A cell whose process dies at the nth replacement: before it, or when it is durable and not yet answered. */
function dying(at: number, when: 'before' | 'after'): KeyringCell {
  let count = 0
  return {
    read: cell.read,
    replace: async (before, after) => {
      count += 1
      if (count === at && when === 'before') throw new TypeError('killed')
      const replaced = await cell.replace(before, after)
      if (count === at) throw new TypeError('killed')
      return replaced
    },
  }
}

/** What was sealed with every data key that there is by then. */
async function sealedSoFar(): Promise<readonly string[]> {
  const first = createSeal(OLD).close(RECORD, 'place')
  await open([old])
  await rekeyed([third, old])
  now += DATA_KEY_DELAY_MS
  const second = (await open([third])).seal.close(RECORD, 'place')
  return [first, second]
}

describe('a rekey', () => {
  // Two data keys, one of the history and a digest key to wrap, and two keys to make.
  const steps = [1, 2, 3, 4, 5, 6].flatMap((at) => [
    { at, when: 'before' as const },
    { at, when: 'after' as const },
  ])
  it.each(steps)(
    'that dies $when step $at leaves all readable, and the next one ends it',
    async ({ at, when }) => {
      const texts = await sealedSoFar()
      const wrappers: KeyWrappers = [current, third]
      await expect(rekeyed(wrappers, dying(at, when))).rejects.toThrow('killed')
      const between = await open(wrappers)
      for (const text of texts) expect(between.seal.open(text, 'place')).toEqual(RECORD)
      const { uses, keys } = await rekeyed(wrappers)
      expect(uses.map(({ wraps }) => wraps)).toEqual([6, 0])
      // One new data key, however often it was begun.
      expect(keys.filter(({ purpose }) => purpose === 'data')).toHaveLength(3)
      const after = await open([current])
      for (const text of texts) expect(after.seal.open(text, 'place')).toEqual(RECORD)
      expect(await unwrappable(third)).toBe(0)
    },
  )

  it('does the work once where several run at the same time', async () => {
    const texts = await sealedSoFar()
    const wrappers: KeyWrappers = [current, third]
    const runs = await Promise.all([0, 1, 2].map(() => rekeyed(wrappers)))
    const sum = (count: 'wrapped' | 'made') => runs.reduce((all, one) => all + one[count], 0)
    expect({ wrapped: sum('wrapped'), made: sum('made') }).toEqual({ wrapped: 4, made: 2 })
    const { seal } = await open([current])
    for (const text of texts) expect(seal.open(text, 'place')).toEqual(RECORD)
  })

  it('gives way where another one wraps under another key', async () => {
    await open([old])
    // The other one does all its work after the first step of this one.
    let isFirst = true
    const interrupted: KeyringCell = {
      read: cell.read,
      replace: async (before, after) => {
        const replaced = await cell.replace(before, after)
        if (isFirst) await rekeyed([third, current, old])
        isFirst = false
        return replaced
      },
    }
    await expect(rekeyed([current, third, old], interrupted)).rejects.toThrow(
      'Another rekey to another key is under way',
    )
    expect(await unwrappable(third)).toBe(parseRing(stored ?? '').keys.length)
  })

  it('changes nothing where all is done, and makes no further data key', async () => {
    await open([old])
    await rekeyed()
    const before = stored
    expect(await rekeyed()).toMatchObject({ wrapped: 0, made: 0 })
    expect(stored).toBe(before)
  })

  it('stops at a key that no one named can unwrap, and wraps nothing wrongly', async () => {
    await open([old])
    const before = stored
    await expect(rekeyed([current])).rejects.toThrow(old.id)
    expect(stored).toBe(before)
  })

  it('does not replace a key before the new wrapping was tried', async () => {
    await open([old])
    const before = stored
    const broken = { ...current, unwrap: async () => randomBytes(32) }
    await expect(rekeyed([broken, old])).rejects.toThrow('could not be unwrapped')
    expect(stored).toBe(before)
  })

  it('gives up what only a lost key opens, if that key is named', async () => {
    const sealed = createSeal(OLD).close(RECORD, 'place')
    await open([old])
    const request = { cell, wrappers: [current] as const, now: () => now }
    await expect(rekey({ ...request, abandon: third.id })).rejects.toThrow(old.id)
    expect(await rekey({ ...request, abandon: old.id })).toMatchObject({ abandoned: 2, made: 3 })
    const { seal } = await open([current])
    expect(() => seal.open(sealed, 'place')).toThrow(expect.objectContaining({ code: 'internal' }))
    expect(seal.open(seal.close(RECORD, 'place'), 'place')).toEqual(RECORD)
  })
})

describe('a server that runs meanwhile', () => {
  it('goes on with its keys, and uses the new data key once every instance knows it', async () => {
    const [server, elsewhere] = [await open(BOTH), await open(BOTH)]
    await rekeyed()
    await server.refresh()
    const early = server.seal.close(RECORD, 'place')
    expect(elsewhere.seal.open(early, 'place')).toEqual(RECORD)
    expect(createSeal(OLD).open(early, 'place')).toEqual(RECORD)
    now += DATA_KEY_DELAY_MS
    await elsewhere.refresh()
    const late = server.seal.close(RECORD, 'place')
    expect(elsewhere.seal.open(late, 'place')).toEqual(RECORD)
    expect(() => createSeal(OLD).open(late, 'place')).toThrow()
  })

  it('answers that it cannot read now, and not that something is lost, until it has loaded a key', async () => {
    const [server, elsewhere] = [await open(BOTH), await open(BOTH)]
    await rekeyed()
    now += DATA_KEY_DELAY_MS
    await server.refresh()
    for (const value of [RECORD, { long: randomBytes(8_000).toString('base64') }]) {
      const late = server.seal.closeAlike(value, 'place')
      expect(server.seal.closeAlike(value, 'place')).toBe(late)
      const stranger = await openKeys({
        cell: { ...cell, read: async () => undefined, replace: async () => true },
        wrappers: [old],
        firstKeys: async () => earlier,
        now: () => now,
      })
      expect(() => stranger.seal.open(late, 'place')).toThrow(
        expect.objectContaining({ code: 'store_unavailable' }),
      )
    }
    const late = server.seal.close(RECORD, 'place')
    expect(() => elsewhere.seal.open(late, 'place')).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    )
    // It has begun to load the keys by itself.
    await expect.poll(() => elsewhere.seal.open(late, 'place')).toEqual(RECORD)
  })

  it('keeps what it can unwrap, and says which key its configuration lacks', async () => {
    const server = await open([old])
    const sealed = server.seal.close(RECORD, 'place')
    await rekeyed()
    await expect(server.refresh()).rejects.toThrow(current.id)
    expect(server.seal.open(sealed, 'place')).toEqual(RECORD)
    now += DATA_KEY_DELAY_MS
    expect(createSeal(OLD).open(server.seal.close(RECORD, 'place'), 'place')).toEqual(RECORD)
  })
})

it('keys of one key are those of a version before data keys', () => {
  const { seal, digestKey } = keysOf(OLD)
  expect(createSeal(OLD).open(seal.close(RECORD, 'place'), 'place')).toEqual(RECORD)
  expect(digestKey).toBe(OLD)
})
