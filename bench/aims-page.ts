/**
 * The places of docs/internals/benchmarks.md that the bench writes: the figures that have an aim, what was tried where one is missed,
 * and the other figures. A run replaces the rows of the sections that it has measured; each row has its day.
 */

import { alignedTable, cellsOf, type Row } from './report.ts'
import { type Missed, renderTried } from './tried.ts'

const MARKS = {
  aims: ['<!-- aims -->', '<!-- end of aims -->'],
  tried: ['<!-- tried -->', '<!-- end of tried -->'],
  figures: ['<!-- figures -->', '<!-- end of figures -->'],
} as const

type Part = keyof typeof MARKS

const HEAD = ['section', 'what', 'figure', 'aim', '', 'limit in the same run', 'made of', 'taken']
const VERDICT = 4

/** The page with these rows in the place of those of the same sections. `taken`: the day, and what else decides about them. */
export function withRows(
  page: string,
  part: 'aims' | 'figures',
  rows: readonly Row[],
  taken: string,
): string {
  const renewed = new Set(rows.map(({ section }) => section))
  const kept = rowsOf(page, part).filter(([section = '']) => !renewed.has(section))
  const fresh = rows.map((row) => [...cellsOf(row), taken])
  const table = alignedTable(HEAD, [...kept, ...fresh])
  return withTried(placed(page, part, `\n${table}\n`))
}

/** The page with what was tried for the aims that its own table misses. */
export const withTried = (page: string): string =>
  placed(page, 'tried', `\n${renderTried(missedOn(page))}\n`)

/** The aims that the page's table misses. */
export const missedOn = (page: string): readonly Missed[] => missedIn(rowsOf(page, 'aims'))

/** The aims that rows miss. */
export const missedOf = (rows: readonly Row[]): readonly Missed[] => missedIn(rows.map(cellsOf))

function missedIn(rows: readonly (readonly string[])[]): readonly Missed[] {
  /** Where a row has no limit of its own, those of the machine that stand in its section. */
  const limitsOf = (section: string) =>
    rows
      .filter(([of = '', name]) => name?.startsWith(LIMIT) && section.startsWith(of))
      .map(([, name = '', figure]) => `${name.slice(LIMIT.length)} ${figure}`)
      .join(', ')
  return rows
    .filter((cells) => cells[VERDICT] === 'short')
    .map(([section = '', name, figure = '', aim = '', , limit = '']) => ({
      what: `${section}: ${name}`,
      figure,
      aim,
      limit: limit === '' ? limitsOf(section) : limit,
    }))
}

const LIMIT = 'limit: '

/** The cells of the rows of a table on the page. */
const rowsOf = (page: string, part: Part): readonly (readonly string[])[] =>
  between(page, part)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

function between(page: string, part: Part): string {
  const [begin, end] = MARKS[part]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/internals/benchmarks.md has no place ${begin}.`)
  return page.slice(from + begin.length, to)
}

const placed = (page: string, part: Part, text: string): string =>
  page.replace(`${MARKS[part][0]}${between(page, part)}`, () => `${MARKS[part][0]}${text}`)
