/** The tests that the mutants of `src/service` are judged by: real stores and emulators, no process. */

import { defineConfig } from 'vitest/config'

/** Processes, real pauses, and what says again with every provider what faster tests here have said. */
const SLOW = ['crash', 'deadlines', 'multi-step', 'overlap', 'jobs/kill'].map(
  (name) => `test/service/${name}.test.ts`,
)

export default defineConfig({
  test: {
    include: process.env.MUTATION_TESTS?.split(',') ?? ['test/service/**/*.test.ts'],
    exclude: SLOW,
    setupFiles: ['test/mutation-setup.ts'],
    // Most of the time of a mutant would go into loading the program again for each test file.
    isolate: false,
    // A mutant that hangs is ended by Stryker.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
