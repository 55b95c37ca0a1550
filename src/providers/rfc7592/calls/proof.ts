/** What can be tried of a server with RFC 7592: what an update does with what it leaves out (section 2.2). */

import { ClientError } from '../../../core/errors.ts'
import { withoutMembers } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { ClientRef } from '../../call.ts'
import type { Proof } from '../../proof/proof.ts'
import { type UpdateParts, updateSteps } from '../update.ts'

/** Members of the throwaway client that a request can do without. */
const LEFT_OUT = ['client_name', 'client_uri']

/** The rules of one server, by its dialect. */
export function createProof(parts: UpdateParts): Proof {
  const keeps = parts.dialect.update === 'merges'
  const rule = keeps
    ? 'An update keeps what it leaves out: client_name and client_uri stay.'
    : 'An update replaces everything: client_name and client_uri are gone once they are left out.'
  return {
    ofAccount: [],
    unrecorded: ['GET /.well-known'],
    probes: [
      {
        kind: keeps ? 'merge' : 'reset',
        rule,
        attempt: (ref, base) => {
          if (LEFT_OUT.every((name) => base[name] === undefined)) throw nothingToLose()
          const next = { ...base, redirect_uris: ['https://clientry.example/left-out'] }
          return {
            steps: withoutInBody(parts, ref, base, next),
            expected: keeps ? next : withoutMembers(next, LEFT_OUT),
          }
        },
      },
    ],
  }
}

const nothingToLose = () =>
  new ClientError(
    'unsupported_operation',
    'An earlier update has left the client without client_name and client_uri.',
  )

/** The update as it is sent for a change, without these members. */
function withoutInBody(
  { caller, ...parts }: UpdateParts,
  ref: ClientRef,
  base: Native,
  next: Native,
) {
  const asClient: typeof caller.asClient = (client, request, call) =>
    caller.asClient(
      client,
      { ...request, ...(request.body && { body: withoutMembers(request.body, LEFT_OUT) }) },
      call,
    )
  return updateSteps({ ...parts, caller: { ...caller, asClient } }, ref, base, next)
}
