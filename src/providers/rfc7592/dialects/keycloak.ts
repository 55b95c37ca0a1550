/**
 * The dialect of Keycloak's registration endpoint, as seen on 26.7.4. An update keeps what it leaves out, but for a few
 * members that go back to a default of their own: `subject_type`, `frontchannel_logout_uri`, and beside `grant_types`
 * also `id_token_signed_response_alg` and `backchannel_logout_uri`. So texts and flags go along as they are, but for
 * those that are shown otherwise than they are stored.
 */

import { ClientError } from '../../../core/errors.ts'
import { type JsonObject, same, withoutMembers } from '../../../core/json/json.ts'
import { texts } from '../../../core/mapping/lenses.ts'
import type { Native } from '../../../core/mapping/row.ts'
import { methodOf } from '../../registration/registration.ts'
import type { Dialect } from './dialect.ts'

const REVOKES = 'backchannel_logout_revoke_offline_tokens'
const SESSION_REQUIRED = 'backchannel_logout_session_required'

/** Methods that an update without one keeps; sent, they would shut out the other. */
const KEPT_METHODS: readonly unknown[] = ['client_secret_basic', 'client_secret_post']

/**
 * A public client has no secret that could end. One that an administrator made is shown as `client_secret_basic` without a secret. What is shown as
 * `backchannel_logout_session_required` is whether offline tokens are revoked (keycloak/keycloak#43674).
 */
function standardRecord({ [SESSION_REQUIRED]: revokes, ...record }: JsonObject): JsonObject {
  const { token_endpoint_auth_method: method, client_secret: secret } = record
  const isPublic = method === 'client_secret_basic' && secret === undefined
  return {
    ...withoutMembers(record, secret === undefined ? ['client_secret_expires_at'] : []),
    ...(typeof revokes === 'boolean' ? { [REVOKES]: revokes } : {}),
    ...(isPublic ? { token_endpoint_auth_method: 'none' } : {}),
  }
}

/** The response types that stand for the flows of grant types, which they switch. */
export function responsesOf(grants: readonly string[]): readonly string[] {
  const code = grants.includes('authorization_code') ? ['code'] : []
  return grants.includes('implicit') ? [...code, 'id_token', 'token'] : code
}

function requestBody(
  { base, next }: { readonly base: Native; readonly next: Native },
  body: JsonObject,
): JsonObject {
  const method = methodOf(next)
  const grants = texts(next.grant_types ?? ['authorization_code'])
  const keepsMethod = same(methodOf(base), method) && KEPT_METHODS.includes(method)
  // Without them an update switches the code flow on, and passwords off.
  const tellsGrants = grants.includes('password') || !grants.includes('authorization_code')
  return {
    ...withoutMembers(body, ['token_endpoint_auth_method']),
    ...(keepsMethod ? {} : { token_endpoint_auth_method: method }),
    ...(tellsGrants ? { grant_types: grants } : {}),
    response_types: responsesOf(grants),
    frontchannel_logout_session_required: next.frontchannel_logout_session_required === true,
    [REVOKES]: next[REVOKES] === true,
  }
}

/** The response types follow from the grant types, and decide about them. */
const creationBody = (body: JsonObject): JsonObject => ({
  ...body,
  response_types: responsesOf(texts(body.grant_types ?? ['authorization_code'])),
})

/**
 * Shown where a client has authorization services (DescriptionConverter.java). A registration with it switches them on,
 * an update with or without it switches nothing (AbstractClientRegistrationProvider.java, `update`).
 */
const UMA = 'urn:ietf:params:oauth:grant-type:uma-ticket'

function check({ grant_types: was }: Native, { grant_types: is }: Native): void {
  if (was !== undefined && texts(was).length === 0) {
    throw new ClientError(
      'unsupported_operation',
      'Keycloak switches the code flow on with every update of a client that has no grant types; nothing was sent. Change it in its administration.',
    )
  }
  const [had, has] = [was, is].map((grants) => texts(grants ?? []).includes(UMA))
  if (had === has) return
  throw new ClientError(
    'rule_violated',
    `client.grantTypes must ${had ? 'keep' : 'not gain'} ${UMA}: it stands for the authorization services of the client, which an update by registration does not switch ${had ? 'off' : 'on'}. Do it in the administration of Keycloak.`,
    { field: 'client.grantTypes' },
  )
}

export const keycloak = {
  update: 'merges',
  repeats: 'plain',
  secretInUpdate: 'kept',
  drops: [
    'application_type',
    'authorization_details_types',
    'backchannel_user_code_parameter',
    'contacts',
    'default_max_age',
    'initiate_login_uri',
    'introspection_encrypted_response_alg',
    'introspection_encrypted_response_enc',
    'introspection_signed_response_alg',
    'require_auth_time',
    'require_signed_request_object',
    'response_modes',
    'software_id',
    'software_statement',
    'software_version',
    'tls_client_auth_san_dns',
    'tls_client_auth_san_email',
    'tls_client_auth_san_ip',
    'tls_client_auth_san_uri',
    'use_mtls_endpoint_aliases',
  ],
  hides: ['logo_uri', 'policy_uri', 'tos_uri', SESSION_REQUIRED],
  takes: [REVOKES],
  mirrors: ['response_types'],
  uncleared: ['jwks', 'request_uris'],
  defaults: {
    [REVOKES]: false,
    subject_type: 'public',
    tls_client_certificate_bound_access_tokens: false,
  },
  // An empty list stands for the callbacks there.
  emptied: { post_logout_redirect_uris: ['-'] },
  blankIsUnset: true,
  ways: { shown: standardRecord, sent: requestBody, made: creationBody, check },
} as const satisfies Partial<Dialect>
