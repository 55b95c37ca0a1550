/** The pure tests that the mutants of `src/core` are judged by: no socket, no store, no process. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'test/core/*.test.ts',
      'test/contract/mappings.test.ts',
      'test/providers/*-mapping.test.ts',
    ],
  },
})
