/** The tests that the mutants of `src/service` are judged by: real stores and emulators, no process. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/service/*.test.ts', 'test/contract/{frame,providers}.test.ts'],
    // Processes, and pauses of twenty seconds.
    exclude: ['test/service/crash.test.ts', 'test/service/multi-step.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
