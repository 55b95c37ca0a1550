/** Differences as the command prints them. */

import { expect, it } from 'vitest'
import { ageText, durationText, secondsOf } from '../../src/cli/show/durations.ts'
import { showChanges, showClient, showWarnings } from '../../src/cli/show/show.ts'
import { linesOf as blockLines } from '../../src/cli/show/values.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import type { Client } from '../../src/sdk/types.ts'

const terminal = { style: (_: string, text: string) => text } as unknown as Terminal

function linesOf(change: Parameters<typeof showChanges>[1][number]): readonly string[] {
  const lines: string[] = []
  showChanges(terminal, [change], (line) => void lines.push(line))
  return lines.slice(1)
}

it.each([
  ['an empty object in the place of none', null, {}, ['    + {}']],
  ['none in the place of an empty object', {}, null, ['    - {}']],
  ['a text in the place of none', null, 'new', ['    + new']],
  ['an object that is filled', {}, { aws: {} }, ['    + {"aws":{}}']],
  ['a list in another order', ['a', 'b'], ['b', 'a'], ['    in another order']],
])('%s', (_, before, after, lines) => {
  const isList = Array.isArray(before)
  const moved = isList ? { added: [], removed: [] } : {}
  const field = isList ? 'callbacks' : 'providerSettings.addons'
  expect(linesOf({ field, before, after, ...moved })).toEqual(lines)
})

it('a long name of an attribute does not run into its value', () => {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const client = {
    ...{ id: 'a', provider: 'auth0', name: 'A', warnings: [] },
    ...{ requirePushedAuthorizationRequests: false, callbacks: ['https://a.example.com/cb'] },
  }
  showClient({ ...terminal, print } as Terminal, client as unknown as Client)
  const columns = lines.slice(1).map((line) => /^ {2}\S+ +/.exec(line)?.[0].length)
  expect(lines).toContain('  requirePushedAuthorizationRequests  false')
  expect(new Set(columns).size).toBe(1)
})

it('a warning of the server is in the words of the command', () => {
  const lines: string[] = []
  const message =
    'GET /clients/{clientId}/secrets shows which are live, and POST /clients/{clientId}/rotate-secret makes one.'
  const warnings = [{ code: 'x', field: 'client.secret', message }]
  showWarnings(terminal, warnings, (line) => void lines.push(line))
  expect(lines).toEqual([
    '  note client.secret: clientry secrets shows which are live, and clientry rotate-secret makes one.',
  ])
})

it.each([
  [90, '90 s'],
  [120, '120 s'],
  [3_600, '3600 s (1 h)'],
  [36_000, '36000 s (10 h)'],
  [90_061, '90061 s (1 d 1 h)'],
  [5_400, '5400 s (1 h 30 min)'],
])('%i seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

it.each([
  [0, undefined],
  [59_000, undefined],
  [60_000, '1 min ago'],
  [7_200_000, '2 h ago'],
  [180_000_000, '2 d ago'],
  [-5_000, undefined],
])('%i ms are %s', (ms, text) => {
  const now = Date.parse('2026-11-30T12:00:00Z')
  expect(ageText(new Date(now - ms).toISOString(), now)).toBe(text)
})

it('no time has no age', () => {
  expect([ageText(undefined, 0), ageText('no time', 0)]).toEqual([undefined, undefined])
})

it.each([
  ['90d', 7_776_000],
  ['2w', 1_209_600],
  ['12h', 43_200],
  ['30m', 1_800],
  ['600s', 600],
])('%s is written for %i seconds', (text, seconds) => {
  expect(secondsOf('for', text)).toBe(seconds)
})

it.each(['90', 'd', '-1d', '1.5h', '1 d', ''])('%j is no duration', (text) => {
  expect(() => secondsOf('for', text)).toThrow('--for must be a number and a unit')
})

it('wide values stand in blocks, narrow ones on one line', () => {
  const wide = { signing: { alg: 'RS256', key: 'x'.repeat(60) }, small: { a: 1 }, list: ['a', 'b'] }
  expect(blockLines(wide)).toEqual([
    'signing:',
    '  alg: RS256',
    `  key: ${'x'.repeat(60)}`,
    'small: {"a":1}',
    'list: ["a","b"]',
  ])
  const items = [{ id: 'one', value: 'y'.repeat(60) }, { id: 'two' }]
  expect(blockLines(items)).toEqual(['- id: one', `  value: ${'y'.repeat(60)}`, '{"id":"two"}'])
  expect(blockLines({ graceSeconds: 7_200 })).toEqual(['graceSeconds: 7200 s (2 h)'])
})

it('a wide value in a difference is a block with its sign in front', () => {
  const after = { name: 'z'.repeat(60), other: true }
  const change = { field: 'providerSettings.addons', before: null, after }
  expect(linesOf(change)).toEqual([`    + name: ${'z'.repeat(60)}`, '      other: true'])
  expect(linesOf({ field: 'idTokenLifetime', before: 60, after: 3_600 })).toEqual([
    '    - 60 s',
    '    + 3600 s (1 h)',
  ])
})
