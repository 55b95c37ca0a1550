/**
 * How the emulated Management API says no: `{statusCode, error, message, errorCode?}`, thrown from
 * wherever a rule is broken and turned into the answer in one place.
 */

import { refuse as end } from '../refusal.ts'
import type { EmulatorAnswer } from '../wire.ts'

const NAMES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
}

/** The body and status of a failure as the Management API words it (Management API OpenAPI). */
export function failure(status: number, message: string, errorCode?: string): EmulatorAnswer {
  const body = { statusCode: status, error: NAMES[status] ?? 'Error', message }
  return { status, body: errorCode === undefined ? body : { ...body, errorCode } }
}

/** Ends the call with a failure. */
export function refuse(status: number, message: string, errorCode?: string): never {
  return end(failure(status, message, errorCode))
}

/** A fault of the payload; `fault` is what the JSON schema validator found. */
export function refusePayload(fault: string): never {
  refuse(400, `Payload validation error: ${fault}.`, 'invalid_body')
}

/** A fault of the query; `fault` is what the JSON schema validator found. */
export function refuseQuery(fault: string): never {
  refuse(400, `Query validation error: ${fault}.`, 'invalid_query_string')
}
