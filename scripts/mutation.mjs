/**
 * Mutation testing of the core and the service: all of it, or with `--mutate src/core/plan.ts` one
 * file, with commas several. Fails where the score is below the one in `stryker.config.mjs`.
 */

import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'

/** What is mutated, and the tests that shall see it: the core is judged by pure tests alone. */
const PARTS = [
  { folder: 'src/core', tests: 'vitest.core.config.ts', report: 'core.json' },
  { folder: 'src/service', tests: 'vitest.service.config.ts', report: 'service.json' },
]

const { values } = parseArgs({ options: { mutate: { type: 'string' } } })

for (const { folder, tests, report } of PARTS) {
  const all = [`${folder}/**/*.ts`]
  const mutate = values.mutate?.split(',').filter((file) => file.startsWith(folder)) ?? all
  if (mutate.length === 0) continue
  await new Stryker({
    mutate,
    vitest: { configFile: tests },
    jsonReporter: { fileName: `.mutation/${report}` },
  }).runMutationTest()
}
