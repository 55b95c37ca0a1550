/** What a test may do behind the API's back with records of one kind: control routes below `/_emulator/`. */

import { parseJson } from '../core/json/json-text.ts'
import { copyOf } from './copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from './wire.ts'

/** The records of one kind. */
interface Records<R> {
  /** As the routes name them. */
  readonly noun: string
  all(): readonly R[]
  idOf(record: R): unknown
  put(record: Readonly<Record<string, unknown>>): void
}

/** `PUT {noun}`, `GET {noun}` and `GET {noun}/{id}`; `undefined`: no such route. */
export function recordRoute<R>(
  { noun, all, idOf, put }: Records<R>,
  { method, body }: EmulatorRequest,
  name: string,
): EmulatorAnswer | undefined {
  const [kind, id] = name.split('/').map(decodeURIComponent)
  if (kind !== noun) return undefined
  if (method === 'PUT') {
    put(parseJson(body.toString()) as Readonly<Record<string, unknown>>)
    return { status: 204 }
  }
  if (method !== 'GET') return undefined
  if (id === undefined) return { status: 200, body: all().map(copyOf) }
  const match = all().find((one) => idOf(one) === id)
  return match === undefined ? { status: 404, body: {} } : { status: 200, body: match }
}
