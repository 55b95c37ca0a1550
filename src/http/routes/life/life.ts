/** The beginning and the end of a client: `POST /clients` and `DELETE /clients/{clientId}`, copies and adoptions. */

import type { LIFE_OPERATIONS } from '../../../contract/operations/life.ts'
import { ClientError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json/json.ts'
import { parseMergePatch } from '../../../core/patch/patch.ts'
import { createClient as create } from '../../../service/life/create.ts'
import { type RemovalResult, removeClient } from '../../../service/life/remove.ts'
import { type RestorationResult, restoreClient as restore } from '../../../service/life/restore.ts'
import { type Answer, clientBody, planBody } from '../../answer.ts'
import {
  absent,
  changeHeaders,
  checkNeeds,
  requestsOf,
  sight,
  traced,
  writing,
} from '../../change.ts'
import { ifMatchOf, keyOfRequest } from '../../conditions.ts'
import { creationAnswer, creationPlan, lookAgain } from '../../creation-answer.ts'
import { etagOf, noneMatchCheck, readBody } from '../../etag.ts'
import type { Exchange } from '../../exchange.ts'
import type { Handlers } from '../../route.ts'
import { creationRequest } from '../../schemas/life.ts'
import { requireAlso, siteOf, type Target, targetOf } from '../../target.ts'
import { readJsonBody } from '../../wire/body.ts'
import { checkMembers, memberOf } from '../../wire/members.ts'
import { copyClient } from './copy.ts'
import { adoptClient } from './registration.ts'

export const LIFE_HANDLERS: Handlers<keyof typeof LIFE_OPERATIONS> = {
  createClient,
  deleteClient,
  copyClient,
  restoreClient,
  adoptClient,
}

/** Makes a client, or plans it with `?dryRun=true`. */
async function createClient(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const body = readJsonBody(exchange.request, 'client')
  checkMembers(creationRequest, body)
  const { provider = query.provider, userPoolId = query.userPoolId } = body
  const site = siteOf(exchange, { provider, userPoolId })
  const kind = memberOf(creationRequest, body, 'kind')
  const team = memberOf(creationRequest, body, 'team') ?? site.access?.team()
  const patch = parseMergePatch(body.client)
  const whose = team === undefined ? [] : [team]
  const key = keyOfRequest(exchange, site, [kind, patch as unknown as Json, ...whose])
  const result = await create(settings.service, {
    ...writing(exchange, site, key),
    provider: site.provider,
    place: site.place,
    kind,
    team,
    patch,
    authorize: (needs) => checkNeeds(exchange, site, needs),
  })
  traced(exchange, result)
  await lookAgain(exchange, site, result)
  return result.outcome === 'planned'
    ? creationPlan(exchange, site, result)
    : creationAnswer(exchange, site, result)
}

/** Removes a client for good, or shows with `?dryRun=true` what that would take along. */
async function deleteClient(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const target = await targetOf(exchange, query)
  const key = keyOfRequest(exchange, target, null)
  const ifMatch = ifMatchOf(exchange)
  if (ifMatch === undefined && query.dryRun !== 'true') {
    throw new ClientError(
      'precondition_required',
      'Removing a client needs If-Match with the ETag of the state that you have read, or *.',
      { field: 'If-Match' },
    )
  }
  const result = await absent(
    removeClient(settings.service, {
      ...writing(exchange, target, key),
      ...sight(target),
      ownClient: target.ownClient,
      ref: target.ref,
      provider: target.provider,
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...noneMatchCheck(exchange, (snapshot) => readBody(exchange, target, snapshot)),
    }),
  )
  traced(exchange, result)
  return removalAnswer(exchange, target, result)
}

/** Brings a removed client back, or shows with `?dryRun=true` what would not come back. */
async function restoreClient(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const target = await targetOf(exchange, query)
  // What a client was that is gone is in its history alone.
  requireAlso(exchange, target, 'history:read')
  const key = keyOfRequest(exchange, target, null)
  const result = await absent(
    restore(settings.service, {
      ...writing(exchange, target, key),
      ...sight(target),
      ref: target.ref,
      provider: target.provider,
      authorize: (needs) => checkNeeds(exchange, target, needs),
    }),
  )
  return restorationAnswer(exchange, target, traced(exchange, result))
}

function restorationAnswer(
  exchange: Exchange,
  target: Target,
  { lost, ...result }: RestorationResult,
): Answer {
  const { ref, provider, may } = target
  const { native, standing, warnings, steps } = result
  const names = lost === undefined ? {} : { lost }
  if (result.outcome === 'planned') {
    const client = clientBody(ref, provider.mapping, native, { may, warnings: [], standing })
    const requests = requestsOf(exchange, provider, steps)
    const plan = planBody(may, { changes: [], requests, warnings })
    return { status: 200, body: { ...plan, client, ...names } }
  }
  return {
    status: 200,
    headers: changeHeaders(exchange, result, readBody(exchange, target, result)),
    body: {
      ...clientBody(ref, provider.mapping, native, { may, warnings, standing }),
      ...names,
    },
  }
}

function removalAnswer(exchange: Exchange, target: Target, result: RemovalResult): Answer {
  const { ref, provider } = target
  const { before, steps, outcome } = result
  const lost = provider.lostWithRemoval ?? []
  if (outcome === 'planned' && before !== undefined) {
    const { standing } = before
    const bodyOptions = { may: target.may, warnings: [], standing }
    const client = clientBody(ref, provider.mapping, before.native, bodyOptions)
    const requests = requestsOf(exchange, provider, steps)
    const plan = planBody(target.may, { changes: [], requests, warnings: [] })
    const body = { dryRun: true, requests: plan.requests ?? [], lost, client }
    return { status: 200, headers: { etag: etagOf(exchange, before.tag, body) }, body }
  }
  return {
    status: 200,
    headers: changeHeaders(exchange, result, {}),
    body: { removed: true, client: { ...ref }, lost },
  }
}
