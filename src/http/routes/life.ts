/** `POST /clients` and `DELETE /clients/{clientId}`: the beginning and the end of a client. */

import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { parseMergePatch } from '../../core/patch/patch.ts'
import { CLIENT_KINDS, type ClientKind } from '../../providers/creation.ts'
import { createClient } from '../../service/life/create.ts'
import type { CreationResult } from '../../service/life/creation.ts'
import { type RemovalResult, removeClient } from '../../service/life/remove.ts'
import { type Answer, clientBody, planBody } from '../answer.ts'
import { absent, changeHeaders, checkNeeds, requestsOf, traced, writing } from '../change.ts'
import { ifMatchOf, keyOfRequest } from '../conditions.ts'
import { etagOf, noneMatchCheck, readBody } from '../etag.ts'
import type { Exchange } from '../exchange.ts'
import { checkBodyMembers, type Site, siteOf, type Target, targetOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'

/** Makes a client, or plans it with `?dryRun=true`. */
export async function postClient(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const body = readJsonBody(exchange.request, 'client')
  checkBodyMembers(body, ['provider', 'userPoolId', 'kind', 'client'])
  const { provider = query.provider, userPoolId = query.userPoolId } = body
  const site = siteOf(exchange, { provider, userPoolId }, 'clients:write')
  const kind = asKind(body.kind)
  const patch = parseMergePatch(body.client)
  const key = keyOfRequest(exchange, site, [kind, patch as unknown as Json])
  const result = await createClient(settings.service, {
    ...writing(exchange, site, key),
    provider: site.provider,
    place: site.place,
    kind,
    patch,
    authorize: (needs) => checkNeeds(exchange, site, needs),
  })
  traced(exchange, result)
  return result.outcome === 'planned'
    ? creationPlan(exchange, site, result)
    : creationAnswer(exchange, site, result)
}

/**
 * Reads a kind of client.
 * @throws ClientError `invalid_field`
 */
export function asKind(kind: Json | undefined): ClientKind {
  const found = CLIENT_KINDS.find((one) => one === kind)
  if (found !== undefined) return found
  throw new ClientError('invalid_field', `kind must be one of: ${CLIENT_KINDS.join(', ')}.`, {
    field: 'kind',
  })
}

/** A client that was made. */
export function creationAnswer(exchange: Exchange, site: Site, result: CreationResult): Answer {
  const { ref, native, warnings, secret } = result
  if (ref === undefined) throw new TypeError('a client that was made has an id')
  exchange.trace.ref = ref
  const { provider, userPoolId, id } = ref
  const where = new URLSearchParams({
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
  })
  const told = { may: site.may, warnings, secret }
  return {
    status: 201,
    headers: {
      ...changeHeaders(
        exchange,
        result,
        readBody(exchange, { ...site, ref }, { native, standing: undefined }),
      ),
      location: `/clients/${encodeURIComponent(id)}?${where}`,
    },
    body: clientBody(ref, site.provider.mapping, native, told),
  }
}

/** A client as it would be made. */
export function creationPlan(exchange: Exchange, site: Site, result: CreationResult): Answer {
  const { native, warnings, steps, changes } = result
  const told = { may: site.may, warnings: [] }
  const client = clientBody({ ...site.place, id: '' }, site.provider.mapping, native, told)
  const requests = requestsOf(exchange, site.provider, steps)
  const plan = planBody(site.may, { changes, requests, warnings })
  return { status: 200, body: { ...plan, client } }
}

/** Removes a client for good, or tells with `?dryRun=true` what that would take along. */
export async function deleteClient(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const target = targetOf(exchange, query, 'clients:delete')
  const key = keyOfRequest(exchange, target, null)
  const ifMatch = ifMatchOf(exchange)
  if (ifMatch === undefined && query.dryRun !== 'true') {
    throw new ClientError(
      'precondition_required',
      'Removing a client needs If-Match with the ETag of the state that was looked at, or *.',
      { field: 'If-Match' },
    )
  }
  const result = await absent(
    removeClient(settings.service, {
      ...writing(exchange, target, key),
      ownClient: target.ownClient,
      ref: target.ref,
      provider: target.provider,
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...noneMatchCheck(exchange, (found) => readBody(exchange, target, found)),
    }),
  )
  traced(exchange, result)
  return removalAnswer(exchange, target, result)
}

function removalAnswer(exchange: Exchange, target: Target, result: RemovalResult): Answer {
  const { ref, provider } = target
  const { before, steps, outcome } = result
  const lost = provider.lostWithRemoval ?? []
  if (outcome === 'planned' && before !== undefined) {
    const { standing } = before
    const told = { may: target.may, warnings: [], standing }
    const client = clientBody(ref, provider.mapping, before.native, told)
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
