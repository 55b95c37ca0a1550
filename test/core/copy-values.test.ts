/** Values that stand in for one that a place does not take, and what of a copied record gives way to its rules. */

import { describe, expect, it } from 'vitest'
import { keepRules, keepUris } from '../../src/core/copy/keep.ts'
import { type Lacking, withoutLacking } from '../../src/core/copy/lacking.ts'
import { clauseOf, shownOf, trySet } from '../../src/core/copy/set.ts'
import { fitting } from '../../src/core/copy/values.ts'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { flag, key, list, view } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import type { Rule } from '../../src/core/mapping/row.ts'
import { mappingOf, secretRow } from './mapping.ts'

describe('what stands in for', () => {
  it('a list is what of it fits, with what a client there has, and without one item each', () => {
    const limits = { values: ['a', 'b', 'c'], maxItems: 2 }
    expect(fitting('grantTypes', ['a', 'x', 'b', 'c'], limits, ['b', 'z'])).toEqual([
      ['a', 'b'],
      ['a', 'b', 'z'],
      ['b'],
      ['a'],
      ['b', 'z'],
    ])
  })

  it('a list has as many items as it had, where there is no limit, and nothing of a blank that is none', () => {
    expect(fitting('grantTypes', ['a', 'b'], {}, null)).toEqual([['a', 'b'], ['b'], ['a'], null])
  })

  it('an object is those members that fit, and the whole with each member of the blank', () => {
    const limits = { maxKeys: 2, maxLength: 3 }
    const wanted = { one: 'a', long: 'long', longer: 'b', two: 'c', six: 'd' }
    expect(fitting('clientMetadata', wanted, limits, { two: 'z', new: 'y' })).toEqual([
      { one: 'a', two: 'c' },
      { ...wanted, two: 'z' },
      { ...wanted, new: 'y' },
      { two: 'z', new: 'y' },
    ])
    expect(fitting('clientMetadata', { a: 'b' }, {}, null)).toEqual([{ a: 'b' }, null])
  })

  it('a number is the nearest that is allowed', () => {
    const limits = { minimum: 300, maximum: 600 }
    expect(fitting('accessTokenLifetime', 60, limits, 500)).toEqual([300, 500])
    expect(fitting('accessTokenLifetime', 900, limits, 500)).toEqual([600, 500])
    expect(fitting('accessTokenLifetime', 400, limits, 500)).toEqual([400, 500])
    expect(fitting('accessTokenLifetime', 60, {}, null)).toEqual([60, null])
  })

  it('a text for people is what of it is legible, and of any other text nothing', () => {
    const limits = { pattern: { expression: /^[a-z ]+$/, says: 'must be small' }, maxLength: 4 }
    expect(fitting('name', 'aB cDe f', limits, 'blank')).toEqual(['a ce', 'blank'])
    expect(fitting('name', 'ab  cd', limits, 'blank')).toEqual(['ab', 'blank'])
    expect(fitting('description', ' x ', {}, null)).toEqual(['x', null])
    expect(fitting('appType', 'aB', limits, 'blank')).toEqual(['blank'])
    expect(fitting('disabled', true, {}, false)).toEqual([false])
  })
})

const rows = {
  name: key<string>('name'),
  secret: secretRow('secret'),
  description: key<string>('text', { limits: { maxLength: 3 } }),
  callbacks: list('urls', 'keep'),
  grantTypes: list('grants', 'keep'),
  appType: key<string>('type'),
  disabled: flag('off', false),
  firstParty: view<boolean>(['first'], () => true, 'it is so'),
}

describe('a field that is set', () => {
  const mapping = mappingOf(rows)

  it('is in the record, or there is a clause why not', () => {
    expect(trySet(mapping, { name: 'a' }, 'description', 'abc')).toEqual({
      done: { name: 'a', text: 'abc' },
    })
    const { why } = trySet(mapping, {}, 'description', 'abcd') as { readonly why: string }
    expect(why).toContain('3')
    expect(why).not.toMatch(/\.$/)
  })

  it('to what it has leaves the record as it is', () => {
    const record = { name: 'a' }
    expect(trySet(mapping, record, 'name', 'a').done).toBe(record)
  })

  it('hides no fault of a mapping', () => {
    const put = () => {
      throw new TypeError('a fault')
    }
    const faulty = mappingOf({ ...rows, name: { ...key<string>('name'), put } })
    expect(() => trySet(faulty, {}, 'name', 'a')).toThrow('a fault')
  })

  it('is recognized by what follows its name', () => {
    const put = () => {
      throw new ClientError('invalid_field', 'client.name: it is taken: choose another.')
    }
    const taken = mappingOf({ ...rows, name: { ...key<string>('name'), put } })
    expect(trySet(taken, {}, 'name', 'a')).toEqual({ why: 'it is taken: choose another' })
    expect(clauseOf('One. Two.')).toBe('One. Two')
  })

  it('is shown as JSON, and of a secret only that there is one', () => {
    expect(shownOf(mapping, 'secret', { secret: 'hush' })).toBe('(secret)')
    expect(shownOf(mapping, 'secret', {})).toBeNull()
    expect(shownOf(mapping, 'callbacks', { urls: ['a'] })).toEqual(['a'])
  })
})

