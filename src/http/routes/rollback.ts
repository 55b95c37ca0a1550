/** `POST /clients/{clientId}/rollback`: a change whose patch follows from the history. */

import type { Answer } from '../answer.ts'
import { answerChange } from '../change.ts'
import type { Exchange } from '../exchange.ts'
import { rollbackRequest } from '../schemas/clients.ts'
import { targetOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'
import { checkMembers, memberOf } from '../wire/members.ts'

/** Undoes our own changes since a revision, or shows with `?dryRun=true` what that would do. */
export async function rollbackClient(exchange: Exchange): Promise<Answer> {
  const { query } = exchange
  const body = readJsonBody(exchange.request, 'to')
  checkMembers(rollbackRequest, body)
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient } = body
  const target = await targetOf(exchange, { provider, userPoolId, ownClient })
  const to = memberOf(rollbackRequest, body, 'to')
  const allowPartial = memberOf(rollbackRequest, body, 'allowPartial') ?? false
  return answerChange(exchange, target, { kind: 'rollback', to, allowPartial })
}
