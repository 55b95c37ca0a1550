/** `POST /clients/{clientId}/suspend` and `/resume`: a client that is off for a while. */

import { ClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { Answer } from '../answer.ts'
import { answerChange } from '../change.ts'
import type { Exchange } from '../exchange.ts'
import { checkBodyMembers, type Target, targetOf } from '../target.ts'
import { readOptionalJsonBody } from '../wire/body.ts'

/** Switches a client off. */
export async function suspendClient(exchange: Exchange): Promise<Answer> {
  const body = readOptionalJsonBody(exchange.request)
  checkBodyMembers(body, ['provider', 'userPoolId', 'ownClient'])
  const asked = { kind: 'suspension', suspended: true, allowPartial: false } as const
  return answerChange(exchange, targetIn(exchange, body), asked)
}

/** Gives back what suspending the client took away. */
export async function resumeClient(exchange: Exchange): Promise<Answer> {
  const body = readOptionalJsonBody(exchange.request)
  checkBodyMembers(body, ['provider', 'userPoolId', 'allowPartial'])
  const target = targetIn(exchange, body)
  const { allowPartial = false } = body
  if (typeof allowPartial !== 'boolean') {
    const says = 'allowPartial must be true or false.'
    throw new ClientError('invalid_field', says, { field: 'allowPartial' })
  }
  const asked = { kind: 'suspension', suspended: false, allowPartial } as const
  return answerChange(exchange, target, asked)
}

function targetIn(exchange: Exchange, body: JsonObject): Target {
  const { query } = exchange
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient } = body
  return targetOf(exchange, { provider, userPoolId, ownClient }, 'clients:suspend')
}
