/** The error of ours that a piece of work ends with. */

import { ClientError } from '../../src/core/errors.ts'

/** Gives the error; whatever else is thrown, or nothing at all, fails the test. */
export function thrown(work: () => unknown): ClientError {
  const error = refusal(work)
  if (error === undefined) throw new TypeError('nothing was thrown')
  return error
}

/** Gives the error, if there is one; whatever else is thrown fails the test. */
export function refusal(work: () => unknown): ClientError | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof ClientError) return error
    throw error
  }
  return undefined
}
