/** The figures that have an aim: what is measured for them, and the place of the table in docs/internals/benchmarks.md. */

import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { missedOf, withRows } from './aims-page.ts'
import { digits, hasAim, type Row } from './report.ts'
import { renderTried } from './tried.ts'

/** The sections, some of them shorter than in a whole run. */
export const AIMED: readonly string[] = [
  'embedded',
  'auth0',
  'cognito',
  'throughput',
  'cold',
  'bundle',
  'files',
  'job',
  'memory',
  'list',
]

/** Whether the table has the row: it has an aim, or is a limit of the machine. */
export const isShown = (row: Row) => hasAim(row) || row.name.startsWith('limit: ')

const PAGE = 'docs/internals/benchmarks.md'

/** Puts the rows in the place of those that the page has of the same sections. */
export function writeRows(root: string, part: 'aims' | 'figures', rows: readonly Row[]): void {
  const path = join(root, PAGE)
  const day = new Date().toLocaleDateString('en-GB', { dateStyle: 'long' })
  const taken = `${day}, load ${digits(loadavg()[1] ?? 0)}, Node ${process.versions.node}`
  writeFileSync(path, withRows(readFileSync(path, 'utf8'), part, rows, taken))
}

/** What was tried for the aims that these rows miss. */
export const triedFor = (rows: readonly Row[]): string => renderTried(missedOf(rows))
