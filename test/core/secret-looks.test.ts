/** What looks like a secret: words in names, and shapes of values. Samples by hand, for each rule one on either side. */

import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import {
  isJwk,
  isPrivatePart,
  isRemembered,
  isSecretName,
  isSecretText,
  looksOf,
  mayBeSecretText,
  wordsOf,
} from '../../src/core/secrecy/secret-looks.ts'

describe('the words of a name', () => {
  it.each([
    ['clientSecret', ['client', 'secret']],
    ['client_secret', ['client', 'secret']],
    ['CLIENT-SECRET', ['client', 'secret']],
    ['APIKey2', ['api', 'key2']],
    ['sha256Key', ['sha256', 'key']],
    ['x.y z', ['x', 'y', 'z']],
    ['_client__secret_', ['client', 'secret']],
    ['schlüsselWort', ['schlüssel', 'wort']],
    ['', []],
  ])('%j', (name, words) => {
    expect(wordsOf(name)).toEqual(words)
  })
})

describe('a name', () => {
  it.each([
    // A word that says it, wherever it stands, and with a number behind it.
    'secret',
    'client_secret_previous',
    'passwd2',
    'myPassword',
    // Words written together.
    'clientsecret',
    'masterkey',
    'userpasswords',
    'mytokens',
    // A key of something.
    'api_key',
    'apiKey2',
    'apiKey23',
    'key2_secret',
    'a__key',
    'signing_keys',
    // What says something comes last, and not first.
    'type_token',
  ])('is one of a secret: %s', (name) => {
    expect(looksOf(name)).toEqual({ isSecret: true, isAbout: false })
    expect(isSecretName(name)).toBe(true)
  })

  it.each([
    'key',
    'keys',
    'key2',
    'key_value',
    'note',
    'secretary',
    // Digits are left out at the end of a word only.
    'sec1ret',
    'passenger',
    'public_key',
    'pubKey',
    'secret_public',
    '',
  ])('is none of a secret: %s', (name) => {
    expect(looksOf(name)).toEqual({ isSecret: false, isAbout: false })
    expect(isSecretName(name)).toBe(false)
  })

  it.each([
    'token_lifetime',
    'secretId',
    'token_endpoint_auth_method',
    'fingerprint',
    'public_url',
  ])('only says something about one: %s', (name) => {
    expect(looksOf(name)).toEqual({ isSecret: false, isAbout: true })
    expect(isSecretName(name)).toBe(false)
  })

  it('looks the same however often it is looked at, and however many others come between', () => {
    for (let index = 0; index < 30_000; index += 1) looksOf(`member ${index}`)
    expect(isSecretName('api_key')).toBe(true)
    expect(isSecretName('note')).toBe(false)
  })

  it('is remembered as long as it is short, and looks the same beyond that', () => {
    const long = `${'x'.repeat(60)}_key`
    expect([isRemembered(long), isRemembered(`x${long}`)]).toEqual([true, false])
    for (const name of [long, `x${long}`, long, `x${long}`]) expect(isSecretName(name)).toBe(true)
  })
})

describe('a text', () => {
  it.each([
    '-----BEGIN PRIVATE KEY-----\nMIIE',
    'before -----BEGIN RSA PRIVATE KEY-----',
    'Bearer abcdef',
    'https://user:password@host.example/',
    'ghp_0123456789',
    '{"kty":"oct","k":"c2VjcmV0"}',
    '{"kty" : "RSA", "d" : "x"}',
  ])('is a secret by its shape, wherever it stands: %j', (text) => {
    expect(isSecretText(text)).toBe(true)
  })

  it.each([
    '-----BEGIN PUBLIC KEY-----',
    'Bearer of good news',
    'https://user@host.example/a:b@c',
    'ghp_short',
    '{"kty":"RSA","n":"x"}',
    '{"k":"v","d":1}',
    'plain',
    '',
  ])('is none: %j', (text) => {
    expect(isSecretText(text)).toBe(false)
  })

  it.each([
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2ln',
    'host=db; password=hunter22',
    'https://x.example/c?sv=2022&sig=0123456789',
    // As drawn by chance.
    'Zq8canarykR4vB1xW6nT0pL',
    '9fceb02d0ae598e95dc970b74767f19372d61af8',
  ])('may be one, where no one knows what it is for: %j', (text) => {
    expect(mayBeSecretText(text)).toBe(true)
    expect(isSecretText(text)).toBe(false)
  })

  it.each([
    // 19 characters.
    'Zq8canarykR4vB1xW6n',
    // A space, no digit, no letter, and few different characters.
    'Zq8canarykR4vB1x W6nT0pL',
    'ZqcanarykRvBxWnTpLmH',
    '01234567890123456789',
    'aaaaaaaaaa1aaaaaaaaaa',
    'password=short',
    'eyJ.a.b',
    'plain',
  ])('is taken for none: %j', (text) => {
    expect(mayBeSecretText(text)).toBe(false)
  })

  it('is random enough from 3.2 bits a character on', () => {
    // Ten different characters, two of each: log2(10) = 3.32 bits. Nine and two more: less than 3.2.
    expect(mayBeSecretText('abcdefghi1abcdefghi1')).toBe(true)
    expect(mayBeSecretText('abcdefgh11abcdefgh11')).toBe(false)
    // Sixteen different characters of 20: more than enough.
    expect(mayBeSecretText('abcdefghijklmno1aaaa')).toBe(true)
  })
})

describe('a key (RFC 7517)', () => {
  it('is an object with a type', () => {
    expect(isJwk({ kty: 'RSA' })).toBe(true)
    expect(isJwk({ kty: 1 })).toBe(false)
    expect(isJwk({})).toBe(false)
  })

  it.each<[string, Json, boolean]>([
    ['d', 'x', true],
    ['k', 'x', true],
    ['oth', [{ r: 'x' }], true],
    ['d', null, false],
    ['n', 'x', false],
    ['kid', 'x', false],
  ])('has %s: %j as a private part: %s', (name, value, expected) => {
    expect(isPrivatePart(name, value)).toBe(expected)
  })
})
