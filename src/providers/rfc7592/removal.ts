/**
 * Removing a client (RFC 7592 section 2.3). A client that is gone and a token that is refused are the
 * same 401, so that the removal is recorded before it is sent: a 401 after it means that it is gone.
 */

import { isClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef, Step } from '../call.ts'
import type { CreationParts } from './creation.ts'
import { CLIENT_URI, madeAt } from './update.ts'

/** The call that removes a client; `base` is the record that was looked at. */
export function removalStep(
  { caller, custody, dialect }: CreationParts,
  ref: ClientRef,
  base: Native,
): Step {
  return {
    request: { method: 'DELETE', target: CLIENT_URI, body: {} },
    send: async (call) => {
      const { operationId } = call
      const custodyRecord = await custody.find(ref.id)
      const { madeAt: seq = custodyRecord.seq } = madeAt(dialect, base)
      // What was renewed since the read is found out by the call, which then sends nothing.
      const marked =
        seq === custodyRecord.seq
          ? await custody.mark(custodyRecord, 'removing', operationId)
          : custodyRecord
      const from = seq === custodyRecord.seq ? { madeAt: marked.seq } : { madeAt: seq }
      const removal = caller.asClient(ref, { method: 'DELETE', ...from }, call)
      const answered = await removal.catch(async (error) => {
        // One that was sent before may still arrive.
        if (custodyRecord.condition === 'held' && !mayBeGone(error)) {
          await custody.mark(marked, 'held', operationId).catch(() => undefined)
        }
        throw error
      })
      await custody.mark(answered.held, 'removed', operationId)
      return undefined
    },
  }
}

/** Whether what failed can have removed the client, or found it gone. */
const mayBeGone = (error: unknown) =>
  !isClientError(error) ||
  isClientError(error, 'outcome_unknown') ||
  isClientError(error, 'not_found')
