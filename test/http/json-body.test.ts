/** Each class of JSON body that is refused: its code, its path, and a sentence without its content. */

import { describe, expect, it } from 'vitest'
import { parseJson } from '../../src/http/wire/json-body.ts'
import { refusalOf } from './refusal.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const refused = (text: string) => refusalOf(() => parseJson(bytesOf(text)))
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const names = (count: number) =>
  `{${Array.from({ length: count }, (_, index) => `"n${index}":0`).join(',')}}`

describe('a body that is not JSON', () => {
  it.each([
    ['', 1, 1],
    ['   ', 1, 4],
    ['{"client":}', 1, 11],
    ['{\n  "client": {\n    "name": "a",\n  }\n}', 4, 3],
    ['{"a":1', 1, 7],
    ["{'a':1}", 1, 2],
    ['{"a" 1}', 1, 6],
    ['[1,2,]', 1, 6],
    ['[01]', 1, 3],
    ['[1}', 1, 3],
    ['{"a":tru}', 1, 6],
    ['{"a":"\\x"}', 1, 6],
    ['{"a":"\t"}', 1, 6],
    ['1 2', 1, 3],
    ['{"position 77":}', 1, 16],
    ['\ufeff{}', 1, 1],
    ['NaN', 1, 1],
  ])('%j is refused with the place of its fault', (text, line, column) => {
    const error = refused(text)
    expect(error.code).toBe('invalid_request')
    expect(error.message).toBe(
      `The body must be JSON; it is broken at line ${line}, column ${column}.`,
    )
  })

  it('is never echoed, not even to the log', () => {
    const error = refused('{"secret": canary-7f3a}')
    expect(error.message).not.toContain('canary')
    expect(error.cause).toBeUndefined()
  })
})

describe('UTF-8', () => {
  it.each([
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut sequence', [0x22, 0xe2, 0x82, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('refuses %s', (_, bytes) => {
    const error = refusalOf(() => parseJson(Uint8Array.from(bytes)))
    expect(error).toMatchObject({ code: 'invalid_request', message: 'The body must be UTF-8.' })
  })

  it('takes every plane', () => {
    expect(parseJson(bytesOf('{"name":"é漢😀","n\\u00e9":"\\ud83d\\ude00"}'))).toEqual({
      name: 'é漢😀',
      né: '😀',
    })
  })
})

describe('names', () => {
  it.each([
    ['{"client":{"a":1,"a":1}}', 'client.a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['[{"a":[{"b c":1,"b c":2}]}]', '[0].a[0]."b c"'],
    ['{"a":{"x":1},"b":{"x":1},"a":0}', 'a'],
    ['{"":1,"":2}', '""'],
  ])('refuses %s, which has %s twice', (text, field) => {
    const error = refused(text)
    expect(error).toMatchObject({ code: 'invalid_request', field })
    expect(error.message).toContain('twice')
  })

  it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])('refuses %s', (name) => {
    expect(refused(`{"client":{"${name}":{"polluted":true}}}`)).toMatchObject({
      code: 'invalid_request',
    })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('takes the same name in different objects, and such names as values', () => {
    const text = '{"a":{"n":"__proto__"},"b":{"n":"constructor"},"c":["a","a"]}'
    expect(parseJson(bytesOf(text))).toEqual(JSON.parse(text))
  })

  it('cuts and escapes what it echoes', () => {
    const name = `${'x'.repeat(500)}`
    const error = refused(`{"${name}":1,"${name}":1}`)
    expect(error.message.length).toBeLessThan(250)
    expect(refused('{"a\\u001b[31m":1,"a\\u001b[31m":1}').field).toBe('"a\\u001b[31m"')
  })
})

describe('size and values', () => {
  it('takes a depth of 16 and refuses 17, also where the text is cut or huge', () => {
    expect(parseJson(bytesOf(nested(16)))).toBeInstanceOf(Array)
    expect(refused(nested(17)).message).toContain('deeper than 16')
    expect(refused('['.repeat(200_000)).message).toContain('deeper than 16')
    expect(refused('{"a":'.repeat(40_000)).message).toContain('deeper than 16')
  })

  it('takes 2,000 names and refuses 2,001', () => {
    expect(parseJson(bytesOf(names(2_000)))).toHaveProperty('n1999')
    expect(refused(names(2_001)).message).toContain('2000')
  })

  it.each([
    ['{"client":{"name":"\\ud800"}}', 'client.name'],
    ['{"client":{"callbacks":["a","\\udc00x"]}}', 'client.callbacks[1]'],
    ['{"client":{"\\ud83d":1}}', 'client'],
  ])('refuses %s at %s', (text, field) => {
    expect(refused(text)).toMatchObject({ code: 'invalid_request', field })
  })

  it('cuts long names in the path of a bad value', () => {
    expect(refused(`{"${'y'.repeat(5_000)}":"\\ud800"}`).message.length).toBeLessThan(200)
  })

  it('reads a large body in linear time', () => {
    // Time of the processor: other programs may be at it too.
    const started = process.cpuUsage()
    parseJson(bytesOf(`["${'\\"'.repeat(60_000)}","${'a'.repeat(130_000)}"]`))
    refused(`["${'\\u0041'.repeat(40_000)}`)
    refused(`${' '.repeat(200_000)}x`)
    const { user, system } = process.cpuUsage(started)
    expect((user + system) / 1_000).toBeLessThan(1_000)
  })
})
