/** `GET /metrics`: counts of this process, in the text format of Prometheus. */

import { ClientError } from '../../core/errors.ts'
import type { Answer } from '../answer.ts'
import { requirePermission } from '../auth/permissions.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf } from '../target.ts'

/**
 * The counts are about all providers, so the permission is needed at each of them.
 * @throws ClientError `insufficient_scope`, `no_such_route`
 */
export async function getMetrics(exchange: Exchange): Promise<Answer> {
  const { service, permissions, metrics } = exchange.settings
  const principal = callerOf(exchange)
  for (const providerId of service.providers.keys()) {
    requirePermission(permissions, { principal, providerId, permission: 'metrics:read' })
  }
  if (metrics === undefined) {
    throw new ClientError(
      'no_such_route',
      'There are no metrics here: a process that lives as long as a request keeps no counts. Take them from the log.',
    )
  }
  const { contentType, text } = await metrics(service)
  return { status: 200, headers: { 'content-type': contentType }, body: text }
}
