/** Lint of one client, as the provider holds it now. */

import { isClientError } from '../../core/errors.ts'
import { lintClient } from '../../core/lint/lint.ts'
import type { Finding } from '../../core/lint/rule.ts'
import { callOf, type Service } from '../base/service.ts'
import { lastKnown } from '../life/last-known.ts'
import { danglingIn } from '../operation/dangling.ts'
import { type ReadRequest, readClient } from './read.ts'

/**
 * Reads a client and lints it, including references to things that the provider does not have. Of one that is out of
 * reach for good, the last known record is linted.
 * @throws ClientError `not_found`, or as the provider does
 */
export async function lintOne(
  service: Service,
  request: ReadRequest,
): Promise<{ readonly findings: readonly Finding[]; readonly tag: string }> {
  const { provider, ref, requestId } = request
  const { mapping } = provider
  const now = service.now()
  try {
    const { native, tag } = await readClient(service, request)
    const call = callOf(service, { ...request, operationId: requestId })
    const dangling = await danglingIn(provider, ref, native, call)
    return { findings: lintClient(mapping, native, dangling, { now }), tag }
  } catch (error) {
    if (!isClientError(error, 'client_gone')) throw error
    const { native } = await lastKnown(service, { ref, provider }, error)
    const tag = service.fingerprints.ofState(mapping, native)
    return { findings: lintClient(mapping, native, [], { now, shut: true }), tag }
  }
}
