/** What a test may do behind the API's back: control routes below `/_emulator/`. */

import { parseJson } from '../../core/json/json-text.ts'
import { copyOf } from '../copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { HydraClient } from './members.ts'
import type { State } from './operations.ts'

interface Controls {
  readonly state: State
  put(client: HydraClient): void
}

/** `PUT clients`, `GET clients` and `GET clients/{id}`. */
export function controlRoute(
  { state, put }: Controls,
  { method, body }: EmulatorRequest,
  name: string,
): EmulatorAnswer | undefined {
  const [noun, id] = name.split('/').map(decodeURIComponent)
  if (noun !== 'clients') return undefined
  if (method === 'PUT') {
    put(parseJson(body.toString()) as HydraClient)
    return { status: 204 }
  }
  if (method !== 'GET') return undefined
  if (id === undefined) return { status: 200, body: [...state.clients.values()].map(copyOf) }
  const client = state.clients.get(id)
  return client === undefined ? { status: 404, body: {} } : { status: 200, body: client }
}
