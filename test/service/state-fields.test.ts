/** Which fields of a change the provider has left as they were, although it answered that it was done. */

import { describe, expect, it } from 'vitest'
import { diffClients } from '../../src/core/diff.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { flag, key, list } from '../../src/core/mapping/lenses.ts'
import { secretOf } from '../../src/core/mapping/mapping.ts'
import type { Lens } from '../../src/core/mapping/row.ts'
import type { Secret } from '../../src/core/secrecy/secret.ts'
import { isOwnSpelling, missedOf, progressOf } from '../../src/service/operation/change-progress.ts'
import { mappingOf } from '../core/mapping.ts'

const secret: Lens<Secret | null> = {
  support: 'native',
  keys: ['secret'],
  get: (native) => secretOf(native.secret),
  put: (value) => ({ secret: value?.reveal() }),
}
const mapping = mappingOf(
  {
    name: key<string>('name'),
    secret,
    callbacks: list('urls', 'keep'),
    disabled: flag('off', false),
  },
  { settings: ['mode'], secretPaths: ['secret'] },
)
const fingerprintOf = (text: string) => `fingerprint:${text.slice(0, 12).padEnd(12, '0')}`
const missed = (
  base: JsonObject,
  next: JsonObject,
  current: JsonObject,
  isExpected: (field: string) => boolean = () => false,
) => missedOf(mapping, { base, next }, current, { isExpected, fingerprintOf })

describe('fields that are as before', () => {
  const base = { name: 'a', urls: ['x'], mode: 'm' }
  const next = { name: 'b', urls: ['y'], mode: 'n' }

  it('are none where all came into force', () => {
    expect(missed(base, next, next)).toEqual({ missed: [], whole: false })
    expect(missed(base, base, base)).toEqual({ missed: [], whole: false })
  })

  it('are all of them where nothing did', () => {
    expect(missed(base, next, base)).toEqual({
      missed: ['name', 'callbacks', 'providerSettings.mode'],
      whole: true,
    })
  })

  it('are a part where some did', () => {
    expect(missed(base, next, { ...next, name: 'a' })).toEqual({ missed: ['name'], whole: false })
  })

  it('are none that hold something else than before and than was asked for', () => {
    expect(missed(base, next, { ...next, name: 'c' })).toEqual({ missed: [], whole: false })
    expect(missed(base, next, { ...base, name: 'c' })).toEqual({
      missed: ['callbacks', 'providerSettings.mode'],
      whole: false,
    })
  })

  it('are none that come with the operation', () => {
    const isExpected = (field: string) => field === 'name'
    expect(missed(base, next, { ...next, name: 'a' }, isExpected)).toEqual({
      missed: [],
      whole: false,
    })
    expect(missed(base, next, base, isExpected)).toEqual({
      missed: ['callbacks', 'providerSettings.mode'],
      whole: true,
    })
  })

  it('are no secret that a record never shows', () => {
    expect(missed({ name: 'a' }, { name: 'a', secret: 'hush' }, { name: 'a' })).toEqual({
      missed: [],
      whole: false,
    })
    const old = { name: 'a', secret: 'old' }
    expect(missed(old, { name: 'a', secret: 'new' }, old)).toEqual({
      missed: ['secret'],
      whole: true,
    })
  })
})

describe('a difference in a member that a change wrote', () => {
  const own = (base: JsonObject, next: JsonObject, current: JsonObject) =>
    diffClients(mapping, next, current, fingerprintOf).map((change) => [
      change.field,
      isOwnSpelling(mapping, { base, next }, change),
    ])

  it('is a setting of its own where no field is made of it', () => {
    expect(own({ mode: 'm' }, { mode: 'n' }, { mode: 'm' })).toEqual([
      ['providerSettings.mode', false],
    ])
    expect(own({ name: 'a' }, { name: 'b' }, { name: 'a' })).toEqual([['name', false]])
  })

  it('is another spelling where a field is made of it that shows the same', () => {
    // The default is said, and the provider leaves it out.
    expect(own({ off: true }, { off: false }, {})).toEqual([['providerSettings.off', true]])
    // No one has written it.
    expect(own({ off: false }, { off: false }, {})).toEqual([['providerSettings.off', false]])
  })

  it('is no field that the provider has left as it was', () => {
    const [base, next] = [{ name: 'a' }, { name: 'b', off: false }]
    expect(missed(base, next, { name: 'b' })).toEqual({ missed: [], whole: false })
    expect(missed(base, next, { name: 'a' })).toEqual({ missed: ['name'], whole: true })
  })
})

describe('a change of which no read shows anything', () => {
  const unseen = {
    ...mapping,
    unseen: { keys: ['secret'], stamp: 'at', why: 'no read shows it' },
  } as never
  const at = (time: string, more: JsonObject = {}) => ({ name: 'a', at: time, ...more })
  const [before, after] = ['2026-01-01T00:00:00.100Z', '2026-01-01T00:00:00.200Z']
  const progress = (current: JsonObject, next: JsonObject = at(before, { secret: 'new' })) =>
    progressOf(unseen, at(before), next, current)

  it('is in force where something was written since, and not where nothing was', () => {
    expect(progress(at(before))).toBe('before')
    expect(progress(at('2026-01-01T00:00:00Z'))).toBe('foreign')
  })

  it('is judged by what is shown where there is any', () => {
    const next = at(before, { secret: 'new', name: 'b' })
    expect(progress(at(after, { name: 'b' }), next)).toBe('after')
    expect(progress(at(after), next)).toBe('before')
    expect(progressOf(unseen, at(before), at(before), at(before))).toBe('after')
  })
})
