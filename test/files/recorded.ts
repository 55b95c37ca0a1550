/** Records of clients in recorded traffic, one for each set of members and lengths of their values. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isRecord, type Json, type JsonObject, withoutMembers } from '../../src/core/json/json.ts'
import { opened } from '../../src/core/mapping/opened.ts'
import { OPENED, SECRET } from '../../src/providers/okta/members.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Where the recordings are, if they are here. */
export const RECORDINGS = process.env.CLIENTRY_RECORDINGS ?? join(ROOT, '../shared/recordings')

/** Auth0 clients; none where the recordings are not beside the checkout. */
export const recordedAuth0Clients = (): readonly JsonObject[] =>
  recordsIn(
    'auth0-clients.jsonl',
    (one) => typeof one.client_id === 'string' && one.refresh_token !== undefined,
  )

/** OpenID Connect applications of Okta, opened as the provider reads them; an answer to a write has a secret beside them. */
export const recordedOktaApps = (): readonly JsonObject[] =>
  recordsIn(
    'okta-apps.jsonl',
    ({ name, settings = null }) =>
      name === 'oidc_client' && isRecord(settings) && isRecord(settings.oauthClient ?? null),
  ).map((app) => {
    // Hosts of others are made up in the recordings, that of two grant types too.
    const spelled = JSON.stringify(app).replaceAll(
      /http:..[a-z0-9.]+(?=.oauth.grant-type)/g,
      'http://auth0.com',
    )
    return withoutMembers(opened(JSON.parse(spelled), OPENED), [SECRET, '_links'])
  })

/** Applications of Entra ID. */
export const recordedEntraApplications = (): readonly JsonObject[] =>
  recordsIn(
    'entra-applications.jsonl',
    ({ appId, web = null }) => typeof appId === 'string' && isRecord(web),
  ).map(({ '@odata.context': _, ...application }) => application)

function recordsIn(
  recording: string,
  isClient: (record: JsonObject) => boolean,
): readonly JsonObject[] {
  const file = join(RECORDINGS, recording)
  const found = new Map<string, JsonObject>()
  const look = (value: Json): void => {
    if (typeof value !== 'object' || value === null) return
    const record = value as JsonObject
    if (isClient(record)) {
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
