/** The figures that have an aim: what is measured for them, and the place of the table in docs/benchmarks.md. */

import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { missedOf, withAims, withFigures } from './aims-page.ts'
import { hasAim, type Row, tableOf } from './report.ts'
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

const PAGE = 'docs/benchmarks.md'

/** Puts the table in the place of the one that the page has, with the circumstances of the run and what was tried. */
export function writeAims(root: string, rows: readonly Row[]): void {
  const path = join(root, PAGE)
  const made = `Printed by \`npm run bench -- --aims --write\` on ${today()} with Node ${process.version}; the load of the machine at the end of the run, its own included: ${loadNow()}.`
  writeFileSync(path, withAims(readFileSync(path, 'utf8'), `\n${made}\n\n${tableOf(rows)}\n`))
}

/** What was tried for the aims that these rows miss. */
export const triedFor = (rows: readonly Row[]): string => renderTried(missedOf(tableOf(rows)))

/** Puts figures of some sections in the place of those that the page has. */
export function writeFigures(root: string, rows: readonly Row[]): void {
  const path = join(root, PAGE)
  const taken = `${today()}, load ${loadNow()}`
  writeFileSync(path, withFigures(readFileSync(path, 'utf8'), rows, taken))
}

const today = () => new Date().toLocaleDateString('en-GB', { dateStyle: 'long' })

const loadNow = () =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(', ')
