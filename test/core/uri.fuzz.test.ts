/** What must hold for every text, not only for those someone thought of. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkUri } from '../../src/core/uri/uri.ts'
import type { UriContext, UriUse } from '../../src/core/uri/uri-rule.ts'
import { createTally, runs } from '../property.ts'

const RUNS = { numRuns: runs(5_000) }
const PLAIN: UriContext = {
  policy: { maxLength: 2_048, wildcards: false, placeholders: [], customSchemes: true },
  native: true,
}
const LOOSE: UriContext = {
  policy: { ...PLAIN.policy, wildcards: true, placeholders: ['organization_name', 'a.b.*'] },
  native: true,
}

/** Pieces out of which attacks are made, so that the generator meets them often. */
const piece = fc.constantFrom(
  ...'https:// http:// com.example.App:/ javascript: / // \\ @ : # ? * . .. ..; %2e %2f %00 %c0%af'.split(
    ' ',
  ),
  ...'app.example.com EVIL.test localhost 127.0.0.1 [::1] 0x7f.1 xn--a {organization_name} {a.b.c}'.split(
    ' ',
  ),
  ...[' ', '\t', '\n', '\0', 'ü', '。', ':443', ':8443', 'cb', '?x=', '&', 'a'],
)
const pieces = fc.array(piece, { maxLength: 8 }).map((all) => all.join(''))
const text = fc.oneof(
  { weight: 4, arbitrary: pieces },
  {
    weight: 3,
    arbitrary: fc.array(piece, { maxLength: 5 }).map((all) => `https://a${all.join('')}`),
  },
  { weight: 2, arbitrary: fc.webUrl({ withQueryParameters: true, withFragments: true }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
)
/** Any byte, percent-encoded in either case, and what stands beside it in a host. */
const encoded = fc
  .integer({ min: 0, max: 255 })
  .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
const letters = fc.constantFrom('a', 'evil.test', '..', '.', ';', '%', '%2', '%C3%A9', 'h')

const use = fc.constantFrom<UriUse[]>('redirect', 'logout', 'origin', 'page', 'login')
const context = fc.constantFrom(PLAIN, LOOSE, { ...PLAIN, native: false })

const isAccepted = (value: string, as: UriUse, where: UriContext) =>
  checkUri(value, as, where).every(({ severity }) => severity === 'warning')

describe('every text', () => {
  it('gets an answer, and the same one again', () => {
    fc.assert(
      fc.property(text, use, context, (value, as, where) => {
        const first = checkUri(value, as, where)
        expect(checkUri(value, as, where)).toEqual(first)
        for (const { says, rule } of first) {
          expect(says.length).toBeGreaterThan(0)
          expect(rule).toMatch(/^[a-z_]+$/)
        }
      }),
      RUNS,
    )
  })

  it('when accepted is what browsers write, up to the slash of an empty path', () => {
    const tally = createTally('texts as URIs')
    fc.assert(
      fc.property(text, use, (value, as) => {
        if (!isAccepted(value, as, PLAIN)) return tally.add('refused')
        tally.add('accepted')
        const { href, search, pathname } = new URL(value)
        const shortened = pathname === '/' ? href.slice(0, href.length - search.length - 1) : href
        const canonical = value.startsWith('http')
          ? value
          : value.replace(/^[^:]+/, (scheme) => scheme.toLowerCase())
        expect([href, `${shortened}${pathname === '/' ? search : ''}`]).toContain(canonical)
      }),
      RUNS,
    )
    tally.print()
    // About 400 of 5,000: 100 is 15 standard deviations below.
    expect(tally.count('accepted')).toBeGreaterThan(100)
  })

  it('when accepted as http or https has one host for every reader', () => {
    const tally = createTally('texts as http or https URIs')
    fc.assert(
      fc.property(text, use, (value, as) => {
        if (!isAccepted(value, as, PLAIN) || !value.startsWith('http')) return tally.add('refused')
        tally.add('accepted')
        const strict =
          /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?(?:[/?][\x21-\x7e]*)?$/.exec(value)
        expect(strict?.[1]).toBe(new URL(value).hostname)
      }),
      RUNS,
    )
    tally.print()
  })

  it('when accepted with a private-use scheme has one authority, decoded or not', () => {
    const app = fc
      .tuple(
        fc.constantFrom('com.example.app:', 'com.example.app://'),
        fc.array(fc.oneof(encoded, letters), { maxLength: 3 }),
        fc.constantFrom('', '/', '/cb', '?x=1'),
      )
      .map(([scheme, authority, rest]) => `${scheme}${authority.join('')}${rest}`)
    const tally = createTally('private-use URIs')
    fc.assert(
      fc.property(app, (value) => {
        if (!isAccepted(value, 'redirect', PLAIN)) return tally.add('refused')
        tally.add('accepted')
        const after = value.slice('com.example.app:'.length)
        expect(after.replace(/^\/\//, '')).toMatch(/^[^?]/)
        const authority = /^\/\/([^/?]*)/.exec(after)?.[1] ?? ''
        const decoded = decodeURIComponent(authority)
        expect(decoded).not.toMatch(/[/\\?#@:[\]%]|^\.\.?(?:;|$)/)
        expect([...decoded].every((one) => one > '\x1f' && one !== '\x7f')).toBe(true)
      }),
      RUNS,
    )
    // Most of what is generated is an attack. About 1,750 of 5,000 are accepted: 100 is 48 standard deviations below.
    tally.print()
    expect(tally.count('accepted')).toBeGreaterThan(100)
  })

  it('when accepted has a canonical form that is accepted too', () => {
    fc.assert(
      fc.property(text, (value) => {
        if (!isAccepted(value, 'redirect', PLAIN)) return
        expect(isAccepted(new URL(value).href, 'redirect', PLAIN)).toBe(true)
      }),
      RUNS,
    )
  })

  it('is answered in linear time', () => {
    const hostile = [
      '%',
      '..;/',
      'a.',
      '*',
      '{',
      '{a}',
      '[',
      '@',
      ':',
      '//',
      'https://a',
      '\0',
      '-',
      '1.',
      ' ',
      '?x=//',
    ]
    const cost = (length: number) => {
      const before = process.cpuUsage().user
      for (const unit of hostile) {
        for (const head of ['', 'https://', 'https://a/', 'com.a:']) {
          const value = head + unit.repeat(length / unit.length)
          checkUri(value.slice(0, 2_048), 'redirect', LOOSE)
        }
      }
      return process.cpuUsage().user - before
    }
    cost(2_048)
    // Processor time, in microseconds, which a busy machine does not lengthen.
    expect(cost(2_048)).toBeLessThan(1_000_000)
  })
})
