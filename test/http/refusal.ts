/** What a refusal of a body is made of, for the tests of the decoders. */

import { expect } from 'vitest'
import { ClientError, isClientError } from '../../src/core/errors.ts'

/** The error that the work throws; anything but a `ClientError` fails the test as it is. */
export function refusalOf(work: () => unknown): ClientError {
  const refusal = outcomeOf(work)
  if (refusal instanceof ClientError) return refusal
  throw new Error('nothing was refused')
}

/** What the work gives or refuses; a fault of ours is thrown on. */
export function outcomeOf<T>(work: () => T): T | ClientError {
  try {
    return work()
  } catch (thrown) {
    if (!isClientError(thrown)) throw thrown
    expect(thrown.status).toBeGreaterThanOrEqual(400)
    expect(thrown.status).toBeLessThan(500)
    expect(thrown.message).toMatch(/^[^\n]+\.$/)
    expect(thrown.message.length).toBeLessThan(2_500)
    return thrown
  }
}
