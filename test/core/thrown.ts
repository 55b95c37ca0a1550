/** The error of ours that a piece of work ends with. */

import { ClientError } from '../../src/core/errors.ts'

/** Gives the error; whatever else is thrown, or nothing at all, fails the test. */
export function thrown(work: () => unknown): ClientError {
  try {
    work()
  } catch (error) {
    if (error instanceof ClientError) return error
    throw error
  }
  throw new TypeError('nothing was thrown')
}
