/** Carries out what was asked for in an earlier request, as if its caller sent it now. */

import { ClientError } from '../../core/errors.ts'
import { withinDeadline } from '../../service/base/deadline.ts'
import type { Answer } from '../answer.ts'
import { wholeAccessOf } from '../auth/permissions.ts'
import type { Exchange, HttpSettings, Performance } from '../exchange.ts'
import { ROUTES } from '../routes.ts'
import type { HttpRequest } from '../wire/message.ts'

/**
 * Carries it out, or plans it in a dry run.
 * @throws ClientError as its handler does
 */
export async function perform(settings: HttpSettings, performance: Performance): Promise<Answer> {
  const { operation, asked, principal, dryRun, name, requestId, deadline, trace } = performance
  const route = ROUTES.find(({ operationId }) => operationId === operation)
  if (route === undefined) {
    const says = `This server has no operation ${operation}, so the request cannot be carried out.`
    throw new ClientError('request_state', says)
  }
  const { approval, passWork, access } = performance
  const own = wholeAccessOf(settings.permissions, principal, route)
  const service = {
    ...withinDeadline(settings.service, deadline),
    access: access(own),
    approval,
  }
  const exchange: Exchange = {
    settings: { ...settings, service },
    request: requestOf(route.method, performance),
    requestId,
    operation,
    row: route,
    params: asked.params,
    query: dryRun ? { ...asked.query, dryRun: 'true' } : asked.query,
    principal,
    approved: name,
    perform: () => Promise.reject(new TypeError('a request approves no request')),
    passWork,
    trace,
  }
  return route.handle(exchange)
}

function requestOf(
  method: string,
  { operation, asked, deadline }: Pick<Performance, 'operation' | 'asked' | 'deadline'>,
): HttpRequest {
  const { headers, body } = asked
  return {
    method,
    path: `/${operation}`,
    query: '',
    headers,
    body: body === undefined ? undefined : Buffer.from(body, 'base64'),
    deadline,
  }
}
