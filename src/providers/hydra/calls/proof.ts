/** What can be tried of Hydra's admin API: what its JSON Patch leaves as it is (ory/x, jsonx/patch.go), and what clears. */

import { type JsonObject, withoutMembers } from '../../../core/json/json.ts'
import type { ClientRef, Step } from '../../call.ts'
import type { Proof } from '../../proof/proof.ts'
import { clientPath } from '../records.ts'
import type { Send } from './call.ts'

const ACCESS = 'authorization_code_grant_access_token_lifespan'
const ID = 'authorization_code_grant_id_token_lifespan'

/** The rules of one server. */
export function createProof(send: Send): Proof {
  const patch = ({ id }: ClientRef, body: readonly JsonObject[]): Step => ({
    request: { method: 'PATCH', target: clientPath(id), body },
    send: async (call) => {
      await send({ operation: 'PATCH /admin/clients/{id}', path: clientPath(id), body }, call)
      return undefined
    },
  })
  const lifespans = ({ id }: ClientRef, body: JsonObject): Step => {
    const path = `${clientPath(id)}/lifespans`
    return {
      request: { method: 'PUT', target: path, body },
      send: async (call) => {
        await send({ operation: 'PUT /admin/clients/{id}/lifespans', path, body }, call)
        return undefined
      },
    }
  }
  return {
    ofAccount: [],
    unrecorded: [],
    probes: [
      {
        kind: 'merge',
        rule: 'An operation remove, or a value null, is answered with 200 and changes nothing.',
        attempt: (ref, base) => ({
          steps: [
            patch(ref, [{ op: 'remove', path: '/client_uri' }]),
            patch(ref, [{ op: 'replace', path: '/client_name', value: null }]),
          ],
          expected: base,
        }),
      },
      {
        kind: 'clear',
        rule: 'An empty value clears a member.',
        attempt: (ref, base) => ({
          steps: [patch(ref, [{ op: 'replace', path: '/client_uri', value: '' }])],
          expected: withoutMembers(base, ['client_uri']),
        }),
      },
      {
        kind: 'reset',
        rule: 'The call for lifetimes sets those that it names, and clears all others.',
        attempt: (ref, base) => ({
          steps: [
            lifespans(ref, { [ACCESS]: '1h0m0s', [ID]: '1h0m0s' }),
            lifespans(ref, { [ID]: '2h0m0s' }),
          ],
          expected: { ...withoutMembers(base, [ACCESS]), [ID]: '2h0m0s' },
        }),
      },
    ],
  }
}
