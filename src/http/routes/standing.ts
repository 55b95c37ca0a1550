/** What holds for a client beside its settings: `PUT …/protection`, `POST …/suspend` and `…/resume`. */

import type { STANDING_OPERATIONS } from '../../contract/operations/standing.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import type { Answer } from '../answer.ts'
import { answerChange } from '../change.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import { protectionRequest, resumptionRequest, suspensionRequest } from '../schemas/standing.ts'
import { type Target, targetOf } from '../target.ts'
import { readJsonBody, readOptionalJsonBody } from '../wire/body.ts'
import { checkMembers, memberOf } from '../wire/members.ts'

export const STANDING_HANDLERS: Handlers<keyof typeof STANDING_OPERATIONS> = {
  protectClient,
  suspendClient,
  resumeClient,
}

/** Protects a client, or lifts that. */
async function protectClient(exchange: Exchange): Promise<Answer> {
  const body = readJsonBody(exchange.request, 'protected')
  checkMembers(protectionRequest, body)
  const target = targetIn(exchange, body, 'clients:protect')
  const on = memberOf(protectionRequest, body, 'protected')
  return answerChange(exchange, target, { kind: 'protection', protected: on })
}

/** Switches a client off. */
async function suspendClient(exchange: Exchange): Promise<Answer> {
  const body = readOptionalJsonBody(exchange.request)
  checkMembers(suspensionRequest, body)
  const target = targetIn(exchange, body, 'clients:suspend')
  const change = { kind: 'suspension', suspended: true, allowPartial: false } as const
  return answerChange(exchange, target, change)
}

/** Gives back what suspending the client took away. */
async function resumeClient(exchange: Exchange): Promise<Answer> {
  const body = readOptionalJsonBody(exchange.request)
  checkMembers(resumptionRequest, body)
  const target = targetIn(exchange, body, 'clients:suspend')
  const allowPartial = memberOf(resumptionRequest, body, 'allowPartial') ?? false
  const change = { kind: 'suspension', suspended: false, allowPartial } as const
  return answerChange(exchange, target, change)
}

/** The body may name the client's place; else the query does. */
function targetIn(exchange: Exchange, body: JsonObject, permission: Permission): Target {
  const { query } = exchange
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient } = body
  return targetOf(exchange, { provider, userPoolId, ownClient }, permission)
}
