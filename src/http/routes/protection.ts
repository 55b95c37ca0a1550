/** `PUT /clients/{clientId}/protection`: whether a client can be removed or suspended at all. */

import { ClientError } from '../../core/errors.ts'
import type { Answer } from '../answer.ts'
import { answerChange } from '../change.ts'
import type { Exchange } from '../exchange.ts'
import { checkBodyMembers, targetOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'

/** Protects a client, or lifts that. */
export async function putProtection(exchange: Exchange): Promise<Answer> {
  const { query } = exchange
  const body = readJsonBody(exchange.request, 'protected')
  checkBodyMembers(body, ['provider', 'userPoolId', 'protected'])
  const { provider = query.provider, userPoolId = query.userPoolId, protected: on } = body
  const target = targetOf(exchange, { provider, userPoolId }, 'clients:protect')
  if (typeof on !== 'boolean') {
    const says = 'protected must be true or false.'
    throw new ClientError('invalid_field', says, { field: 'protected' })
  }
  return answerChange(exchange, target, { kind: 'protection', protected: on })
}
