/** What a test may do behind the API's back: control routes below `/_emulator/`. */

import { parseJson } from '../../core/json/json-text.ts'
import { copyOf } from '../copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { Application } from './members.ts'
import type { State } from './operations.ts'

interface Controls {
  readonly state: State
  put(record: Application): void
}

/** `PUT applications`, `GET applications` and `GET applications/{appId}`. */
export function controlRoute(
  { state, put }: Controls,
  { method, body }: EmulatorRequest,
  name: string,
): EmulatorAnswer | undefined {
  const [noun, appId] = name.split('/').map(decodeURIComponent)
  if (noun !== 'applications') return undefined
  if (method === 'PUT') {
    put(parseJson(body.toString()) as Application)
    return { status: 204 }
  }
  if (method !== 'GET') return undefined
  const all = state.applications.all()
  if (appId === undefined) return { status: 200, body: all.map(copyOf) }
  const match = all.find((one) => one.appId === appId)
  return match === undefined ? { status: 404, body: {} } : { status: 200, body: match }
}
