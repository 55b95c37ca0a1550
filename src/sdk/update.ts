/** `updateClient` with a function: read, ask, send for that very state, and again where it has changed. */

import type { Answer, ChangeOf, ClientArgument, ReadOptions, Routes } from './api.ts'
import { ClientryError } from './error.ts'
import type { Client } from './types.ts'

/** Others that change the same client all the time are not waited for without end. */
const ATTEMPTS = 20

/**
 * Changes a client by a function of its state.
 * @throws ClientryError, `precondition_failed` when the client has changed each time
 */
export async function updateByFunction(
  { getClient, updateClient }: Pick<Routes, 'getClient' | 'updateClient'>,
  client: ClientArgument,
  change: ChangeOf,
  { signal }: ReadOptions = {},
): Promise<Answer<Client>> {
  const options = signal === undefined ? {} : { signal }
  for (let attempt = 1; ; attempt += 1) {
    const read = await getClient(client, options)
    const patch = change(read.body)
    if (patch === undefined) return read
    // Each attempt is a request of its own, so each has a key of its own.
    const ifMatch = read.etag ?? '*'
    try {
      return await updateClient(client, patch, { ...options, ifMatch })
    } catch (error) {
      const moved = error instanceof ClientryError && error.code === 'precondition_failed'
      if (!moved || attempt === ATTEMPTS) throw error
    }
  }
}
