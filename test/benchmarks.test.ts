/** docs/internals/benchmarks.md says of each aim that is missed what the limit is and what was tried, as the bench prints it. */

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { missedOf, missedOn, withRows, withTried } from '../bench/aims-page.ts'
import type { Row } from '../bench/report.ts'
import { renderTried, unexplained } from '../bench/tried.ts'

const PAGE = readFileSync('docs/internals/benchmarks.md', 'utf8')

it('the page has a limit and attempts for each aim that it misses (npm run fields)', () => {
  expect(missedOn(PAGE).length).toBeGreaterThan(0)
  expect(unexplained(missedOn(PAGE))).toEqual([])
  expect(withTried(PAGE)).toBe(PAGE)
})

it('the table of aims has a row for each of them', () => {
  const table = PAGE.slice(PAGE.indexOf('<!-- aims -->'), PAGE.indexOf('<!-- end of aims -->'))
  for (const row of [
    'Hydra PATCH',
    'oidc-provider PUT',
    'added latency, Clientry / bare proxy',
    '... history in memory',
    'CPU, Clientry / bare proxy',
    '16 clients, 16 callers / 1 caller, direct',
    '16 clients: two servers on one file / one',
    'process to first answer / node -e 0',
    'what a first PATCH at auth0 loads, gzip',
    'calls for each client',
    'time / a loop with two calls for each',
    'CPU / node -e 0',
    'after 100000 changes',
    '100000 clients, 50 changes a second: p99',
  ])
    expect(table).toContain(row)
})

const row = (more: Partial<Row>): Row => ({
  section: 'job, 5 clients',
  name: 'calls',
  figure: 3,
  unit: 'x',
  aim: 2,
  limit: '2 x: one',
  ...more,
})

it('a run replaces the rows of its sections and leaves others', () => {
  const empty =
    'a\n<!-- aims -->\n<!-- end of aims -->\n<!-- tried -->\n<!-- end of tried -->\n<!-- figures -->\n<!-- end of figures -->\nb\n'
  const first = withRows(empty, 'aims', [row({}), row({ section: 'memory of a server' })], 'then')
  const second = withRows(first, 'aims', [row({ figure: 1 })], 'now')
  expect(missedOn(first).map(({ what }) => what)).toEqual([
    'job, 5 clients: calls',
    'memory of a server: calls',
  ])
  expect(missedOn(second).map(({ what }) => what)).toEqual(['memory of a server: calls'])
  expect(first).toContain('**Jobs**')
  expect(second).not.toContain('**Jobs**')
  expect(second).toMatch(/1\.00 x .* ok .* now +\|/)
  expect(second.startsWith('a\n') && second.endsWith('b\n')).toBe(true)
})

it('an aim without a limit, or of which no one has written what was tried, is named', () => {
  const unknown = row({ section: 'something new' })
  const bare: Row = { section: 'job, 5 clients', name: 'time', figure: 3, unit: 'x', aim: 1 }
  expect(unexplained(missedOf([row({}), unknown, bare])).map(({ what }) => what)).toEqual([
    'something new: calls',
    'job, 5 clients: time',
  ])
  expect(renderTried(missedOf([row({ figure: 1 })]))).toBe('')
})
