/** One run of `npm run test:servers`, over the server that `CLIENTRY_SERVERS` names; it is fetched and started for it. */

import { defineConfig } from 'vitest/config'
import { figuresReporter } from './test/servers/figures-reporter.ts'

export default defineConfig({
  test: {
    include: [
      'test/servers/**/*.test.ts',
      'test/contract/providers.test.ts',
      'test/contract/frame.test.ts',
    ],
    globalSetup: ['test/setup.ts', 'test/servers/setup.ts'],
    reporters: ['default', figuresReporter(process.env.CLIENTRY_FIGURES)],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
})
