/**
 * What a test may do to the tenant behind the API's back, over control routes or as another writer.
 */

import { parseJson } from '../../core/json/json-text.ts'
import { copyOf, isRecord } from '../copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import { paramsOf } from './routes.ts'
import type { Auth0Client, Auth0Connection, State } from './state.ts'

/** Control routes below `/_emulator/`: clients, connections and future members. */
export function controlRoute(
  state: State,
  { method, body }: EmulatorRequest,
  name: string,
): EmulatorAnswer | undefined {
  const [noun, id] = name.split('/').map(decodeURIComponent)
  const input = (): unknown => parseJson(body.toString())
  switch (`${method} ${noun}`) {
    case 'PUT clients':
      state.putClient(input() as Auth0Client)
      return { status: 204 }
    case 'PUT connections':
      state.putConnection(input() as Auth0Connection)
      return { status: 204 }
    case 'POST future-members':
      state.futureMembers.add((input() as { name: string }).name)
      return { status: 204 }
    case 'GET clients':
      return pageOf(
        [...state.clients].map(([key, { record }]) => [key, record]),
        id,
      )
    case 'GET connections':
      return pageOf(
        [...state.connections].map(([key, { record, clients }]) => [
          key,
          { ...record, enabledClients: [...clients] },
        ]),
        id,
      )
  }
  return undefined
}

/**
 * Another writer's change. Members are set on the client that the call is about, or on the one that
 * `client_id` names; `null` removes. `status` switches it for `connection_id` or the connection of
 * the call.
 */
export function foreignWrite(
  state: State,
  request: EmulatorRequest,
  { client_id, connection_id, status, ...members }: Readonly<Record<string, unknown>>,
): void {
  const { id = '' } = paramsOf(request)
  const ofConnection = request.path.startsWith('/api/v2/connections')
  const clientId = typeof client_id === 'string' ? client_id : id
  if (typeof status === 'boolean') {
    const { clients } = state.connection(String(connection_id ?? (ofConnection ? id : '')))
    if (status) clients.add(clientId)
    else clients.delete(clientId)
  }
  const record = state.clients.get(clientId)?.record
  if (record === undefined) return
  for (const [name, value] of Object.entries(members)) {
    if (value === null) delete record[name]
    else record[name] = copyOf(value)
  }
}

function pageOf(entries: readonly [string, unknown][], id: string | undefined): EmulatorAnswer {
  if (id === undefined) return { status: 200, body: entries.map(([, record]) => record) }
  const match = entries.find(([key]) => key === id)?.[1]
  return isRecord(match) ? { status: 200, body: match } : { status: 404, body: {} }
}
