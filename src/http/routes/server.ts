/** What the server says of itself: its description, its health, its counts. */

import type { SERVER_OPERATIONS } from '../../contract/operations/server.ts'
import { ClientError } from '../../core/errors.ts'
import { isRecord } from '../../core/json/json.ts'
import { type Answer, errorAnswer } from '../answer.ts'
import { requirePermission } from '../auth/permissions.ts'
import { getResourceMetadata } from '../caller/resource-metadata.ts'
import { getCaller } from '../caller/whoami.ts'
import type { Exchange } from '../exchange.ts'
import { getOpenapi } from '../openapi/openapi.ts'
import { getDocs } from '../pages/docs-page.ts'
import { getIndex } from '../pages/index-page.ts'
import type { Handlers } from '../route.ts'
import { callerOf, permissionOf } from '../target.ts'

export const SERVER_HANDLERS: Handlers<keyof typeof SERVER_OPERATIONS> = {
  getIndex,
  getDocs,
  getOpenapi,
  getHealth,
  getReadiness,
  getResourceMetadata,
  getCaller,
  getMetrics,
}

/** The process runs and answers. */
function getHealth(): Answer {
  return { status: 200, body: { status: 'ok' } }
}

/**
 * The store takes writes, and tokens can be judged. Keys that were there once are enough: while an issuer
 * cannot be reached they serve on, and taking every instance out would help no one.
 * @throws ClientError `store_unavailable`
 */
async function getReadiness({ settings, request, requestId }: Exchange): Promise<Answer> {
  await settings.service.store.check()
  if (await settings.hasKeys()) return { status: 200, body: { status: 'ready' } }
  const says =
    'The keys that verify access tokens have not been fetched yet. The log has the reason.'
  const missing = new ClientError('keys_unavailable', says, { retryAfter: 5 })
  const { body, ...answer } = errorAnswer(missing, request, requestId)
  return { ...answer, body: isRecord(body) ? { ...body, keys: 'unavailable' } : body }
}

/**
 * The counts are about all providers, so the permission is needed at each of them.
 * @throws ClientError `insufficient_scope`, `no_such_route`
 */
async function getMetrics(exchange: Exchange): Promise<Answer> {
  const { service, permissions, metrics } = exchange.settings
  const principal = callerOf(exchange)
  for (const providerId of service.providers.keys()) {
    requirePermission(permissions, { principal, providerId, permission: permissionOf(exchange) })
  }
  if (metrics === undefined) {
    throw new ClientError(
      'no_such_route',
      'There are no metrics here, because this process lives only as long as a request. Take them from the log.',
    )
  }
  const { contentType, text } = await metrics(service)
  return { status: 200, headers: { 'content-type': contentType }, body: text }
}
