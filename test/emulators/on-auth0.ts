/** Tests of the Auth0 emulator: one with its own clients is opened before each test, and closed after it. */

import { test } from 'vitest'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import { type Auth0Caller, auth0Caller } from './auth0-caller.ts'

interface OnAuth0 {
  readonly emulator: Auth0Emulator
  /** Has a token of its own for everything. */
  readonly call: Auth0Caller
}

/** Hands over what the helpers of a file need, for each test. */
export const onAuth0 = (
  start: Parameters<typeof startAuth0Emulator>[0],
  handOver: (opened: OnAuth0) => void,
) =>
  test.extend<OnAuth0>({
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern what a fixture takes
    emulator: async ({}, use) => {
      const emulator = await startAuth0Emulator(start)
      await use(emulator)
      await emulator.close()
    },
    call: [
      async ({ emulator }, use) => {
        const call = await auth0Caller(emulator, DEFAULT_CREDENTIAL)
        handOver({ emulator, call })
        await use(call)
      },
      { auto: true },
    ],
  })
