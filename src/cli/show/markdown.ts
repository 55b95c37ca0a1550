/** Plans and drift as Markdown, and whether that is asked for. */

import type { LiveClient } from '../../files/compare.ts'
import type { Note } from '../../files/planning/plan-draft.ts'
import type { Fault } from '../../files/review/fault.ts'
import { type ReportItem, renderMarkdown } from '../../files/review/markdown.ts'
import { UsageError } from '../exit.ts'
import type { Values } from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { nameOf } from './show.ts'
import { lineOf, type ShownItem, summaryOf } from './show-plan.ts'

/**
 * Whether the answer is to be Markdown.
 * @throws UsageError for another format, or where JSON is asked for as well
 */
export function isMarkdown({ format = 'text', json }: Values): boolean {
  if (format !== 'text' && format !== 'markdown') {
    throw new UsageError('--format must be text or markdown.')
  }
  if (format === 'markdown' && json === true) {
    throw new UsageError('Give only one of --format markdown and --json.')
  }
  return format === 'markdown'
}

/** What a report is made of. */
export interface Found {
  readonly title: string
  readonly items: readonly ShownItem[]
  readonly faults: readonly Fault[]
  readonly notes: readonly Note[]
  readonly unmanaged: readonly LiveClient[]
  readonly digest?: string | undefined
}

/** Prints a report. */
export function printMarkdown(terminal: Terminal, { items, unmanaged, ...state }: Found): void {
  const report = {
    ...state,
    summary: summaryOf(items),
    items: items.map(reportItem),
    unmanaged: unmanaged.map(nameOf),
  }
  terminal.print(renderMarkdown(report))
}

function reportItem(item: ShownItem): ReportItem {
  const about = { title: lineOf(item), file: item.file }
  if (item.action === 'update') return { ...about, changes: item.changes }
  if (item.action !== 'create') return { ...about, changes: [] }
  const fields = Object.entries({ ...item.patch, ...item.afterwards })
  return {
    ...about,
    changes: fields.map(([field, after]) => ({ field, before: null, after: after ?? null })),
  }
}
