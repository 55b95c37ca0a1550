/** What a row of the permissions asks of claims: whole values, patterns that cover whole values, and nothing of an absent claim. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesPattern } from '../../../src/core/rights/text-rule.ts'
import { callerClaims, fulfils } from '../../../src/http/auth/claim-rule.ts'
import { runs } from '../../property.ts'

describe('a pattern', () => {
  it.each([
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/shop:ref:refs/heads/main', true],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/shop:ref:refs/heads/main2', false],
    ['repo:acme/*:ref:refs/heads/main', 'xrepo:acme/shop:ref:refs/heads/main', false],
    // The name of a branch may not end the repository and begin the environment.
    ['repo:acme/*:environment:live', 'repo:acme/shop:ref:refs/heads/a:environment:live', false],
    ['acme/*', 'acme/shop', true],
    ['acme/*', 'acme/shop/evil', false],
    ['acme/*', 'acme', false],
    ['acme/*', 'acme-evil/shop', false],
    ['acme/**', 'acme/shop/inner', true],
    ['refs/tags/v**', 'refs/tags/v1/rc:1', true],
    ['*', '', true],
    ['*', 'a:b', false],
    ['**', 'a:b/c\nd', true],
    ['a.c', 'abc', false],
    ['(a+)+$', 'aaa', false],
    ['Acme', 'acme', false],
    ['*\u{1f600}', 'x\u{1f600}', true],
  ])('%s and %j', (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected)
  })

  it('is what its definition says, for any pattern and text', () => {
    /** The definition itself, as slow as it is. */
    const covers = (pattern: string, text: string): boolean => {
      if (pattern === '') return text === ''
      const wildcard = pattern.startsWith('**') ? '**' : pattern[0] === '*' ? '*' : ''
      if (wildcard === '') return pattern[0] === text[0] && covers(pattern.slice(1), text.slice(1))
      if (covers(pattern.slice(wildcard.length), text)) return true
      if (text === '' || (wildcard === '*' && /^[/:]/.test(text))) return false
      return covers(pattern, text.slice(1))
    }
    const part = (...signs: readonly string[]) =>
      fc.array(fc.constantFrom(...signs), { maxLength: 7 }).map((some) => some.join(''))
    fc.assert(
      fc.property(
        part('a', '/', ':', '*', '**'),
        part('a', 'b', '/', ':', '*'),
        (pattern, text) => {
          expect(matchesPattern(pattern, text)).toBe(covers(pattern, text))
        },
      ),
      { numRuns: runs(2_000) },
    )
  })

  it('with many wildcards looks at each place of the pattern once for each sign of the text', () => {
    // 2^2,000 ways for one that tries them all; this is done in as many steps as there are pairs.
    expect(matchesPattern(`${'**a'.repeat(128)}b`, 'a'.repeat(2_000))).toBe(false)
  })
})

describe('a rule', () => {
  const claims = callerClaims(
    {
      repository: 'acme/shop',
      groups: ['staff', 'ops', { name: 'admin' }, ['admin'], null],
      run_attempt: 1,
      protected: true,
      nothing: null,
      object: { admin: true },
      empty: [],
      other: 'x',
    },
    ['repository', 'groups', 'run_attempt', 'protected', 'nothing', 'object', 'empty', 'absent'],
  )

  it('sees the named claims alone: texts, numbers and flags as texts, and the items of lists', () => {
    expect(claims).toEqual({
      repository: ['acme/shop'],
      groups: ['staff', 'ops'],
      run_attempt: ['1'],
      protected: ['true'],
    })
  })

  it.each([
    ['one claim', { repository: ['acme/shop'] }, true],
    ['one of several values', { repository: ['acme/portal', { pattern: 'acme/*' }] }, true],
    ['one of several items', { groups: ['ops'] }, true],
    ['all of several claims', { repository: ['acme/shop'], groups: ['ops'] }, true],
    ['one of two claims only', { repository: ['acme/shop'], groups: ['admin'] }, false],
    ['an absent claim', { absent: [{ pattern: '**' }] }, false],
    ['a claim that is null', { nothing: [{ pattern: '**' }, 'null'] }, false],
    ['a claim that is an object', { object: [{ pattern: '**' }] }, false],
    ['a claim without items', { empty: [{ pattern: '**' }] }, false],
    ['a claim that the row does not name', { other: ['x'] }, false],
    ['a name that every object has', { constructor: [{ pattern: '**' }] }, false],
    ['no value', { repository: [] }, false],
    ['nothing at all', {}, false],
  ])('of %s', (_, rule, expected) => {
    expect(fulfils(rule, claims)).toBe(expected)
  })
})
