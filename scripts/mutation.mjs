/**
 * Mutation testing of the core and the service: all of it, or with `--mutate src/core/plan/plan.ts` one
 * file, with commas several. Fails where the score is below the one in `stryker.config.mjs`.
 */

import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'

/** What is mutated, and the tests that shall see it: the core is judged by pure tests alone. */
const PARTS = [
  { name: 'core', folder: 'src/core', tests: 'vitest.core.config.ts' },
  { name: 'service', folder: 'src/service', tests: 'vitest.service.config.ts' },
]

const { values } = parseArgs({ options: { mutate: { type: 'string' } } })

for (const { name, folder, tests } of PARTS) {
  const all = [`${folder}/**/*.ts`]
  const mutate = values.mutate?.split(',').filter((file) => file.startsWith(folder)) ?? all
  if (mutate.length === 0) continue
  await new Stryker({
    mutate,
    vitest: { configFile: tests },
    jsonReporter: { fileName: `.mutation/${name}.json` },
    incrementalFile: `.mutation/${name}-before.json`,
  }).runMutationTest()
}
