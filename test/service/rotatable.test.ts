/** Whether and how a client can get a new secret, by what its provider can and what the client is. */

import { describe, expect, it } from 'vitest'
import { view } from '../../src/core/mapping/lenses.ts'
import { secretOf } from '../../src/core/mapping/mapping.ts'
import type { Lens, Native, Row } from '../../src/core/mapping/row.ts'
import { type Secret, secret } from '../../src/core/secrecy/secret.ts'
import type { Provider } from '../../src/providers/provider.ts'
import {
  checkCutOver,
  checkOther,
  checkOverlap,
  checkRoom,
  checkValue,
  secretsOf,
} from '../../src/service/secrets/rotatable.ts'
import { mappingOf } from '../core/mapping.ts'
import { refusal } from '../core/thrown.ts'

const row = (limits?: Lens<Secret | null>['limits']): Row<Secret | null> => ({
  support: 'native',
  keys: ['secret'],
  get: (native) => secretOf(native.secret),
  put: (value) => ({ secret: value?.reveal() }),
  ...(limits && { limits }),
})
/** A provider with these ways of secrets. */
const providerOf = (ways?: object, of: Row<Secret | null> = row()) =>
  ({
    mapping: mappingOf({ secret: of }),
    ...(ways && {
      secrets: { atOnce: () => 2, unusable: () => undefined, list: async () => [], ...ways },
    }),
  }) as unknown as Provider
const [add, remove] = [() => ({}), () => ({})]
const VALUE = secret('x'.repeat(40))
const cutOver = (provider: Provider, base: Native) => checkCutOver(provider, base, VALUE)

const NEITHER = expect.objectContaining({ code: 'unsupported_operation' })
const CUT_OVER = (text: string) => ({
  code: 'invalid_field',
  field: 'cutOver',
  message: expect.stringMatching(new RegExp(`^cutOver must be ${text}`)),
})

describe('a provider without a way to rotate secrets', () => {
  it('refuses whatever is asked of them', () => {
    const provider = providerOf()
    for (const ask of [secretsOf, checkOverlap, cutOver, checkValue] as const) {
      expect(refusal(() => ask(provider, {} as never))).toEqual(NEITHER)
    }
    expect(refusal(() => secretsOf(provider))?.message).toContain('no way to rotate the secrets')
  })
})

describe('a client that can have no secret', () => {
  it('gets none, with the reason', () => {
    const provider = providerOf({ add, remove, unusable: () => 'it is public' })
    for (const ask of [checkOverlap, cutOver]) {
      expect(refusal(() => ask(provider, {}))).toMatchObject({
        code: 'unsupported_operation',
        message: expect.stringContaining('it is public'),
      })
    }
  })
})

describe('a new secret beside the old one', () => {
  it('is possible where the provider adds and removes them, and the client can have two', () => {
    const ways = checkOverlap(providerOf({ add, remove }), {})
    expect(ways).toMatchObject({ add, remove })
    expect(ways.atOnce({})).toBe(2)
  })

  it.each([
    ['the client can have one', { add, remove, atOnce: () => 1 }],
    ['the provider adds none', { remove }],
    ['the provider removes none', { add }],
  ])('is refused where %s', (_, ways) => {
    expect(refusal(() => checkOverlap(providerOf(ways), {}))).toMatchObject(CUT_OVER('true'))
  })
})

describe('a new secret in the place of the old one', () => {
  it.each([
    ['the client can have one', { add, remove, atOnce: () => 1 }],
    ['the provider adds none', { remove }],
  ])('is possible where %s', (_, ways) => {
    expect(refusal(() => cutOver(providerOf(ways), {}))).toBeUndefined()
  })

  it('is another one', () => {
    const own = { secret: VALUE.reveal() }
    for (const ask of [cutOver, (one: Provider, base: Native) => checkOther(one, base, VALUE)]) {
      expect(refusal(() => ask(providerOf({ remove }), own))).toMatchObject({
        code: 'invalid_field',
        field: 'secret',
        message: 'secret must be another one than the client has.',
      })
      expect(refusal(() => ask(providerOf({ remove }), { secret: 'y'.repeat(40) }))).toBeUndefined()
    }
  })

  it('is refused where it can stand beside that', () => {
    expect(refusal(() => cutOver(providerOf({ add, remove }), {}))).toMatchObject(
      CUT_OVER('absent'),
    )
  })
})

describe('a value that the caller has chosen', () => {
  const value = VALUE

  it('is within the limits of secrets, and of the attribute where that can be set', () => {
    const [narrow, wide] = [{ maxLength: 39 }, { maxLength: 40 }]
    expect(
      refusal(() => checkValue(providerOf({ limits: wide }, row(wide)), value)),
    ).toBeUndefined()
    expect(refusal(() => checkValue(providerOf({}), value))).toBeUndefined()
    for (const provider of [providerOf({ limits: narrow }), providerOf({}, row(narrow))]) {
      expect(refusal(() => checkValue(provider, value))).toMatchObject({
        code: 'invalid_field',
        message: expect.stringMatching(/^secret /),
      })
    }
    const shown = { ...view<Secret | null>(['secret'], () => null, 'it is shown'), limits: narrow }
    expect(refusal(() => checkValue(providerOf({}, shown as never), value))).toBeUndefined()
  })

  it('need not be given', () => {
    expect(refusal(() => checkValue(providerOf({ limits: { maxLength: 1 } }), undefined))).toBe(
      undefined,
    )
  })
})

describe('the place for one more secret', () => {
  const live = [{ id: 'a', createdAt: '2026-01-01' }, { id: 'b' }]

  it('is there below the most', () => {
    expect(refusal(() => checkRoom(3, live))).toBeUndefined()
  })

  it.each([2, 1])(
    'is not there where %i is the most, and those that are live are named',
    (most) => {
      expect(refusal(() => checkRoom(most, live))).toMatchObject({
        code: 'rule_violated',
        message: expect.stringMatching(
          /has 2 live secrets.*: a \(of 2026-01-01\) or b \(of an unknown time\)\./,
        ),
      })
    },
  )
})
