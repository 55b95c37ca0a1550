/** Where the clients of the embedded OpenID Provider are kept, and the one that is the server's own. */

import type { JsonObject } from '../../core/json.ts'

/** The collection of documents that the local provider writes and the OpenID Provider reads. */
export const CLIENTS = 'client'

/** The client of `token.ts`: there for the OpenID Provider, hidden from the API. */
export const DEVELOPMENT_CLIENT_ID = 'clientry-development'

/** What a new client is made of; further members go along as they are. */
export interface NewClient {
  readonly client_id: string
  readonly client_name: string
  readonly [member: string]: JsonObject[string]
}

/** A record with the members that the server keeps; `now` in epoch milliseconds. */
export function newClient(client: NewClient, now: number): JsonObject {
  const seconds = Math.floor(now / 1_000)
  return { ...client, client_id_issued_at: seconds, updated_at: seconds }
}
