/**
 * Where the clients of the embedded OpenID Provider are kept, and those that are the server's own.
 * Documents are found by id only, so the ids that a list shows are a document of their own.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { texts } from '../../core/mapping/lenses.ts'
import type { Documents } from '../../store/documents.ts'

/** The collection of documents that the local provider writes and the OpenID Provider reads. */
export const CLIENTS = 'client'

/** The clients of `token.ts`: there for the OpenID Provider, hidden from the API. */
export const DEVELOPMENT_CLIENT_ID = 'clientry-development'
export const COMMAND_LINE_CLIENT_ID = 'clientry-command-line'
export const CONSOLE_CLIENT_ID = 'clientry-console'

/** Whether a client is the server's own. */
export const isOwn = (id: string): boolean => OWN_IDS.includes(id)

const OWN_IDS = [DEVELOPMENT_CLIENT_ID, COMMAND_LINE_CLIENT_ID, CONSOLE_CLIENT_ID]

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

const IDS = 'client-ids'
const ALL = 'all'

/** Stores a client as it is, whatever was there. */
export async function putClient(
  documents: Documents,
  id: string,
  record: JsonObject,
): Promise<void> {
  // Listed first: an id without a client is passed over, a client without an entry would be lost.
  if (!(await clientIds(documents)).includes(id)) await changeIds(documents, (ids) => [...ids, id])
  await documents.put(CLIENTS, id, record)
}

/** Removes a client; `false` when there is none. */
export async function removeClient(documents: Documents, id: string): Promise<boolean> {
  if ((await documents.get(CLIENTS, id)) === undefined) return false
  await documents.remove(CLIENTS, id)
  await changeIds(documents, (ids) => ids.filter((one) => one !== id))
  return true
}

/** Ids of the clients, sorted; a few may have gone. */
export async function clientIds(documents: Documents): Promise<readonly string[]> {
  return texts((await documents.get(IDS, ALL))?.ids)
}

async function changeIds(
  documents: Documents,
  change: (ids: readonly string[]) => string[],
): Promise<void> {
  const changed = (body: JsonObject) => ({ ids: [...new Set(change(texts(body.ids)))].sort() })
  for (;;) {
    if ((await documents.change(IDS, ALL, changed)) !== undefined) return
    // Another client may be the first one at the same time.
    if (await documents.add(IDS, ALL, changed({}))) return
  }
}
