/** What holds for a client beside its settings: `GET …/standing`, `PUT …/protection`, `POST …/suspend` and `…/resume`. */

import { isDeepStrictEqual } from 'node:util'
import type { STANDING_OPERATIONS } from '../../contract/operations/standing.ts'
import { ClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { showClient } from '../../core/mapping/mapping.ts'
import { readHistory } from '../../service/reading/history.ts'
import { type ReadResult, readClient } from '../../service/reading/read.ts'
import type { Answer } from '../answer.ts'
import { actorOf } from '../auth/principal.ts'
import { absent, answerChange, reading } from '../change.ts'
import { etagOf } from '../etag.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import {
  protectionRequest,
  resumptionRequest,
  suspensionRequest,
  teamRequest,
} from '../schemas/standing.ts'
import { leaseBody, moveBody, suspensionBody } from '../standing.ts'
import { type Target, targetOf } from '../target.ts'
import { readJsonBody, readOptionalJsonBody } from '../wire/body.ts'
import { checkMembers, memberOf } from '../wire/members.ts'

export const STANDING_HANDLERS: Handlers<keyof typeof STANDING_OPERATIONS> = {
  getStanding,
  protectClient,
  assignClient,
  suspendClient,
  resumeClient,
}

/** Reads what holds for a client. Who may only lease gets those leases that they have taken themselves. */
async function getStanding(exchange: Exchange): Promise<Answer> {
  const target = await targetOf(exchange, exchange.query)
  const client = await absent(readClient(exchange.settings.service, reading(exchange, target)))
  // A client can be shown without it, and this is about nothing else.
  if (client.warnings.some(({ code }) => code === 'standing_unknown')) {
    const says =
      'The history cannot be read at the moment, so the standing of the client is unknown.'
    throw new ClientError('store_unavailable', says, { retryAfter: 5 })
  }
  const body = { ...standingBody(target, client), ...(await openChange(exchange, target)) }
  return { status: 200, headers: { etag: etagOf(exchange, client.tag, body) }, body }
}

function standingBody(target: Target, { native, standing }: ReadResult): JsonObject {
  const { ref, provider, principal, may } = target
  const { leases = [], retirements = [], moves } = standing ?? {}
  const isOwn = (actor: object) => isDeepStrictEqual(actor, actorOf(principal))
  return {
    ...ref,
    protected: standing?.protected === true,
    ...(standing?.team === undefined ? {} : { team: standing.team }),
    ...suspensionBody(provider.mapping, showClient(provider.mapping, native), standing),
    endingSecrets: retirements.map(({ secretId: id, at }) => ({ id, retiresAt: rfc3339(at) })),
    leases: leases.filter(({ actor }) => may('clients:read') || isOwn(actor)).map(leaseBody),
    ...(moves !== undefined && may('clients:read') && { moves: moves.map(moveBody) }),
    ...(standing?.removal && { removedAt: rfc3339(standing.removal.at) }),
  }
}

/** The newest change, while its outcome is not known. */
async function openChange({ settings }: Exchange, { ref }: Target): Promise<JsonObject> {
  const { items } = await readHistory(settings.service, ref, { limit: 1 })
  const [newest] = items
  if (newest?.outcome !== 'open' || newest.operationId === undefined) return {}
  const { operationId, at, action } = newest
  return { openChange: { operationId, at: rfc3339(at), ...(action && { action }) } }
}

const rfc3339 = (time: number) => new Date(time).toISOString()

/** Protects a client, or lifts that. */
async function protectClient(exchange: Exchange): Promise<Answer> {
  const body = readJsonBody(exchange.request, 'protected')
  checkMembers(protectionRequest, body)
  const target = await targetIn(exchange, body)
  const on = memberOf(protectionRequest, body, 'protected')
  return answerChange(exchange, target, { kind: 'protection', protected: on })
}

/** Says whose a client is. */
async function assignClient(exchange: Exchange): Promise<Answer> {
  const body = readJsonBody(exchange.request, 'team')
  checkMembers(teamRequest, body)
  const target = await targetIn(exchange, body)
  const team = memberOf(teamRequest, body, 'team')
  return answerChange(exchange, target, { kind: 'assignment', team })
}

/** Switches a client off. */
async function suspendClient(exchange: Exchange): Promise<Answer> {
  const body = readOptionalJsonBody(exchange.request)
  checkMembers(suspensionRequest, body)
  const target = await targetIn(exchange, body)
  const change = { kind: 'suspension', suspended: true, allowPartial: false } as const
  return answerChange(exchange, target, change)
}

/** Gives back what suspending the client took away. */
async function resumeClient(exchange: Exchange): Promise<Answer> {
  const body = readOptionalJsonBody(exchange.request)
  checkMembers(resumptionRequest, body)
  const target = await targetIn(exchange, body)
  const allowPartial = memberOf(resumptionRequest, body, 'allowPartial') ?? false
  const change = { kind: 'suspension', suspended: false, allowPartial } as const
  return answerChange(exchange, target, change)
}

/** The body may name the client's place; else the query does. */
function targetIn(exchange: Exchange, body: JsonObject): Promise<Target> {
  const { query } = exchange
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient } = body
  return targetOf(exchange, { provider, userPoolId, ownClient })
}
