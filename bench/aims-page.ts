/**
 * The places of docs/benchmarks.md that the bench writes: the table of aims, what was tried where one is missed, and
 * the figures of the sections that have been measured by themselves.
 */

import { alignedTable, cellsOf, type Row } from './report.ts'
import { type Missed, renderTried } from './tried.ts'

const AIMS = ['<!-- aims -->', '<!-- end of aims -->'] as const
const TRIED = ['<!-- tried -->', '<!-- end of tried -->'] as const

const FIGURES = ['<!-- figures -->', '<!-- end of figures -->'] as const

type Marks = readonly [begin: string, end: string]

/** The page with another table of aims, and with what was tried for those that it misses. */
export const withAims = (page: string, table: string): string =>
  withTried(placed(page, AIMS, table))

/** The page with what was tried for the aims that its own table misses. */
export const withTried = (page: string): string =>
  placed(page, TRIED, `\n${renderTried(missedOn(page))}\n`)

/** The aims that the page's table misses. */
export const missedOn = (page: string): readonly Missed[] => missedOf(between(page, AIMS))

/** The aims that a table misses. */
export function missedOf(table: string): readonly Missed[] {
  const rows = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  return rows
    .filter(([, , , , , verdict]) => verdict === 'short')
    .map(([, section, name, figure = '', aim = '', , limit = '']) => ({
      what: `${section}: ${name}`,
      figure,
      aim,
      limit,
    }))
}

/**
 * The page with the figures of some sections in the place of those that it has; others stay. `taken`: the day, and what
 * else decides about them.
 */
export function withFigures(page: string, rows: readonly Row[], taken: string): string {
  const present = between(page, FIGURES)
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(
      (cells) => cells.length > COLUMNS && cells[1] !== 'section' && !/^-+$/.test(cells[1] ?? ''),
    )
    .map((cells) => cells.slice(1, -1))
  const renewed = new Set(rows.map(({ section }) => section))
  const kept = present.filter(([section = '']) => !renewed.has(section))
  const fresh = rows.map((row) => [...cellsOf(row), taken])
  return placed(page, FIGURES, `\n${alignedTable(HEAD, [...kept, ...fresh])}\n`)
}

const HEAD = ['section', 'what', 'figure', 'aim', '', 'made of', 'taken'] as const
const COLUMNS = HEAD.length

function between(page: string, [begin, end]: Marks): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no place ${begin}.`)
  return page.slice(from + begin.length, to)
}

const placed = (page: string, marks: Marks, text: string): string =>
  page.replace(`${marks[0]}${between(page, marks)}`, () => `${marks[0]}${text}`)
