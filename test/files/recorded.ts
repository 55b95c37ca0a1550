/** Every recorded Auth0 client, one for each set of members. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Json, JsonObject } from '../../src/core/json/json.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Where the recordings are, if they are here. */
export const RECORDINGS = process.env.CLIENTRY_RECORDINGS ?? join(ROOT, '../shared/recordings')

/** None where the recordings are not beside the checkout. */
export function recordedAuth0Clients(): readonly JsonObject[] {
  const file = join(RECORDINGS, 'auth0-clients.jsonl')
  const found = new Map<string, JsonObject>()
  const look = (value: Json): void => {
    if (typeof value !== 'object' || value === null) return
    const record = value as JsonObject
    if (typeof record.client_id === 'string' && record.refresh_token !== undefined) {
      const shape = Object.entries(record).map(
        ([name, one]) => `${name}:${JSON.stringify(one).length}`,
      )
      found.set(shape.sort().join(), record)
    }
    for (const one of Object.values(record)) look(one as Json)
  }
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  for (const line of lines.filter(Boolean)) look((JSON.parse(line) as JsonObject).response ?? null)
  return [...found.values()]
}
