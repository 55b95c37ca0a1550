/** Whether the store at a place is the one that the configuration means. */

import type { Config } from '../config/config-parse.ts'
import { ClientError } from '../core/errors.ts'

/**
 * If the configuration pins an id, a new store cannot be the one that is missing.
 * @throws ClientError `invalid_request` unless it may be made
 */
export function checkMissing({ id }: Config['store'], place: string, mayCreate: boolean): void {
  if (id !== undefined) {
    throw refusal(
      `There is no store in ${place}, but store.id expects the store ${id}. Correct the place, or remove store.id to create a new store there.`,
    )
  }
  if (mayCreate) return
  throw refusal(
    `There is no store in ${place}. Correct the place. To create a new store there, start once with --create-store or set store.create to true.`,
  )
}

/** @throws ClientError `invalid_request` if the store is not the one that the configuration pins */
export function checkId({ id }: Config['store'], place: string, actual: string): void {
  if (id === undefined || id === actual) return
  throw refusal(
    `The store in ${place} has the id ${actual}, but store.id is ${id}: it is another store.`,
  )
}

export const refusal = (says: string): ClientError => new ClientError('invalid_request', says)
