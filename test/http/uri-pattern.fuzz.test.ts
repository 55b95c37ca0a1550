/**
 * Whatever the rules of URIs take matches the expression that the description of a development server has for them, and
 * what matches is taken, or refused for a reason of which `scripts/suites/explained.json` says why no schema can state it.
 */

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkUri } from '../../src/core/uri/uri.ts'
import type { UriContext, UriUse } from '../../src/core/uri/uri-rule.ts'
import { uriPattern } from '../../src/http/openapi/uri-pattern.ts'
import { createTally, runs } from '../property.ts'

const PLAIN: UriContext = {
  policy: { maxLength: 2_048, wildcards: false, placeholders: [], customSchemes: true },
  native: true,
}
const LOOSE: UriContext = {
  policy: {
    ...PLAIN.policy,
    wildcards: true,
    placeholders: ['organization_name', 'a.b.*'],
    loginPlaceholders: ['organization.metadata.public_*'],
    plainSchemes: ['cursor'],
  },
  native: true,
}

const USES = ['redirect', 'logout', 'origin', 'page', 'login'] as const
const CONTEXTS = [PLAIN, LOOSE, { ...PLAIN, policy: { ...PLAIN.policy, customSchemes: false } }]

const { refusals } = JSON.parse(
  readFileSync(new URL('../../scripts/suites/explained.json', import.meta.url), 'utf8'),
) as { refusals: { code: string; error: string }[] }
const EXPLAINED = refusals
  .filter(({ code }) => code === 'invalid_field')
  .map(({ error }) => new RegExp(error))

const isAccepted = (value: string, use: UriUse, context: UriContext) =>
  checkUri(value, use, context).every(({ severity }) => severity === 'warning')

const host = fc.constantFrom(
  ...'app.example.com localhost 127.0.0.1 [::1] [2001:db8::1] [1:2:3:4:5:6:7:8] a xn--mnchen-3ya.example 1.a'.split(
    ' ',
  ),
  ...'*.app.example.com {organization_name}.example.com b.{a.b.c}.com {organization.metadata.public_x}.a.b a--b.c'.split(
    ' ',
  ),
)
const start = fc.oneof(
  fc.tuple(fc.constantFrom('https://', 'http://'), host).map((parts) => parts.join('')),
  fc.constantFrom(
    'com.example.App:',
    'com.example.app://',
    'cursor://',
    'CURSOR:',
    'ionic://localhost',
    'x:/',
  ),
)
const piece = fc.constantFrom(
  ...[
    ':8443',
    ':65535',
    ':65536',
    '/',
    '/cb',
    '?',
    '?x=',
    '#',
    '#a',
    '#{a.b.c}',
    "'",
    '*',
    '~',
    '@',
    ';',
    '+',
    '[',
    '{a.b.c}',
  ],
  ...[
    '%2F',
    '%2e',
    '%20',
    '%C3%A9',
    '%e2%82%ac',
    '%f0%9f%98%80',
    '%c0%af',
    '%7f',
    '%25',
    '%5c',
    '.',
    '..',
    'a',
    ' ',
    'ü',
  ],
)
const text = fc
  .tuple(start, fc.array(piece, { maxLength: 5 }))
  .map(([first, rest]) => first + rest.join(''))

describe('the expression of URIs', () => {
  it('matches every URI that the rules take', () => {
    const tally = createTally('URIs and their expression')
    const each = fc.property(
      text,
      fc.constantFrom(...USES),
      fc.constantFrom(...CONTEXTS),
      (value, use, context) => {
        const accepted = isAccepted(value, use, context)
        const matched = new RegExp(uriPattern(use, context.policy), 'u').test(value)
        tally.add(accepted ? 'accepted' : matched ? 'matched alone' : 'refused by both')
        if (accepted) expect(matched, `${use} ${value}`).toBe(true)
      },
    )
    fc.assert(each, { numRuns: runs(5_000) })
    tally.print()
    expect(tally.count('accepted')).toBeGreaterThan(tally.total() / 50)
    expect(tally.count('refused by both')).toBeGreaterThan(tally.count('matched alone'))
  })

  it('matches nothing that the rules refuse for a reason that an expression can state', () => {
    const tally = createTally('what the expression of URIs matches')
    const matching = USES.flatMap((use) =>
      CONTEXTS.map((context) =>
        fc
          .stringMatching(new RegExp(uriPattern(use, context.policy)), { size: 'small' })
          .map((value) => ({ use, context, value })),
      ),
    )
    const each = fc.property(fc.oneof(...matching), ({ use, context, value }) => {
      const faults = checkUri(value, use, context).filter(({ severity }) => severity !== 'warning')
      tally.add(faults.length === 0 ? 'accepted' : 'refused for a reason')
      for (const { says } of faults) {
        const sentence = `uri ${says}`
        expect(
          EXPLAINED.some((reason) => reason.test(sentence)),
          `${use} ${value}: ${sentence}`,
        ).toBe(true)
      }
    })
    fc.assert(each, { numRuns: runs(1_000) })
    tally.print()
    expect(tally.count('accepted')).toBeGreaterThan(tally.total() / 50)
  })

  it.each([
    ['com.example.app:#a', 'redirect', false],
    ['com.example.app:/a#b', 'redirect', false],
    ['com.example.app:', 'redirect', false],
    ['com.example.app:?a', 'redirect', false],
    ['com.example.app://', 'redirect', false],
    ['com.example.app://?a', 'redirect', false],
    ['com.example.app:///', 'redirect', true],
    ['com.example.app:/?a', 'redirect', true],
    ['com.example.app://host?a', 'redirect', true],
    ['com.example.app://a@b/', 'redirect', false],
    ['com.example.app://a%40b/', 'redirect', false],
    ['com.example.app:/%zz', 'redirect', false],
    ['https://app.example.com/callback', 'redirect', true],
    ['https://app.example.com', 'origin', true],
    ['https://app.example.com/', 'origin', false],
    ['http://app.example.com/callback', 'redirect', false],
    ['http://localhost:3000/callback', 'redirect', true],
    ['com.example.app:/callback', 'redirect', true],
    ['com.example.app:/callback', 'page', false],
    ['https://app.example.com/terms#3', 'page', true],
    ['https://app.example.com/a#b', 'redirect', false],
    ['https://user@app.example.com/', 'redirect', false],
    ['javascript:alert(1)', 'redirect', false],
    ['https://app.example.com/terms#a*b', 'page', false],
    ['https://app.example.com/login#v,*R', 'login', false],
    ['com.example.app:/call*back', 'redirect', false],
  ] as const)('%s as %s: %s', (value, use, expected) => {
    expect(new RegExp(uriPattern(use, PLAIN.policy), 'u').test(value)).toBe(expected)
  })
})
