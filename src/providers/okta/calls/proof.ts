/**
 * What can be tried of the Apps API: what a PUT does with members that it leaves out, what clears, and what becomes of secrets.
 * No recording has a PUT that leaves out a member which is not at its default.
 */

import type { JsonObject } from '../../../core/json/json.ts'
import { closed } from '../../../core/mapping/opened.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Step } from '../../call.ts'
import type { Probe, Proof, SecretsFate } from '../../proof/proof.ts'
import type { Send } from './call.ts'
import { appPath, writtenRecord } from './records.ts'

/** As Okta nests them. */
const OBJECTS = ['credentials', 'credentials.oauthClient', 'settings', 'settings.notes']
const INNER = ['settings.oauthClient', 'settings.oauthClient.refresh_token']
/** Response-only members (Okta's OpenAPI file). */
const SHOWN = ['id', 'orn', 'created', 'lastUpdated', 'status', 'features', 'universalLogout']

const SECRET = 'credentials.oauthClient.client_secret'
const METHOD = 'credentials.oauthClient.token_endpoint_auth_method'
/** Its private half was thrown away (P-256). */
const PUBLIC_KEY: JsonObject = {
  kty: 'EC',
  crv: 'P-256',
  kid: 'clientry-probe',
  use: 'sig',
  x: 'nuCVyl-Fb8icH77TgtMwvlsbbMtceR4cH7wWXD2OtW8',
  y: 'WW4exZb_mrfX_9zaGtCI1odaB1dhQLMJPgFFZBv14y8',
}

/** The rules of one org. */
export function createProof(send: Send): Proof {
  const put = (base: Native, changes: JsonObject, leftOut: readonly string[] = []): Step => {
    const path = appPath(base)
    const whole = Object.fromEntries(
      Object.entries({ ...base, [SECRET]: '', ...changes }).filter(
        ([name]) => ![...SHOWN, ...leftOut, 'credentials.signing'].includes(name),
      ),
    )
    const body = closed(whole, [...OBJECTS, ...INNER])
    return {
      request: { method: 'PUT', target: `/api/v1${path}`, body },
      send: async (call) => {
        const answer = await send({ operation: 'PUT /apps/{id}', path, body }, call)
        return writtenRecord(answer.body)
      },
    }
  }
  const activation = (base: Native): Step => {
    const path = `${appPath(base)}/lifecycle/activate`
    return {
      request: { method: 'POST', target: `/api/v1${path}`, body: {} },
      send: async (call) => {
        await send({ operation: 'POST /apps/{id}/lifecycle/activate', path }, call)
        return undefined
      },
    }
  }
  const note = { 'settings.notes.enduser': 'Tried.' }
  /** A PUT, and what becomes of the secrets. */
  const ofSecrets = (
    rule: string,
    changes: JsonObject,
    {
      secrets,
      leftOut = [],
    }: { readonly secrets: SecretsFate; readonly leftOut?: readonly string[] },
  ): Probe => ({
    kind: 'secret',
    rule,
    attempt: (_, base) => ({
      steps: [put(base, changes, leftOut)],
      expected: { ...base, ...changes },
      secrets,
    }),
  })
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
      {
        kind: 'frame',
        rule: 'dpop_bound_access_tokens is taken where there is no grant implicit.',
        attempt: (_, base) => {
          const changes = { 'settings.oauthClient.dpop_bound_access_tokens': true }
          return { steps: [put(base, changes)], expected: { ...base, ...changes } }
        },
      },
      {
        kind: 'frame',
        rule: 'An active application can be activated, and stays as it was.',
        attempt: (_, base) => ({ steps: [activation(base)], expected: base }),
      },
      ofSecrets(
        'An empty client_secret keeps the secret.',
        { 'settings.notes.enduser': null },
        {
          secrets: 'kept',
        },
      ),
      ofSecrets(
        'A PUT without client_secret keeps the secret. (Clientry sends an empty one, so that nothing depends on this.)',
        note,
        { secrets: 'kept', leftOut: [SECRET] },
      ),
      ofSecrets(
        'A change from one way with a secret to another makes a new secret.',
        { [METHOD]: 'client_secret_post' },
        { secrets: 'replaced' },
      ),
      ofSecrets(
        'private_key_jwt ends the secrets.',
        { [METHOD]: 'private_key_jwt', 'settings.oauthClient.jwks': { keys: [PUBLIC_KEY] } },
        { secrets: 'ended', leftOut: [SECRET] },
      ),
      ofSecrets(
        'A way with a secret makes one again.',
        { [METHOD]: 'client_secret_basic' },
        { secrets: 'replaced', leftOut: [SECRET] },
      ),
      ofSecrets(
        'none ends the secrets.',
        { [METHOD]: 'none' },
        {
          secrets: 'ended',
          leftOut: [SECRET],
        },
      ),
    ],
  }
}
