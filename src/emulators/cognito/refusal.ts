/**
 * How the service says no: a name and a text, both as close to the real ones as public sources allow.
 * On the wire a refusal is 400 whatever status the service model gives it, and 500 for the service's
 * own failures (aws/aws-cdk#7625, aws/aws-sdk-java-v2#5528, aws-amplify/amplify-js#6767).
 */

import { randomUUID } from 'node:crypto'
import type { EmulatorAnswer } from '../wire.ts'

const SERVER_ERRORS = ['InternalErrorException', 'InternalFailure']

/** Ends the call with the named exception. */
export function refuse(type: string, message: string): never {
  throw Object.assign(new Error(message), { name: type, refusal: true })
}

/** The answer for whatever an operation threw; what is no refusal is a defect of the emulator. */
export function refusalAnswer(thrown: unknown): EmulatorAnswer {
  if (thrown instanceof Error && 'refusal' in thrown) return failure(thrown.name, thrown.message)
  return failure('InternalFailure', `The emulator itself failed: ${String(thrown)}`)
}

export function failure(type: string, message: string): EmulatorAnswer {
  return {
    status: SERVER_ERRORS.includes(type) ? 500 : 400,
    headers: { ...answerHeaders(), 'x-amzn-errortype': type },
    body: { __type: type, message },
  }
}

export function success(body: unknown): EmulatorAnswer {
  return { status: 200, headers: answerHeaders(), body }
}

function answerHeaders(): Record<string, string> {
  return { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() }
}
