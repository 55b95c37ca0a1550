/** What the benchmarks say: rows of figure, aim and verdict, as a table or as JSON. */

export interface Row {
  readonly section: string
  readonly name: string
  readonly figure: number
  /** `x` for a ratio. */
  readonly unit: 'x' | 'ms' | 'kB' | 'MB' | '%' | 'calls' | 'clients' | 'settings'
  /** The figure should not be above it; absent: there is none. */
  readonly aim?: number
  /** The figure should not be below it. */
  readonly atLeast?: number
  /** The absolute figures that a ratio was made of. */
  readonly detail?: string
  /** What the machine allows at best, from the same run. */
  readonly limit?: string
}

/** The rows with their verdicts, as JSON. */
export function jsonOf(rows: readonly Row[]): string {
  return JSON.stringify(
    rows.map((row) => ({ ...row, verdict: verdictOf(row) })),
    null,
    2,
  )
}

/** The rows as a table in Markdown, readable in a terminal as it is. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['section', 'what', 'figure', 'aim', '', 'limit in the same run', 'made of']
  return alignedTable(head, rows.map(cellsOf))
}

/** The cells of a row: section, name, figure, aim, verdict, limit, what it is made of. */
export const cellsOf = (row: Row): readonly string[] => [
  row.section,
  row.name,
  `${digits(row.figure)} ${row.unit}`,
  aimOf(row),
  verdictOf(row),
  row.limit ?? '',
  row.detail ?? '',
]

/** A table in Markdown whose columns are as wide as their longest cells. */
export function alignedTable(
  head: readonly string[],
  cells: readonly (readonly string[])[],
): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...cells].map((line) => line[column]?.length ?? 0)),
  )
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return [line(head), line(rule), ...cells.map(line)].join('\n')
}

/** Whether a figure is within its aim, where it has one. */
export const hasAim = ({ aim, atLeast }: Row) => aim !== undefined || atLeast !== undefined

function aimOf({ aim, atLeast, unit }: Row): string {
  if (atLeast !== undefined) return `≥ ${atLeast} ${unit}`
  return aim === undefined ? '' : `≤ ${aim} ${unit}`
}

function verdictOf({ figure, aim, atLeast }: Row): string {
  if (aim === undefined && atLeast === undefined) return ''
  return figure <= (aim ?? figure) && figure >= (atLeast ?? figure) ? 'ok' : 'short'
}

/** Two significant digits behind the point at most. */
export const digits = (value: number) => value.toFixed(value < 100 ? 2 : 0)
