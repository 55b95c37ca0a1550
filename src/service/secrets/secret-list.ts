/** Lists the live secrets of a client, never their values. */

import { withRetries } from '../base/retry.ts'
import { callOf, type Service } from '../base/service.ts'
import { type ReadRequest, readClient } from '../reading/read.ts'
import { type Ending, withEnds } from './retirements.ts'
import { secretsOf } from './rotatable.ts'

export interface SecretList {
  /** Oldest first; empty for a client without secrets. */
  readonly live: readonly Ending[]
  /** How many can be live at once; 0 for a client without secrets. */
  readonly atOnce: number
  /** Fingerprint of the client's state. */
  readonly tag: string
}

/**
 * Lists the secrets that are accepted now.
 * @throws ClientError `unsupported_operation`, `not_found`, or as the provider does
 */
export async function listSecrets(service: Service, request: ReadRequest): Promise<SecretList> {
  const { provider, ref, requestId, deadline } = request
  const secrets = secretsOf(provider)
  const { native, tag, standing } = await readClient(service, request)
  if (secrets.unusable(native) !== undefined) return { live: [], atOnce: 0, tag }
  const call = callOf(service, { ...request, operationId: requestId })
  const live = await withRetries(service, deadline, () => secrets.list(ref, native, call))
  return { live: withEnds(live, standing), atOnce: secrets.atOnce(native), tag }
}
