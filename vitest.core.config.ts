/** The pure tests that the mutants of `src/core` are judged by: no socket, no store, no process. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: process.env.MUTATION_TESTS?.split(',') ?? [
      'test/core/*.test.ts',
      'test/contract/mappings.test.ts',
      'test/providers/*-mapping.test.ts',
    ],
    // They plan hundreds of changes of whole clients, seconds for each mutant.
    exclude: ['test/core/{lint,undo}.fuzz.test.ts'],
    testTimeout: 20_000,
  },
})
