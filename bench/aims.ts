/** The figures that have an aim: what is measured for them, and the place of the table in docs/benchmarks.md. */

import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { hasAim, type Row, tableOf } from './report.ts'

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
const [BEGIN, END] = ['<!-- aims -->', '<!-- end of aims -->']

/** Puts the table in the place of the one that the page has, with the circumstances of the run. */
export function writeAims(root: string, rows: readonly Row[]): void {
  const path = join(root, PAGE)
  const page = readFileSync(path, 'utf8')
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has no place for the table of aims.`)
  const day = new Date().toLocaleDateString('en-GB', { dateStyle: 'long' })
  const load = loadavg()
    .map((one) => one.toFixed(1))
    .join(', ')
  const made = `Printed by \`npm run bench -- --aims --write\` on ${day} with Node ${process.version}; the load of the machine at the end of the run, its own included: ${load}.`
  const text = `${BEGIN}\n${made}\n\n${tableOf(rows)}\n`
  writeFileSync(path, page.slice(0, begin) + text + page.slice(end))
}
