/** What a call is about: the application that its path names, and its body. */

import { parseJson } from '../../core/json/json-text.ts'
import { isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { Org, Registration } from './org.ts'
import { NO_JSON, noApp } from './refusal.ts'

export type Operation = (org: Org, request: EmulatorRequest) => EmulatorAnswer

/** The parts of a path below `/api/v1/apps`. */
export const partsOf = ({ path }: EmulatorRequest): readonly string[] =>
  path.split('/').slice(4).map(decodeURIComponent)

/** The application that a call is about. */
export function registrationFor({ apps }: Org, request: EmulatorRequest): Registration {
  const [id = ''] = partsOf(request)
  return apps.get(id) ?? refuse(noApp(id))
}

export function bodyOf({ body }: EmulatorRequest): Readonly<Record<string, unknown>> {
  try {
    const value = body.length === 0 ? {} : parseJson(body.toString())
    if (isRecord(value)) return value
  } catch {}
  return refuse(NO_JSON)
}
