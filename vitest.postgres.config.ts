/**
 * `npm run test:postgres`: everything over a real PostgreSQL, and the steps of changes with their crashes on one; `npm test` has
 * the suite that all stores share, and those steps on SQLite.
 */

import { defineConfig } from 'vitest/config'

/** Suites of the service over what depends on the store, but those that open the file by its path or replace calls of the store. */
const SERVICE = [
  'conflict',
  'dangling',
  'idempotency',
  'mirror',
  'moves',
  'retire',
  'settle',
  'suspension',
  'sweep',
].map((name) => `test/service/${name}.test.ts`)

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'postgresql',
          include: ['test/contract/stores.test.ts', 'test/postgres/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'service',
          include: SERVICE,
          // Calls of emulators have more time beside a database.
          env: { BENCH_STORE: 'postgresql', MUTATION_UPSTREAM_MS: '500' },
        },
      },
    ],
    globalSetup: ['test/setup.ts'],
    // Servers are killed and started again.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
