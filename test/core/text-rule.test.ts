/** Values of settings against rules: a pattern for URLs is held against their parts, so that none passes for another. */

import { describe, expect, it } from 'vitest'
import { allowsText, allowsValue } from '../../src/core/rights/text-rule.ts'

const PREVIEWS = { pattern: 'https://*.preview.example.com/**' }

describe('a pattern for URLs', () => {
  it.each([
    'https://pr-1.preview.example.com/',
    'https://pr-1.preview.example.com/auth/callback?from=x',
    'https://*.preview.example.com/cb',
  ])('allows %s', (value) => {
    expect(allowsValue(PREVIEWS, value)).toBe(true)
  })

  it.each([
    'https://evil.example.org/.preview.example.com/',
    'https://evil.example.org?.preview.example.com/',
    'https://evil.example.org#.preview.example.com/',
    'https://evil.example.org\\.preview.example.com/',
    'https://evil.example.org@x.preview.example.com/',
    'https://x:y@pr-1.preview.example.com/',
    'https://a.b.preview.example.com/',
    'https://preview.example.com/',
    'https://pr-1.preview.example.com.evil.example.org/',
    'https://pr-1.preview.example.com:8443/',
    'https://pr-1.preview.example.com',
    'https://pr-1.preview.example.com/../x',
    'https://pr-1.preview.example.com/..',
    'https://pr-1.preview.example.com/a/..#x',
    'https://pr-1.preview.example.com/a/.?x',
    'https://pr-1.preview.example.com/a/..;x',
    'https://pr-1.preview.example.com/%2e%2E/x',
    'https://pr-1.preview.example.com/a b',
    'http://pr-1.preview.example.com/',
    'HTTPS://pr-1.preview.example.com/',
    'javascript://pr-1.preview.example.com/%0aalert(1)',
    ' https://pr-1.preview.example.com/',
    '',
  ])('does not allow %j', (value) => {
    expect(allowsValue(PREVIEWS, value)).toBe(false)
  })

  it('allows no host that is made of dots', () => {
    const any = { pattern: 'https://**/**' }
    expect(allowsValue(any, 'https://a.example/.well-known/x..y')).toBe(true)
    expect(allowsValue(any, 'https://../x')).toBe(false)
  })

  it('stays within a label and a segment where it says so', () => {
    const rule = { pattern: 'https://shop-*.vercel.app/*' }
    expect(allowsValue(rule, 'https://shop-a1.vercel.app/cb')).toBe(true)
    expect(allowsValue(rule, 'https://shop-x.evil.vercel.app/cb')).toBe(false)
    expect(allowsValue(rule, 'https://shop-a1.vercel.app/a/b')).toBe(false)
  })
})

describe('other rules', () => {
  it('compare a text whole and a pattern as for claims', () => {
    expect(allowsValue('com.example.app:/cb', 'com.example.app:/cb')).toBe(true)
    expect(allowsValue('com.example.app:/cb', 'com.example.app:/cb2')).toBe(false)
    expect(allowsValue({ pattern: 'com.example.*:/cb' }, 'com.example.app:/cb')).toBe(true)
    expect(allowsValue({ pattern: 'tier-*' }, 'tier-1')).toBe(true)
    expect(allowsValue({ pattern: 'tier-*' }, 'other-1')).toBe(false)
  })

  it('compare ids and names whole, or by a pattern', () => {
    expect(allowsText('shop-*', 'shop-*')).toBe(true)
    expect(allowsText('shop-*', 'shop-1')).toBe(false)
    expect(allowsText({ pattern: 'shop-*' }, 'shop-1')).toBe(true)
    expect(allowsText({ pattern: 'shop-*' }, 'shop')).toBe(false)
  })

  it.each<[string, string, boolean]>([
    ['', '', true],
    ['', 'x', false],
    ['our shop *', 'our shop one', true],
    ['our shop *', 'our_shop one', false],
    ['a***b', 'ab', true],
    ['a***b', 'a/:/b', true],
    ['a*b', 'a/b', false],
    ['*', '', true],
    ['see https://*/', 'see https://a.b/', true],
  ])('with the pattern %j, of %j', (pattern, text, expected) => {
    expect(allowsText({ pattern }, text)).toBe(expected)
    expect(allowsValue({ pattern }, text)).toBe(expected)
  })
})
