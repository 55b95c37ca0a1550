/** Collects the figures of a run, and the cases of the contract suite, in the file that `CLIENTRY_FIGURES` names. */

import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import type { FigureName } from './table.ts'

const CONTRACT = '/test/contract/providers.test.ts'

type Cells = { [F in FigureName]?: string }

export function figuresReporter(path: string | undefined): Reporter {
  return {
    onTestRunEnd: (modules) => {
      if (path === undefined) return
      const figures: Record<string, Cells> = {}
      const cellsOf = (kind: string) => {
        figures[kind] ??= {}
        return figures[kind]
      }
      // They run beside each other: the order in which they end is another each time.
      const sorted = modules.toSorted((one, other) => (one.moduleId < other.moduleId ? -1 : 1))
      for (const module of sorted) {
        for (const { kind, figure, value } of measuredIn(module)) {
          const cells = cellsOf(kind)
          cells[figure] = cells[figure] === undefined ? value : `${cells[figure]}; ${value}`
        }
        if (!module.moduleId.endsWith(CONTRACT)) continue
        for (const [kind, cases] of contractCases(module)) {
          const counted = cases.filter((one) => one.result().state !== 'skipped')
          const passed = counted.filter((one) => one.ok())
          cellsOf(kind).contract = `${passed.length} of ${counted.length} cases`
        }
      }
      writeFileSync(path, JSON.stringify(figures))
    },
  }
}

const measuredIn = (module: TestModule) =>
  [...module.children.allTests()].flatMap((one) => one.meta().measured ?? [])

function contractCases(module: TestModule): ReadonlyMap<string, readonly TestCase[]> {
  const suites = [...module.children.suites()]
  return new Map(
    suites.map((suite) => [suite.name.replaceAll("'", ''), [...suite.children.allTests()]]),
  )
}
