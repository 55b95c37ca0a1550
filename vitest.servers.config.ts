/** One run of `npm run test:servers`, over the server that `CLIENTRY_SERVERS` names; it is fetched and started for it. */

import { defineConfig } from 'vitest/config'
import { CHOSEN, type ServerName } from './test/servers/chosen.ts'
import { NATIVES } from './test/servers/table.ts'

/** What is asked of every server. */
const EVERY = [
  'test/servers/files.test.ts',
  'test/servers/kills.test.ts',
  'test/servers/moves.test.ts',
  'test/servers/promise.test.ts',
  'test/contract/frame.test.ts',
  'test/contract/providers.test.ts',
]

/** What is asked of one alone, beside that. */
const OWN: { readonly [S in ServerName]?: readonly string[] } = {
  hydra: ['test/servers/hydra-*.test.ts'],
  keycloak: ['test/servers/keycloak-*.test.ts'],
}
/** What is asked of these two. */
const BOTH = ['test/servers/prove.test.ts', 'test/servers/rfc7592.test.ts']

/** There is no provider for them. */
const NATIVE = ['test/servers/natives.test.ts']

/** No provider but a store; the rest of the suites of stores is no matter of it. */
const STORE = [
  'test/contract/dynamodb.test.ts',
  'test/store/dynamodb-*.test.ts',
  'test/store-create.test.ts',
]

/** The image of the program itself is no server. */
const IMAGE = ['test/servers/image/image.test.ts']

const isNative = NATIVES.some(({ server }) => server === CHOSEN)
const own = CHOSEN === undefined ? undefined : OWN[CHOSEN]

export default defineConfig({
  test: {
    include:
      CHOSEN === 'image'
        ? IMAGE
        : CHOSEN === 'moto'
          ? STORE
          : isNative
            ? NATIVE
            : [...EVERY, ...(own === undefined ? [] : [...own, ...BOTH])],
    globalSetup: ['test/setup.ts', 'test/servers/setup.ts'],
    // Two cores, and half of it is waiting for what a dead process left open.
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
})
