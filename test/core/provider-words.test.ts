/** What of a provider's words is shown: known cases. Random ones are in `provider-words.fuzz.test.ts`. */

import { describe, expect, it } from 'vitest'
import { hiddenTexts, providerWords } from '../../src/core/secrecy/provider-words.ts'
import { mappingOf } from './mapping.ts'

describe('the words of a provider', () => {
  it('are none where it says nothing that can be shown', () => {
    for (const nothing of [undefined, null, 7, { message: 'x' }, '', ' \n\u202e ']) {
      expect(providerWords(nothing, [])).toBeUndefined()
    }
  })

  it('are plain characters with one space between', () => {
    expect(providerWords(' a\u00e9b\n\n<c> `d` \\e  f ', [])).toBe('a b c d e f')
  })

  it('are 300 characters at most, and say that they are cut', () => {
    const words = (count: number) => 'word '.repeat(count).trim()
    expect(providerWords(`${words(59)} tail.`, [])).toBe(`${words(59)} tail.`)
    const shown = providerWords(`${words(59)} tails.`, [])
    expect(shown).toBe(`${words(59)} ta...`)
    expect(shown).toHaveLength(300)
  })

  it('are not looked at after 2,000 characters', () => {
    const gap = '\n'.repeat(1_999)
    expect(providerWords(`a${gap}b`, [])).toBe('a')
    expect(providerWords(`a${gap.slice(1)}b`, [])).toBe('a b')
  })
})

describe('a secret that is known', () => {
  const SECRET = 'Zq7mK2xLw9TtPp4VcB8n'
  const said = (echo: string, secret = SECRET) =>
    providerWords(`no: ${echo} is not allowed`, [secret])

  it('is hidden as it is, however short, from four characters on', () => {
    expect(said('ab"c', 'ab"c')).toBe('no: [hidden] is not allowed')
    expect(said('xab"cx', 'ab"c')).toBe('no: x[hidden]x is not allowed')
    expect(said('abc', 'abc')).toBe('no: abc is not allowed')
  })

  it('is hidden as JSON and in a URL', () => {
    expect(said('a\\"b\\"', 'a"b"')).toBe('no: [hidden] is not allowed')
    expect(said('a%2Fb%26', 'a/b&')).toBe('no: [hidden] is not allowed')
  })

  it('is hidden as the longest of its spellings that is there', () => {
    expect(providerWords('no: abcd-efgh', ['abcd', 'abcd-efgh'])).toBe('no: [hidden]')
    expect(providerWords('no: abcd-efgh', ['abcd-efgh', 'abcd'])).toBe('no: [hidden]')
  })

  it.each([
    ['', '[hidden]c2U='],
    ['c', 'Y3Bh[hidden]XNl'],
    ['cl', 'Y2xw[hidden]zZQ=='],
    ['client:', 'Y2xpZW50OnBh[hidden]XNl'],
  ])('is hidden in base64, wherever it begins in that: after "%s"', (before, shown) => {
    // What depends on what stands beside it stays.
    const echo = Buffer.from(`${before}pass phrase`).toString('base64')
    expect(said(echo, 'pass phrase')).toBe(`no: ${shown} is not allowed`)
  })

  it('is hidden with its whole word where eight letters or digits in a row are of it', () => {
    const part = SECRET.slice(4, 12)
    expect(said(part)).toBe('no: [hidden] is not allowed')
    expect(said(`x-${part.toLowerCase()}-y`)).toBe('no: [hidden] is not allowed')
    expect(said(part.split('').join('-'))).toBe('no: [hidden] is not allowed')
    expect(said(SECRET.slice(-8))).toBe('no: [hidden] is not allowed')
    expect(said(SECRET.slice(0, 8))).toBe('no: [hidden] is not allowed')
    expect(said(SECRET.slice(0, 7))).toBe(`no: ${SECRET.slice(0, 7)} is not allowed`)
  })

  it('is hidden where only what stands between its letters and digits is another', () => {
    expect(said('a1b2c3d4', 'a1-b2-c3-d4')).toBe('no: [hidden] is not allowed')
  })

  it('is hidden in each word that has a part of it, to the last', () => {
    expect(said('Zq7m K2xL')).toBe('no: [hidden] [hidden] is not allowed')
    expect(said('Zq7mK2x L')).toBe('no: [hidden] [hidden] is not allowed')
    expect(providerWords(SECRET.slice(0, 8), [SECRET])).toBe('[hidden]')
  })
})

describe('what looks like a secret', () => {
  it.each([
    ['a key', 'ghp_0123456789abcdefABCDEF'],
    ['a text that is drawn by chance', 'q8Zr2Lw9Xk4Tn7Vb3Mc6'],
    ['one in a path', 'https://a.example/q8Zr2Lw9Xk4Tn7Vb3Mc6/b'],
    ['one in a query', 'https://a.example/?code=q8Zr2Lw9Xk4Tn7Vb3Mc6'],
    ['one behind several marks', '//?&q8Zr2Lw9Xk4Tn7Vb3Mc6'],
  ])('is hidden with its word: %s', (_, token) => {
    expect(providerWords(`no (${token}) here`, [])).toBe('no ([hidden]) here')
  })

  it.each([
    ['password=hunter2, or not', 'password=[hidden], or not'],
    ['{"api_key": "x1", "a": 1}', '{"api_key": "[hidden]", "a": 1}'],
    ['Bearer abcdefgh.', 'Bearer [hidden]'],
    ['it is -----BEGIN PRIVATE KEY----- abc', 'it is [hidden]'],
  ])('is hidden by what stands before no: %s', (text, shown) => {
    expect(providerWords(text, [])).toBe(shown)
  })

  it('is nothing that people write', () => {
    const text = 'https://app.example.com/callback?next=home is not allowed for Google'
    expect(providerWords(text, [])).toBe(text)
  })
})

describe('the hidden texts of a record', () => {
  const rules = mappingOf({}, { secretPaths: ['keys', 'pin'] })

  it('are all that is hidden in it, however deep', () => {
    const keys = ['one', { two: 'two', three: ['three', 3, null, true] }]
    expect(hiddenTexts(rules, { keys, pin: 4, name: 'A', password: 'five' })).toEqual([
      'one',
      'two',
      'three',
      'five',
    ])
  })

  it('are none of what is no record', () => {
    for (const none of ['text', null, 5, ['ghp_0123456789abcdefABCDEF']]) {
      expect(hiddenTexts(rules, none)).toEqual([])
    }
  })
})
