/**
 * What can be tried of the Management API: what a PATCH keeps, merges and removes. The sources are recorded traffic of
 * auth0-deploy-cli, terraform-provider-auth0 and go-auth0; of `refresh_token` no recording has a part alone.
 */

import { isRecord, type Json, type JsonObject, withoutMembers } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { ClientRef, Step } from '../../call.ts'
import type { Proof } from '../../proof/proof.ts'
import { ENABLED } from '../connections.ts'
import { clientPath, writtenClient } from '../records.ts'
import type { Send } from './call.ts'

/** The rules of one tenant. */
export function createProof(send: Send): Proof {
  const patch = (ref: ClientRef, base: Native, body: JsonObject): readonly Step[] => [
    {
      request: { method: 'PATCH', target: `/api/v2${clientPath(ref)}`, body },
      send: async (call) => {
        const request = { operation: 'PATCH /clients/{id}', path: clientPath(ref), body }
        return { ...writtenClient(await send(request, call)), [ENABLED]: base[ENABLED] ?? {} }
      },
    },
  ]
  return {
    ofAccount: ['tenant', 'signing_keys', 'owners'],
    unrecorded: ['POST /oauth/token', 'GET /clients/{id}/connections'],
    probes: [
      {
        kind: 'merge',
        rule: 'client_metadata and jwt_configuration are merged: a member that is not sent stays.',
        attempt: (ref, base) => {
          const body = {
            client_metadata: { second: '2' },
            jwt_configuration: { lifetime_in_seconds: 3_600 },
          }
          return {
            steps: patch(ref, base, body),
            expected: {
              ...base,
              client_metadata: { ...objectOf(base.client_metadata), ...body.client_metadata },
              jwt_configuration: { ...objectOf(base.jwt_configuration), ...body.jwt_configuration },
            },
          }
        },
      },
      {
        kind: 'merge',
        rule: 'refresh_token is replaced: a member that is not sent is gone.',
        attempt: (ref, base) => {
          const body = {
            refresh_token: { rotation_type: 'non-rotating', expiration_type: 'non-expiring' },
          }
          return { steps: patch(ref, base, body), expected: { ...base, ...body } }
        },
      },
      {
        kind: 'clear',
        rule: 'null removes a key of client_metadata; "" removes initiate_login_uri and stays in description.',
        attempt: (ref, base) => {
          const body = { client_metadata: { first: null }, initiate_login_uri: '', description: '' }
          const metadata = withoutMembers(objectOf(base.client_metadata), ['first'])
          return {
            steps: patch(ref, base, body),
            expected: {
              ...withoutMembers(base, ['initiate_login_uri']),
              client_metadata: metadata,
              description: '',
            },
          }
        },
      },
      {
        kind: 'reset',
        rule: 'null removes a setting, and moves no other.',
        attempt: (ref, base) => ({
          steps: patch(ref, base, { token_endpoint_auth_method: null }),
          expected: withoutMembers(base, ['token_endpoint_auth_method']),
        }),
      },
    ],
  }
}

const objectOf = (value: Json | undefined): JsonObject => (isRecord(value) ? value : {})
