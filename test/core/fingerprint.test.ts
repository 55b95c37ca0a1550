/** G3: fingerprints: equal exactly when the settings are, of no use for guessing, and keyed. */

import { describe, expect, it } from 'vitest'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import { isPublicMember } from '../../src/core/secrecy/place.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { DIALECTS } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createMapping } from '../../src/providers/rfc7592/mapping.ts'
import { mappingOf } from './mapping.ts'

const key = Buffer.alloc(32, 1)
const prints = createFingerprints(key)
const mapping = mappingOf(
  {},
  { hiddenKeys: ['hidden'], volatileKeys: ['moved'], secretPaths: ['key', 'addons.token', 'keys'] },
)
const native = { name: 'x', key: 'one', addons: { token: 'one', url: 'u' }, moved: 1, hidden: 1 }
const tag = (record: object, by = prints) => by.ofState(mapping, record as typeof native)

describe('of a state', () => {
  it('is short, can stand in a header, and is the same in every process with the key', () => {
    expect(tag(native)).toMatch(/^[\w-]{32}$/)
    expect(tag(native, createFingerprints(Buffer.alloc(32, 1)))).toBe(tag(native))
  })

  it('does not depend on the order of members, on what moves by itself or is hidden', () => {
    const { name, ...rest } = native
    expect(tag({ ...rest, name, moved: 2, hidden: 2 })).toBe(tag(native))
  })

  it.each([
    ['a setting', { name: 'y' }],
    ['a secret', { key: 'two' }],
    ['a secret inside', { addons: { token: 'two', url: 'u' } }],
    ['a new setting', { more: null }],
  ])('differs when %s does', (_, change) => {
    expect(tag({ ...native, ...change })).not.toBe(tag(native))
  })

  it('differs with the key', () => {
    expect(tag(native, createFingerprints(Buffer.alloc(32, 2)))).not.toBe(tag(native))
  })
})

describe('of a text', () => {
  it('is the same for one text and purpose, and another for any other', () => {
    const print = prints.ofText('one purpose', 'text')
    expect(print).toMatch(/^[\w-]{43}$/)
    expect(createFingerprints(key).ofText('one purpose', 'text')).toBe(print)
    expect(prints.ofText('another', 'text')).not.toBe(print)
    expect(prints.ofText('one purpose', 'other')).not.toBe(print)
    expect(createFingerprints(Buffer.alloc(32, 2)).ofText('one purpose', 'text')).not.toBe(print)
  })
})

describe('of a secret', () => {
  it('is the same for the same secret and reveals nothing else', () => {
    expect(prints.ofSecret('one')).toMatch(/^fingerprint:[\w-]{12}$/)
    expect(prints.ofSecret('one')).toBe(createFingerprints(key).ofSecret('one'))
    expect(prints.ofSecret('one')).not.toBe(prints.ofSecret('two'))
    expect(prints.ofSecret('one')).not.toBe(createFingerprints(Buffer.alloc(32, 2)).ofSecret('one'))
  })

  it('is made with another key than that of a state', () => {
    const text = mappingOf({}, { normal: () => ({}) })
    const print = prints.ofSecret('{}').slice('fingerprint:'.length)
    expect(prints.ofState(text, {}).startsWith(print)).toBe(false)
  })
})

it('masks every secret of a record, leaves the rest, and leaves out what is hidden', () => {
  const prints = createFingerprints(key)
  expect(prints.masked(mapping, { ...native, keys: [{ k: 1 }] })).toEqual({
    name: 'x',
    key: prints.ofSecret('one'),
    addons: { token: prints.ofSecret('one'), url: 'u' },
    keys: prints.ofSecret('[{"k":1}]'),
    moved: 1,
  })
})

// Made by the version before these settings were fields (commit 00b970a): a tag is of the record alone.
it.each([
  ['auth0', auth0, 'qWfju7TeQRWfR_hn7ALl-ltfvSDykhYa'],
  ['local', local, '-kNF5N9e2FOa0idk6MAHMZ17Lbev5eew'],
  ['rfc7592', createMapping(DIALECTS.standard), '2bWM9OSpoh23hZ9rtlgAHjqze3oQcwzS'],
])(
  'a setting that became a field changes no tag of %s, nor what an entry keeps',
  (_, of, before) => {
    const record = {
      client_id: 'one',
      client_name: 'Example',
      redirect_uris: ['https://app.example.com/cb'],
      policy_uri: 'https://app.example.com/policy',
      tos_uri: 'https://app.example.com/terms',
      jwks_uri: 'https://app.example.com/keys',
    }
    const held = createFingerprints(Buffer.alloc(32, 7))
    expect(held.ofState(of, record)).toBe(before)
    // An entry keeps it as it is: nothing of it is hidden, and all of it is known.
    expect(held.masked(of, record)).toEqual(record)
    for (const name of ['policy_uri', 'tos_uri', 'jwks_uri'] as const) {
      const isKept = isPublicMember(of, name, record[name])
      expect(isKept, name).toBe(of !== auth0 || name === 'jwks_uri')
    }
  },
)
