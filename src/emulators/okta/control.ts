/** What a test may do behind the API's back: control routes below `/_emulator/`. */

import { parseJson } from '../../core/json/json-text.ts'
import { copyOf } from '../copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { OktaApp, Registration } from './org.ts'

interface Controls {
  apps(): readonly Registration[]
  put(app: OktaApp): void
}

/** `PUT apps`, `GET apps` and `GET apps/{id}`, with their secrets. */
export function controlRoute(
  { apps, put }: Controls,
  { method, body }: EmulatorRequest,
  name: string,
): EmulatorAnswer | undefined {
  const [noun, id] = name.split('/').map(decodeURIComponent)
  if (noun !== 'apps') return undefined
  if (method === 'PUT') {
    put(parseJson(body.toString()) as OktaApp)
    return { status: 204 }
  }
  if (method !== 'GET') return undefined
  if (id === undefined) return { status: 200, body: apps().map(copyOf) }
  const match = apps().find(({ app }) => app.id === id)
  return match === undefined ? { status: 404, body: {} } : { status: 200, body: match }
}