describe('URIs that a client may not have', () => {
  const mapping = mappingOf({ ...rows, logoUri: key<string>('logo') })
  const keep = (native: JsonObject) => {
    const reasons = new Map<string, string>()
    return { next: keepUris(mapping, native, reasons), reasons: Object.fromEntries(reasons) }
  }

  it('are left out of their lists, and the first one is named', () => {
    const urls = ['https://a.example/', 'javascript:alert(1)', 'https://b.example/#x']
    const { next, reasons } = keep({ name: 'a', urls })
    expect(next).toEqual({ name: 'a', urls: ['https://a.example/'] })
    expect(Object.keys(reasons)).toEqual(['callbacks'])
    expect(reasons.callbacks).toMatch(/^"javascript:alert\(1\)" must /)
  })

  it('are cleared where there is one', () => {
    expect(keep({ logo: 'javascript:x' }).next).toEqual({})
  })

  it('that are only worth a warning stay, and the record is the same', () => {
    const record = { urls: ['https://203.0.113.7/cb'] }
    expect(keep(record).next).toBe(record)
    expect(keep(record).reasons).toEqual({})
  })

  it('keep a reason that was there before', () => {
    const reasons = new Map([['callbacks', 'of before']])
    keepUris(mapping, { urls: ['javascript:x'] }, reasons)
    expect(reasons.get('callbacks')).toBe('of before')
  })
})

describe('a rule between settings', () => {
  const ruled = (...rules: Rule[]): Mapping => mappingOf(rows, { settings: ['mode'], rules })
  const keep = (mapping: Mapping, native: JsonObject, blank: JsonObject = {}) => {
    const reasons = new Map<string, string>()
    const next = keepRules({ mapping, blank }, native, reasons)
    return { next, reasons: Object.fromEntries(reasons) }
  }
  const rule = (field: string, holds: Rule['holds'], says = `The rule of ${field}.`): Rule => ({
    field: `client.${field}`,
    says,
    holds,
  })
  const has = (name: string, value: string) => (next: JsonObject) =>
    Array.isArray(next[name]) && (next[name] as readonly string[]).includes(value)

  it('that holds changes nothing', () => {
    const mapping = ruled(rule('grantTypes', () => true))
    const record = { grants: ['a'] }
    expect(keep(mapping, record).next).toBe(record)
  })

  it('that nothing fixes changes nothing, and gives no reason', () => {
    for (const field of [
      'grantTypes',
      'secret',
      'firstParty',
      'nothing',
      'providerSettings.mode',
    ]) {
      const record = { grants: ['a'] }
      const never = rule(field, ({ grants }) => grants === 'never')
      expect(keep(ruled(never), record)).toEqual({ next: record, reasons: {} })
    }
  })

  it('is fixed by a setting of the provider as a new client has it, or by none', () => {
    const is = (value: unknown) => rule('providerSettings.mode', ({ mode }) => mode === value)
    const wrong = { mode: 'wrong', name: 'a' }
    expect(keep(ruled(is('usual')), wrong, { mode: 'usual' })).toEqual({
      next: { mode: 'usual', name: 'a' },
      reasons: { 'providerSettings.mode': 'The rule of providerSettings.mode' },
    })
    expect(keep(ruled(is(undefined)), wrong, { mode: 'usual' }).next).toEqual({ name: 'a' })
  })

  it('is fixed by an attribute as a new client has it, or by none', () => {
    const is = (value: unknown) => rule('appType', ({ type }) => type === value)
    expect(keep(ruled(is('usual')), { type: 'x' }, { type: 'usual' }).next).toEqual({
      type: 'usual',
    })
    expect(keep(ruled(is(undefined)), { type: 'x' }, { type: 'usual' }).next).toEqual({})
  })

  it('is fixed by a list as a new client has it, where that has any', () => {
    const mapping = ruled(rule('grantTypes', has('grants', 'usual')))
    expect(keep(mapping, { grants: ['a'] }, { grants: ['usual'] }).next).toEqual({
      grants: ['usual'],
    })
  })

  it('is not fixed by another secret, nor by none', () => {
    const record = { secret: 'hush' }
    const none = rule('secret', ({ secret: value }) => value === undefined)
    expect(keep(ruled(none), record)).toEqual({ next: record, reasons: {} })
    const other = rule('secret', ({ secret: value }) => value !== 'hush')
    const blank = { secret: 'another' }
    expect(keep(ruled(other), record, blank)).toEqual({ next: record, reasons: {} })
  })

  it('is fixed by a list without one item, before it is by one alone or by none', () => {
    const mapping = ruled(rule('grantTypes', (next) => !has('grants', 'b')(next)))
    expect(keep(mapping, { grants: ['a', 'b'] }).next).toEqual({ grants: ['a'] })
    expect(keep(mapping, { grants: ['a', 'b', 'c'] }, { grants: ['b'] }).next).toEqual({
      grants: ['a', 'c'],
    })
    const few = ruled(rule('grantTypes', ({ grants }) => (grants as readonly string[]).length < 2))
    expect(keep(few, { grants: ['a', 'b', 'c'] }).next).toEqual({ grants: [] })
    const one = ruled(rule('grantTypes', ({ grants }) => JSON.stringify(grants) === '["b","c"]'))
    expect(keep(one, { grants: ['a', 'b', 'c'] }).next).toEqual({ grants: ['b', 'c'] })
  })

  it('is fixed by those items of a list that hold alone', () => {
    const only = ['b', 'c']
    const mapping = ruled(
      rule(
        'grantTypes',
        ({ grants }) =>
          (grants as readonly string[]).every((item) => only.includes(item)) &&
          (grants as readonly string[]).length > 0,
      ),
    )
    expect(keep(mapping, { grants: ['x', 'b', 'y', 'c'] }).next).toEqual({ grants: ['b', 'c'] })
  })

  it('is not fixed by what breaks another one', () => {
    const mapping = ruled(
      rule('grantTypes', (next) => !has('grants', 'b')(next)),
      rule('appType', (next) => has('grants', 'c')(next) || has('grants', 'b')(next)),
    )
    expect(keep(mapping, { grants: ['b', 'c'] }).next).toEqual({ grants: ['c'] })
    expect(keep(mapping, { grants: ['b'] }).next).toEqual({ grants: ['b'] })
  })

  it('is fixed beside another one that is broken, each once', () => {
    const mapping = ruled(
      rule('appType', ({ type }) => type === 'usual'),
      rule('grantTypes', (next) => !has('grants', 'b')(next)),
    )
    expect(keep(mapping, { type: 'x', grants: ['b'] }, { type: 'usual' })).toEqual({
      next: { type: 'usual', grants: [] },
      reasons: { appType: 'The rule of appType', grantTypes: 'The rule of grantTypes' },
    })
  })

  it('keeps a reason that was there before', () => {
    const mapping = ruled(rule('appType', ({ type }) => type === 'usual'))
    const reasons = new Map([['appType', 'of before']])
    keepRules({ mapping, blank: { type: 'usual' } }, { type: 'x' }, reasons)
    expect(reasons.get('appType')).toBe('of before')
  })
})

