/** A reporter of Vitest: which files failed or came to no end, and what went wrong beside all files, in the file that `CLIENTRY_REPORT` names. */

import { writeFileSync } from 'node:fs'
import type { Reporter, TestSpecification } from 'vitest/node'

/** Files by their whole paths. */
export interface Report {
  /** Files with a failed test, or that failed as a whole. */
  readonly failed: readonly string[]
  /** Files that were to run and have no result: their process has died, or a set-up failed. */
  readonly unfinished: readonly string[]
  /** Errors that no test was asked about, and the file that ran at that time where it is known. */
  readonly errors: readonly { readonly message: string; readonly file?: string }[]
}

/** What an error in the process of a test file has beside its message. */
interface Beside {
  readonly VITEST_TEST_PATH?: string
}

export default function reporter(): Reporter {
  const path = process.env.CLIENTRY_REPORT
  if (path === undefined) throw new TypeError('CLIENTRY_REPORT must name a file.')
  let asked: readonly TestSpecification[] = []
  const filesIn = (...states: readonly string[]) =>
    asked
      .filter(({ testModule }) => states.includes(testModule?.state() ?? 'queued'))
      .map(({ moduleId }) => moduleId)
  return {
    onTestRunStart: (specifications) => {
      asked = specifications
    },
    onTestRunEnd: (_, errors) => {
      const report: Report = {
        failed: filesIn('failed'),
        unfinished: filesIn('queued', 'pending'),
        errors: errors.map(({ message, ...beside }) => {
          const { VITEST_TEST_PATH: file } = beside as Beside
          return { message, ...(file === undefined ? {} : { file }) }
        }),
      }
      writeFileSync(path, JSON.stringify(report))
    },
  }
}
