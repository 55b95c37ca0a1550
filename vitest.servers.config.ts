/** `npm run test:servers`: against real servers, which are fetched and started for it. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Some tests start the command.
    globalSetup: ['test/setup.ts'],
    // The contract suites run with the servers alone.
    include: [
      'test/servers/**/*.test.ts',
      'test/contract/providers.test.ts',
      'test/contract/frame.test.ts',
    ],
    env: { CLIENTRY_SERVERS: 'yes' },
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
})
