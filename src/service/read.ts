/** Reading one client, with the fingerprint of its state. */

import type { Mapping, Native, Warning } from '../core/mapping.ts'
import { checkUriState } from '../core/plan-uris.ts'
import type { Call, ClientRef, Provider } from '../providers/provider.ts'
import { withRetries } from './retry.ts'
import { callOf, type Service } from './service.ts'

export interface ReadRequest {
  readonly ref: ClientRef
  readonly provider: Provider
  readonly requestId: string
  /** Whose request it is, as `callerOf` tells. */
  readonly caller?: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly onUpstream?: Call['onUpstream']
}

export interface ReadResult {
  readonly native: Native
  readonly tag: string
  readonly warnings: readonly Warning[]
}

/**
 * Reads a client as the provider holds it now.
 * @throws ClientError `not_found`, or as the provider does
 */
export async function readClient(service: Service, request: ReadRequest): Promise<ReadResult> {
  const { provider, ref, requestId, deadline } = request
  const { mapping } = provider
  const call = callOf(service, { ...request, operationId: requestId })
  const native = await withRetries(service, deadline, () => provider.read(ref, call))
  return {
    native,
    tag: service.fingerprints.ofState(mapping, native),
    warnings: warningsOf(mapping, native),
  }
}

/** What a reader of a record should know. */
export function warningsOf(mapping: Mapping, native: Native): readonly Warning[] {
  return [...checkUriState(mapping, native, native, {}, []), ...(mapping.warnings?.(native) ?? [])]
}
