/**
 * Reads after a write. Microsoft Graph may show for seconds what was before (hashicorp/terraform-provider-azuread#1802,
 * #1811), so that a read is taken for the state after a write only once it shows that write.
 */

import { ClientError } from '../../../core/errors.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Call } from '../../call.ts'
import type { Send } from './call.ts'
import { readClient } from './records.ts'

/** What is needed to see a write. */
export interface Seeing {
  readonly send: Send
  /** How long a read may show what was before. */
  readonly lagMs: number
}

/**
 * The record after a write that was answered.
 * @throws ClientError `outcome_unknown`: the write was answered, and what came of it could not be learned
 */
export async function afterWrite(
  { send, lagMs }: Seeing,
  clientId: string,
  call: Call,
  isSeen: (native: Native) => boolean,
): Promise<Native> {
  const look = () => readClient(send, clientId, call)
  const { untilSeen = once } = call
  return untilSeen(look, isSeen, lagMs).catch((cause) => {
    const says =
      'Entra ID answered that this was done, and could not be asked what the client is now.'
    throw new ClientError('outcome_unknown', says, { cause })
  })
}

/** Does what needs an application that was made a moment ago, and may not be known everywhere. */
export function onNew<T>({ lagMs }: Seeing, call: Call, work: () => Promise<T>): Promise<T> {
  const { untilSeen = once } = call
  return untilSeen(work, () => true, lagMs)
}

const once: NonNullable<Call['untilSeen']> = (work) => work()
