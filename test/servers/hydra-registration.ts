/** The registration endpoint of a real Ory Hydra, with its clients as the admin API shows them. */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { isRecord, withoutMembers } from '../../src/core/json/json.ts'
import { startFront } from '../peers/front.ts'
import type { RegistrationServer } from '../peers/oidc.ts'
import type { Hydra } from './hydra.ts'
import { startSyncClient } from './synchronous.ts'

const SERVER_MADE = ['client_id', 'created_at', 'updated_at', 'client_secret_expires_at']

/** What is empty is not there: an update by registration changes the one into the other. */
const isNone = (value: Json) =>
  value === '' ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.keys(value).length === 0)

export interface HydraRegistration extends RegistrationServer {
  /** Removes a client. */
  drop(id: string): void
}

/** Behind a front. */
export async function startHydraRegistration({
  publicUrl,
  adminUrl,
  flow,
}: Hydra): Promise<HydraRegistration> {
  const { send, close } = startSyncClient()
  const at = (id: string) => `${adminUrl}/admin/clients/${encodeURIComponent(id)}`
  const secrets = new Map<string, Json>()
  const front = await startFront({
    url: () => publicUrl,
    change: (id, members) => put({ ...stored(id), ...(members as JsonObject) }),
  })
  const stored = (id: string): JsonObject | undefined => {
    const { status, body } = send('GET', at(id))
    if (status !== 200) return undefined
    const shown = Object.entries(body).filter(([, value]) => !isNone(value))
    const secret = secrets.get(id)
    return {
      ...Object.fromEntries(shown),
      ...(secret === undefined ? {} : { client_secret: secret }),
    }
  }
  const make = (record: JsonObject) => {
    const { status, body } = send('POST', `${adminUrl}/admin/clients`, record)
    if (status !== 201) throw new Error(`Hydra made no client: ${JSON.stringify(body)}`)
    return String(body.registration_access_token)
  }
  /** A PUT by the administration would end the registration token. */
  const put = (record: JsonObject) => {
    const id = String(record.client_id)
    if (record.client_secret !== undefined) secrets.set(id, record.client_secret)
    const now = stored(id)
    if (now === undefined) {
      make(record)
      return
    }
    const members = withoutMembers(record, [...SERVER_MADE, 'client_secret'])
    const changes = Object.entries(members).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(now[name]),
    )
    if (changes.length === 0) return
    // Keys by value are shown as `{}` where there are none, and refused beside an address (ory/hydra#3935).
    const keys: [string, Json][] = record.jwks_uri === undefined ? [] : [['jwks', null]]
    const operations = [...changes, ...keys].map(([name, value]) => ({
      op: 'replace',
      path: `/${name}`,
      value,
    }))
    const { status, body } = send('PATCH', at(id), operations)
    if (status !== 200) throw new Error(`Hydra took no patch: ${JSON.stringify(body)}`)
  }
  return {
    front,
    settings: {
      registrationEndpoint: `${front.url}/oauth2/register`,
      // What the server itself says of a client that is made there.
      clientUris: [`${publicUrl}/oauth2/register`],
      dialect: 'hydra',
    },
    stored,
    put,
    // Only a registration shows one: the client is made anew, as it is.
    token: (id) => {
      const record = withoutMembers(stored(id) ?? {}, SERVER_MADE)
      send('DELETE', at(id))
      return make({ ...record, client_id: id })
    },
    flow,
    drop: (id) => {
      send('DELETE', at(id))
    },
    close: async () => {
      await front.close()
      await close()
    },
  }
}
