/** `POST /clients/{clientId}/rollback`: a change whose patch follows from the history. */

import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import type { Rollback } from '../../service/base/request.ts'
import type { Answer } from '../answer.ts'
import { answerChange } from '../change.ts'
import type { Exchange } from '../exchange.ts'
import { checkBodyMembers, targetOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'

/** Undoes our own changes since a revision, or shows with `?dryRun=true` what that would do. */
export async function rollbackClient(exchange: Exchange): Promise<Answer> {
  const { query } = exchange
  const body = readJsonBody(exchange.request, 'to')
  checkBodyMembers(body, ['provider', 'userPoolId', 'ownClient', 'to', 'allowPartial'])
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient } = body
  const { to, allowPartial } = body
  const target = targetOf(exchange, { provider, userPoolId, ownClient }, 'clients:write')
  return answerChange(exchange, target, rollbackOf(to, allowPartial))
}

function rollbackOf(to: Json | undefined, allowPartial: Json = false): Rollback {
  if (typeof to !== 'number' || !Number.isSafeInteger(to) || to < 0) {
    throw invalid('to', 'must be a revision of the history, a whole number from 0')
  }
  if (typeof allowPartial !== 'boolean') throw invalid('allowPartial', 'must be true or false')
  return { kind: 'rollback', to, allowPartial }
}

const invalid = (field: string, says: string) =>
  new ClientError('invalid_field', `${field} ${says}.`, { field })
