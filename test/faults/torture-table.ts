/** The table of docs/stores.md that `npm run torture -- --write` fills in: what each store was put through. */

import type { Totals } from './torture-judge.ts'
import type { SharedStoreName } from './torture-stores.ts'

const MARKS = ['<!-- faults -->', '<!-- end of faults -->'] as const

const NAMES = {
  sqlite: 'SQLite',
  postgresql: 'PostgreSQL',
  dynamodb: 'DynamoDB (dynalite)',
} as const

const COLUMNS = [
  'rounds',
  'changes',
  'kills',
  'freezes',
  'crashes',
  'faults',
  'outsideWrites',
] as const

/** The page with the figures of one store, of a run without a violation. */
export function withFaults(page: string, store: SharedStoreName, totals: Totals): string {
  const [begin, end] = MARKS
  const from = page.indexOf(begin) + begin.length
  const to = page.indexOf(end)
  const rows = page
    .slice(from, to)
    .split('\n')
    .filter((line) => line.startsWith('|'))
  const name = NAMES[store]
  const cells = COLUMNS.map((column) => totals[column].toLocaleString('en'))
  const row = `| ${[name, ...cells, '0'].join(' | ')} |`
  const isThere = rows.some((line) => line.startsWith(`| ${name} |`))
  const next = isThere
    ? rows.map((line) => (line.startsWith(`| ${name} |`) ? row : line))
    : [...rows, row]
  return `${page.slice(0, from)}\n${next.join('\n')}\n${page.slice(to)}`
}
