/** Figures on their way from a test to the table of docs/guarantees.md. */

import type { TestContext } from 'vitest'
import type { FigureName } from './table.ts'

/** What one test has measured at one endpoint. */
export interface Measured {
  readonly kind: string
  readonly figure: FigureName
  readonly value: string
}

declare module 'vitest' {
  interface TaskMeta {
    measured?: Measured[]
  }
}

/** How many of each status. */
export function counted(statuses: readonly number[]): string {
  const counts = new Map<number, number>()
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${count} x ${status}`).join(', ')
}

/** Hands a figure to the table, and prints it. */
export function measured({ task }: Pick<TestContext, 'task'>, figure: Measured): void {
  task.meta.measured = [...(task.meta.measured ?? []), figure]
  process.stdout.write(`${figure.kind}: ${figure.figure}: ${figure.value}\n`)
}
