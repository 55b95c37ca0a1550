/** The control routes through which other processes see and set what the emulator holds. */

import { parseJson } from '../../core/json/json-text.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { ClientRecord, PoolOptions } from './pools.ts'

/** What the routes reach, which is what the emulator's own methods reach. */
export interface Controls {
  put(poolId: string, record: ClientRecord): void
  client(poolId: string, clientId: string): ClientRecord
  addPool(pool: PoolOptions): void
  addFutureMember(name: string, resetsTo?: unknown): void
  poolIds(): readonly string[]
}

/**
 * `GET pools`, `POST pools` (a pool), `POST clients` ({ userPoolId, client }),
 * `GET clients?userPoolId=…&clientId=…`, `POST future-members` ({ name, resetsTo? }).
 */
export function controlAnswer(
  request: EmulatorRequest,
  name: string,
  controls: Controls,
): EmulatorAnswer | undefined {
  const route = routes[`${request.method} ${name}`]
  if (route === undefined) return undefined
  try {
    const body = route(request, controls)
    return body === undefined ? { status: 204 } : { status: 200, body }
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } }
  }
}

type Route = (request: EmulatorRequest, controls: Controls) => unknown

const routes: Readonly<Record<string, Route>> = {
  'GET pools': (_request, controls) => controls.poolIds(),
  'POST pools': ({ body }, controls) => controls.addPool(parsed(body) as PoolOptions),
  'POST clients': ({ body }, controls) => {
    const { userPoolId, client } = parsed(body) as { userPoolId: string; client: ClientRecord }
    controls.put(userPoolId, client)
  },
  'GET clients': ({ query }, controls) =>
    controls.client(query.get('userPoolId') ?? '', query.get('clientId') ?? ''),
  'POST future-members': ({ body }, controls) => {
    const { name, resetsTo } = parsed(body) as { name: string; resetsTo?: unknown }
    controls.addFutureMember(name, resetsTo)
  },
}

/** Callers of control routes are trusted to send the right shape. */
function parsed(body: Buffer): unknown {
  return parseJson(body.toString())
}
