/** `npm run test:long`: every file that holds a property, with more samples than in `npm test`. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { IN_MEMORY } from './test/memory.ts'

const SAMPLES = process.env.CLIENTRY_SAMPLES ?? '5'

const FILES = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ path: join('test', name), text: readFileSync(join('test', name), 'utf8') }))

/** The property that all stores share stands in a module of theirs. */
const SHARED = ['test/contract/stores.test.ts']

const TESTS = FILES.filter(
  ({ path, text }) => path.endsWith('.test.ts') && text.includes("/property.ts'"),
).map(({ path }) => path)

export default defineConfig({
  test: {
    globalSetup: ['test/setup.ts'],
    include: [...SHARED, ...TESTS],
    env: { ...IN_MEMORY, CLIENTRY_SAMPLES: SAMPLES },
    maxWorkers: '100%',
    testTimeout: 120_000 * Math.max(Number(SAMPLES), 1),
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
