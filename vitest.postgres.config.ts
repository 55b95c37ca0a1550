/** `npm run test:postgres`: everything over a real PostgreSQL; `npm test` has the suite that all stores share. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/contract/stores.test.ts', 'test/postgres/**/*.test.ts'],
    globalSetup: ['test/setup.ts'],
    // Servers are killed and started again.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
