/** What a test may do behind the API's back: control routes below `/_emulator/`. */

import { parseJson } from '../../core/json/json-text.ts'
import { copyOf } from '../copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { KeycloakClient } from './members.ts'
import type { Realm } from './realm.ts'

interface Controls {
  /** The realm that the query names; the first without. */
  realm(name: string | null): Realm | undefined
  put(client: KeycloakClient, realm: string): void
}

/** `PUT clients`, `GET clients` and `GET clients/{clientId}`, each with `?realm=`. */
export function controlRoute(
  { realm: realmOf, put }: Controls,
  { method, body, query }: EmulatorRequest,
  name: string,
): EmulatorAnswer | undefined {
  const [noun, clientId] = name.split('/').map(decodeURIComponent)
  const realm = realmOf(query.get('realm'))
  if (noun !== 'clients' || realm === undefined) return undefined
  if (method === 'PUT') {
    put(parseJson(body.toString()) as KeycloakClient, realm.name)
    return { status: 204 }
  }
  if (method !== 'GET') return undefined
  const clients = [...realm.clients.values()]
  if (clientId === undefined) return { status: 200, body: clients.map(copyOf) }
  const client = clients.find((one) => one.clientId === clientId)
  return client === undefined ? { status: 404, body: {} } : { status: 200, body: client }
}
