/**
 * What can be tried of the Apps API: what a PUT does with members that it leaves out, and what clears. No recording has a PUT
 * that leaves out a member which is not at its default.
 */

import type { JsonObject } from '../../../core/json/json.ts'
import { closed } from '../../../core/mapping/opened.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Step } from '../../call.ts'
import type { Proof } from '../../proof/proof.ts'
import type { Send } from './call.ts'
import { appPath, writtenRecord } from './records.ts'

/** As Okta nests them. */
const OBJECTS = ['credentials', 'credentials.oauthClient', 'settings', 'settings.notes']
const INNER = ['settings.oauthClient', 'settings.oauthClient.refresh_token']
/** Response-only members (Okta's OpenAPI file). */
const SHOWN = ['id', 'orn', 'created', 'lastUpdated', 'status', 'features', 'universalLogout']

/** The rules of one org. */
export function createProof(send: Send): Proof {
  const put = (base: Native, changes: JsonObject, leftOut: readonly string[] = []): Step => {
    const path = appPath(base)
    const members = Object.entries({ ...base, ...changes }).filter(
      ([name]) => ![...SHOWN, ...leftOut, 'credentials.signing'].includes(name),
    )
    const keepsSecret = { 'credentials.oauthClient.client_secret': '' }
    const whole = { ...Object.fromEntries(members), ...keepsSecret }
    const body = closed(whole, [...OBJECTS, ...INNER])
    return {
      request: { method: 'PUT', target: `/api/v1${path}`, body },
      send: async (call) => {
        const answer = await send({ operation: 'PUT /apps/{id}', path, body }, call)
        return writtenRecord(answer.body)
      },
    }
  }
  return {
    ofAccount: ['orn'],
    unrecorded: ['POST /oauth2/v1/token'],
    probes: [
      {
        kind: 'reset',
        rule: 'A PUT replaces: a member that it leaves out goes back to its default.',
        attempt: (_, base) => {
          const { 'settings.oauthClient.initiate_login_uri': __, ...rest } = base
          return {
            steps: [
              put(base, {}, [
                'settings.oauthClient.initiate_login_uri',
                'settings.oauthClient.client_uri',
              ]),
            ],
            expected: { ...rest, 'settings.oauthClient.client_uri': null },
          }
        },
      },
      {
        kind: 'clear',
        rule: 'An empty list clears post_logout_redirect_uris, and null a note and a text.',
        attempt: (_, base) => {
          const changes = {
            'settings.oauthClient.post_logout_redirect_uris': [],
            'settings.oauthClient.client_uri': null,
            'settings.notes.admin': null,
          }
          return { steps: [put(base, changes)], expected: { ...base, ...changes } }
        },
      },
      {
        kind: 'merge',
        rule: 'profile is replaced whole: a member that is not sent is gone.',
        attempt: (_, base) => {
          const changes = { profile: { second: '2' } }
          return { steps: [put(base, changes)], expected: { ...base, ...changes } }
        },
      },
    ],
  }
}
