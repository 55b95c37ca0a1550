/** Waiting for what another process or a task in the background does: as long as it takes, and not until a machine is busy. */

import { vi } from 'vitest'

/** Longer than this is a hang (milliseconds). */
const HANGS_MS = 60_000

/** Looks again and again, every so many milliseconds, until the check passes; gives what it returns. */
export const eventually = <T>(check: () => T | Promise<T>, interval = 10): Promise<T> =>
  vi.waitFor(check, { timeout: HANGS_MS, interval })
