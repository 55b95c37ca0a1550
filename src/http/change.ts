/** What every route that changes a client has in common: the conditions, the change, its answer. */

import type { FieldName } from '../core/client.ts'
import { ClientError, isClientError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { replacePaths } from '../core/paths.ts'
import { changeClient } from '../service/change.ts'
import type { ChangeRequest, ChangeResult } from '../service/request.ts'
import { type Answer, clientBody } from './answer.ts'
import { actorOf, ifMatchOf, keyOfRequest } from './conditions.ts'
import type { Exchange } from './exchange.ts'
import { noSuchClient, type Target } from './target.ts'

/** Changes the client, or plans the change with `?dryRun=true`, and answers what came of it. */
export async function answerChange(
  exchange: Exchange,
  target: Target,
  patch: ChangeRequest['patch'],
): Promise<Answer> {
  const { requestId, request, trace, settings } = exchange
  const ifMatch = ifMatchOf(exchange)
  const key = keyOfRequest(exchange, target, patch as unknown as Json)
  const result = await absent(
    changeClient(settings.service, {
      ref: target.ref,
      provider: target.provider,
      patch,
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(key === undefined ? {} : { key }),
      authorize: (named) => checkNamed(target, named),
      dryRun: exchange.query.dryRun === 'true',
      actor: actorOf(target.principal),
      requestId,
      deadline: request.deadline,
      onUpstream: (call) => trace.upstream.push(call),
    }),
  )
  trace.outcome = result.outcome
  if (result.operationId !== undefined) trace.operationId = result.operationId
  return result.outcome === 'planned'
    ? planAnswer(exchange, target, result)
    : changeAnswer(target, result)
}

function changeAnswer(target: Target, result: ChangeResult): Answer {
  const { native, tag, warnings, operationId, replayed } = result
  const told = { maySeeSecret: target.may('secrets:read'), warnings }
  return {
    status: 200,
    headers: {
      etag: `"${tag}"`,
      ...(operationId === undefined ? {} : { 'operation-id': operationId }),
      ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
    },
    body: clientBody(target.ref, target.provider.mapping, native, told),
  }
}

function planAnswer(exchange: Exchange, target: Target, result: ChangeResult): Answer {
  const { ref, provider } = target
  const { fingerprints } = exchange.settings.service
  const requests = result.steps.map(({ request }) => ({
    ...request,
    body: replacePaths(request.body, provider.mapping.secretPaths, (value) =>
      fingerprints.ofSecret(String(value)),
    ),
  }))
  const plan = { changes: result.changes, requests, warnings: result.warnings }
  const told = { maySeeSecret: target.may('secrets:read'), warnings: [] }
  const client = clientBody(ref, provider.mapping, result.native, told)
  return {
    status: 200,
    headers: { etag: `"${result.tag}"` },
    body: { dryRun: true, ...(plan as unknown as JsonObject), client },
  }
}

/** Refuses to change a secret without the permission for it. */
export function checkNamed(target: Target, named: readonly FieldName[]): void {
  if (!named.includes('secret') || target.may('secrets:rotate')) return
  throw new ClientError(
    'insufficient_scope',
    'client.secret needs the permission secrets:rotate; leave it out to change the rest.',
    { field: 'client.secret' },
  )
}

/** One answer for every way in which a client is not there. */
export async function absent<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isClientError(error, 'not_found')) throw noSuchClient()
    throw error
  }
}