describe('values that name nothing there', () => {
  const record = { urls: ['a', 'b', 'c'], scopes: ['x', 'y'], name: 'n' }
  const without = (lacking: readonly Lacking[], rules: readonly Rule[] = []) => {
    const target = { mapping: mappingOf(rows, { settings: ['scopes'], rules }), blank: {} }
    const before = { start: record, reasons: new Map([['name', 'of before']]) }
    const { start, reasons } = withoutLacking({ target }, before, lacking)
    return { start, reasons: Object.fromEntries(reasons) }
  }

  it('are left out of their lists, and each is named by its attribute or its setting', () => {
    const lacking = [
      { member: 'urls', value: 'b' },
      { member: 'scopes', value: 'x' },
    ]
    expect(without(lacking)).toEqual({
      start: { urls: ['a', 'c'], scopes: ['y'], name: 'n' },
      reasons: {
        name: 'of before',
        callbacks: '"b" does not exist there',
        'providerSettings.scopes': '"x" does not exist there',
      },
    })
  })

  it('can be all of a list, and what then breaks a rule is set otherwise', () => {
    const rule: Rule = {
      field: 'client.providerSettings.scopes',
      says: 'They go together.',
      holds: ({ urls, scopes }) => scopes === undefined || JSON.stringify(urls) !== '[]',
    }
    const lacking = ['a', 'b', 'c'].map((value) => ({ member: 'urls', value }))
    expect(without(lacking, [rule])).toEqual({
      start: { urls: [], name: 'n' },
      reasons: {
        name: 'of before',
        callbacks: '"c" does not exist there',
        'providerSettings.scopes': 'They go together',
      },
    })
  })

  it('are none in most copies, whose rules were kept before', () => {
    const broken: Rule = {
      field: 'client.providerSettings.scopes',
      says: 'There must be none.',
      holds: ({ scopes }) => scopes === undefined,
    }
    expect(without([], [broken])).toEqual({ start: record, reasons: { name: 'of before' } })
  })
})
