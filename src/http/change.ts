/** What routes about one client have in common: its reading; the conditions of a change, the change, its answer. */

import { isClientError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json/json.ts'
import { noSuchClient } from '../core/rights/access.ts'
import type { Need } from '../core/rights/rights.ts'
import { maskOf } from '../core/secrecy/fingerprint.ts'
import { replaceHidden } from '../core/secrecy/hidden.ts'
import type { Step, UpstreamCall } from '../providers/call.ts'
import type { Provider } from '../providers/provider.ts'
import type { ChangeRequest, ChangeResult, ClientSnapshot, Key } from '../service/base/request.ts'
import { callerOf } from '../service/base/service.ts'
import { changeClient } from '../service/change/change.ts'
import type { ReadRequest } from '../service/reading/read.ts'
import { type Answer, clientBody, planBody } from './answer.ts'
import { insufficientScope } from './auth/permissions.ts'
import { actorOf } from './auth/principal.ts'
import { ifMatchOf, keyOfRequest } from './conditions.ts'
import { etagOf, noneMatchCheck, readBody } from './etag.ts'
import type { Exchange } from './exchange.ts'
import type { Site, Target } from './target.ts'

/** Changes the client, or plans the change with `?dryRun=true`, and answers what came of it. */
export async function answerChange(
  exchange: Exchange,
  target: Target,
  patch: ChangeRequest['patch'],
  confirm?: ChangeRequest['confirm'],
): Promise<Answer> {
  const content = patch as unknown as Json
  const result = await performChange(exchange, target, patch, {
    asked: content,
    ...(confirm === undefined ? {} : { confirm }),
  })
  return result.outcome === 'planned'
    ? planAnswer(exchange, target, result)
    : changeAnswer(exchange, target, result)
}

/** Makes or plans the change under the conditions of its request; `asked` is what a key is bound to. */
export async function performChange(
  exchange: Exchange,
  target: Target,
  patch: ChangeRequest['patch'],
  {
    asked: content,
    confirm,
    shown = (snapshot) => readBody(exchange, target, snapshot),
  }: {
    readonly asked: Json
    /** What a `GET` of the same path would show of what is found; absent: the client. */
    readonly shown?: (snapshot: ClientSnapshot) => JsonObject
  } & Pick<ChangeRequest, 'confirm'>,
): Promise<ChangeResult> {
  const { settings } = exchange
  const ifMatch = ifMatchOf(exchange)
  const key = keyOfRequest(exchange, target, content)
  const result = await absent(
    changeClient(settings.service, {
      ...writing(exchange, target, key),
      ownClient: target.ownClient,
      ref: target.ref,
      provider: target.provider,
      patch,
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(confirm === undefined ? {} : { confirm }),
      ...noneMatchCheck(exchange, shown),
      ...sight(target),
      authorize: (needs) => checkNeeds(exchange, target, needs),
    }),
  )
  return traced(exchange, result)
}

function changeAnswer(exchange: Exchange, target: Target, result: ChangeResult): Answer {
  const { native, warnings, standing } = result
  const bodyOptions = { may: target.may, warnings, standing }
  return {
    status: 200,
    headers: changeHeaders(exchange, result, readBody(exchange, target, result)),
    body: clientBody(target.ref, target.provider.mapping, native, bodyOptions),
  }
}

/** Keeps what came of a request for its log line, and gives it. */
export function traced<R extends Pick<ChangeResult, 'outcome' | 'operationId'>>(
  { trace }: Exchange,
  result: R,
): R {
  trace.outcome = result.outcome
  if (result.operationId !== undefined) trace.operationId = result.operationId
  return result
}

/**
 * The headers that show what came of a change; without a tag where there is no client any more. `shown`: what a
 * `GET` would show, for the tag.
 */
export function changeHeaders(
  exchange: Exchange,
  { tag, operationId, replayed }: Partial<Pick<ChangeResult, 'tag' | 'operationId' | 'replayed'>>,
  body: JsonObject,
) {
  return {
    ...(tag === undefined ? {} : { etag: etagOf(exchange, tag, body) }),
    ...(operationId === undefined ? {} : { 'operation-id': operationId }),
    ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
  }
}

/** What a dry run found, with the client as it would be; `more`: what else its route shows. */
export function planAnswer(
  exchange: Exchange,
  target: Target,
  result: Omit<ChangeResult, 'outcome'>,
  more: JsonObject = {},
): Answer {
  const { ref, provider } = target
  const requests = requestsOf(exchange, provider, result.steps)
  const plan = planBody(target.may, { ...result, requests })
  const { native, standing } = result
  const bodyOptions = { may: target.may, warnings: [], standing }
  const client = clientBody(ref, provider.mapping, native, bodyOptions)
  const body = { ...plan, ...more, client }
  return { status: 200, headers: { etag: etagOf(exchange, result.tag, body) }, body }
}

/** The upstream calls that a plan would make, each secret as its fingerprint. */
export function requestsOf(
  exchange: Exchange,
  { mapping }: Provider,
  steps: readonly Step[],
): Json[] {
  const { fingerprints } = exchange.settings.service
  const mask = (value: Json) => maskOf(value, fingerprints.ofSecret)
  return steps.map(({ request }) => ({
    ...request,
    body: replaceHidden(mapping, request.body, mask),
  }))
}

/** What a refusal or a dry run may reveal of an existing client. */
export const sight = ({ may }: Pick<Site, 'may'>) => ({
  maySeeSecrets: may('secrets:read'),
  maySeeClient: may('clients:read'),
})

/** What goes down with a request that reads a client. */
export function reading(
  { requestId, request, trace }: Exchange,
  { ref, provider, principal }: Target,
): ReadRequest {
  return {
    ref,
    provider,
    requestId,
    caller: callerOf(actorOf(principal)),
    deadline: request.deadline,
    onUpstream: (call) => trace.upstream.push(call),
  }
}

/** What every use case that writes gets of its request. */
export function writing(exchange: Exchange, { principal }: Site, key: Key | undefined) {
  const { requestId, request, trace, query } = exchange
  return {
    ...(key === undefined ? {} : { key }),
    dryRun: query.dryRun === 'true',
    actor: actorOf(principal),
    requestId,
    deadline: request.deadline,
    onUpstream: (call: UpstreamCall) => {
      trace.upstream.push(call)
    },
  }
}

/**
 * Refuses a change that takes a permission which the caller lacks.
 * @throws ClientError `insufficient_scope`
 */
export function checkNeeds(
  { settings }: Exchange,
  { place, principal, may, access }: Site,
  needs: readonly Need[],
): void {
  access?.take(needs)
  // Of a client that is to be made, it is known once the plan is judged.
  if (access !== undefined && !access.isKnown()) return
  const lacking = needs.find(({ permission }) => !may(permission))
  if (lacking === undefined) return
  const { permission, field } = lacking
  const demand = { principal, providerId: place.provider, permission }
  const says = `${field} needs the permission ${permission}. Leave it out to change the rest.`
  throw insufficientScope(settings.permissions, demand, { says, field })
}

/** One answer for every way in which a client is not there; a field names something else on it. */
export async function absent<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isClientError(error, 'not_found') && error.field === undefined) throw noSuchClient()
    throw error
  }
}
