/** `GET /healthz` and `GET /readyz`. */

import { ClientError } from '../../core/errors.ts'
import { isRecord } from '../../core/json/json.ts'
import { type Answer, errorAnswer } from '../answer.ts'
import type { Exchange } from '../exchange.ts'

/** The process runs and answers. */
export function getHealth(): Answer {
  return { status: 200, body: { status: 'ok' } }
}

/**
 * The store takes writes, and tokens can be judged. Keys that were there once are enough: while an issuer
 * cannot be reached they serve on, and taking every instance out would help no one.
 * @throws ClientError `store_unavailable`
 */
export async function getReadiness({ settings, request, requestId }: Exchange): Promise<Answer> {
  await settings.service.store.check()
  if (await settings.hasKeys()) return { status: 200, body: { status: 'ready' } }
  const says =
    'The keys that verify access tokens have not been fetched yet; the log has the reason.'
  const missing = new ClientError('keys_unavailable', says, { retryAfter: 5 })
  const { body, ...answer } = errorAnswer(missing, request, requestId)
  return { ...answer, body: isRecord(body) ? { ...body, keys: 'unavailable' } : body }
}
