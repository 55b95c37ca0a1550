/** Lint of one client, as the provider holds it now. */

import { lintClient } from '../../core/lint/lint.ts'
import type { Finding } from '../../core/lint/rule.ts'
import { callOf, type Service } from '../base/service.ts'
import { danglingIn } from '../operation/dangling.ts'
import { type ReadRequest, readClient } from './read.ts'

/**
 * Reads a client and lints it, including references to things that the provider does not have.
 * @throws ClientError `not_found`, or as the provider does
 */
export async function lintOne(
  service: Service,
  request: ReadRequest,
): Promise<{ readonly findings: readonly Finding[]; readonly tag: string }> {
  const { native, tag } = await readClient(service, request)
  const { provider, ref, requestId } = request
  const call = callOf(service, { ...request, operationId: requestId })
  const dangling = await danglingIn(provider, ref, native, call)
  return { findings: lintClient(provider.mapping, native, dangling), tag }
}
