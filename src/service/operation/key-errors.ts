/** Refusals of an idempotency key. */

import { ClientError } from '../../core/errors.ts'

/** The same request is still running, here or in another instance. */
export function keyInUse(): ClientError {
  return new ClientError(
    'key_in_use',
    'A request with this Idempotency-Key is still running. Nothing was sent for this one. Try again.',
    { field: 'Idempotency-Key', retryAfter: 1 },
  )
}

/** The key was tried too often. */
export function keyWornOut(uses: number): ClientError {
  return new ClientError(
    'key_reused',
    `This Idempotency-Key was tried ${uses} times without an effect. Send the request with a new key.`,
    { field: 'Idempotency-Key' },
  )
}

/** The key belongs to another request. */
export function keyReused(): ClientError {
  return new ClientError(
    'key_reused',
    'This Idempotency-Key was used for another request. A new request needs a new key.',
    { field: 'Idempotency-Key' },
  )
}
