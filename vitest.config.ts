import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/setup.ts'],
    include: ['test/**/*.test.ts'],
    // One a core (Vitest keeps a core for itself): much of the suite waits for sockets and clocks.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
