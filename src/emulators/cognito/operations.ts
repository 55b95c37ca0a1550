/** From a request to its answer: target, signature, rate, members, region, and then the operation. */

import { parseJson } from '../../core/json/json-text.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import { clientOperations } from './client-operations.ts'
import { elsewhereOperations } from './elsewhere-operations.ts'
import type { RateLimits } from './limits.ts'
import { listOperations } from './list-operations.ts'
import type { Operation, State } from './operation.ts'
import { refusalAnswer, refuse, success } from './refusal.ts'
import { checkedInput, type Input } from './rules/constraints.ts'
import { secretOperations } from './secret-operations.ts'
import { type Keys, verifiedRegion } from './signature.ts'

const TARGET = 'AWSCognitoIdentityProviderService.'

/** By the names of the service. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...clientOperations,
  ...secretOperations,
  ...listOperations,
  ...elsewhereOperations,
}

export interface Gate {
  readonly keys: Keys
  readonly limits: RateLimits
}

/** The bare name of the API operation, or method and path for what is none. */
export function operationName({ method, path, headers }: EmulatorRequest): string {
  const target = String(headers['x-amz-target'] ?? '')
  return target.startsWith(TARGET) ? target.slice(TARGET.length) : `${method} ${path}`
}

export async function answerTo(
  request: EmulatorRequest,
  name: string,
  { keys, limits }: Gate,
  state: Omit<State, 'region'>,
): Promise<EmulatorAnswer> {
  try {
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined
    if (operation === undefined || !isCall(request)) return unknownOperation()
    const region = verifiedRegion(request, keys)
    limits.take(name, operation.category, addressOf(request).UserPoolId)
    const future = operation.takesSettings ? [...state.futureMembers.keys()] : []
    const input = checkedInput(operation.members, request.body, future)
    const UserPoolId = String(input.UserPoolId)
    checkRegion(UserPoolId, region)
    return success(await operation.answer({ ...input, UserPoolId }, { ...state, region }))
  } catch (thrown) {
    return refusalAnswer(thrown)
  }
}

/** Pool and client that a request names, without any check. */
export function addressOf({ body }: EmulatorRequest) {
  try {
    const input = parseJson(body.toString()) as Input
    return { UserPoolId: String(input.UserPoolId), ClientId: String(input.ClientId) }
  } catch {
    return { UserPoolId: '', ClientId: '' }
  }
}

function isCall({ method, path, query, headers }: EmulatorRequest): boolean {
  const type = String(headers['content-type']).split(';')[0]
  return (
    method === 'POST' && path === '/' && query.size === 0 && type === 'application/x-amz-json-1.1'
  )
}

/** Also for a call in another form, as for an unknown target; unverified. */
function unknownOperation(): never {
  return refuse('UnknownOperationException', 'The requested operation is not known.')
}

/**
 * One endpoint serves all regions here, so a pool is found only under its own. Prefixes that are no
 * region, as in `local_…`, fit any. The real service has an endpoint for each region.
 */
function checkRegion(poolId: string, region: string): void {
  const [prefix = ''] = poolId.split('_')
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(prefix) && prefix !== region) {
    refuse('InvalidSignatureException', 'Credential should be scoped to a valid region.')
  }
}
