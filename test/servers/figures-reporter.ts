/**
 * A reporter of Vitest: the figures of a run and the cases of the contract suite, by test file, in the file that
 * `CLIENTRY_FIGURES` names.
 */

import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { type FigureName, type FiguresByFile, joined } from './table.ts'

const CONTRACT = '/test/contract/providers.test.ts'

type Cells = { [F in FigureName]?: string }

export default function figuresReporter(): Reporter {
  const path = process.env.CLIENTRY_FIGURES
  if (path === undefined) throw new TypeError('CLIENTRY_FIGURES must name a file.')
  return {
    onTestRunEnd: (modules) => {
      const byFile: FiguresByFile = Object.fromEntries(
        modules.map((module) => [module.moduleId, figuresIn(module)]),
      )
      writeFileSync(path, JSON.stringify(byFile))
    },
  }
}

function figuresIn(module: TestModule) {
  const figures: Record<string, Cells> = {}
  const cellsOf = (kind: string) => {
    figures[kind] ??= {}
    return figures[kind]
  }
  for (const { kind, figure, value } of measuredIn(module)) {
    const cells = cellsOf(kind)
    cells[figure] = joined(cells[figure], value)
  }
  if (!module.moduleId.endsWith(CONTRACT)) return figures
  for (const [kind, cases] of contractCases(module)) {
    const counted = cases.filter((one) => one.result().state !== 'skipped')
    const passed = counted.filter((one) => one.ok())
    cellsOf(kind).contract = `${passed.length} of ${counted.length} cases`
  }
  return figures
}

const measuredIn = (module: TestModule) =>
  [...module.children.allTests()].flatMap((one) => one.meta().measured ?? [])

function contractCases(module: TestModule): ReadonlyMap<string, readonly TestCase[]> {
  const suites = [...module.children.suites()]
  return new Map(
    suites.map((suite) => [suite.name.replaceAll("'", ''), [...suite.children.allTests()]]),
  )
}
