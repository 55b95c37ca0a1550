/**
 * The closed request schemas of `POST /clients` and `PATCH /clients/{id}` (Auth0 Management API
 * OpenAPI). A member that is not here is refused, also those that every answer shows, such as
 * `client_id`, `tenant` or `signing_keys`.
 */

import { refusePayload } from '../refusal.ts'
import { SHARED_MEMBERS } from './client-members.ts'
import { FEDCM_LOGIN } from './configurations.ts'
import {
  authenticationMethods,
  CREDENTIALS_BY_ID,
  METHOD_CREDENTIALS_BY_ID,
  NEW_KEY,
  NEW_METHOD_CREDENTIALS,
  signedRequestObject,
  tokenVaultAccess,
} from './credential-shapes.ts'
import { list, NATIVE_SOCIAL_LOGIN, nullable, OIDC_LOGOUT, TEXT_ID } from './parts.ts'
import { faultOf, type ObjectShape, type Shape } from './shapes.ts'

/** What a creation takes as `null`: elsewhere it removes, which only an update can (npm `auth0` 7.1.0). */
const NULL_AT_CREATION = [
  'compliance_level',
  'default_organization',
  'encryption_key',
  'par_request_expiry',
  'refresh_token',
  'session_transfer',
]

const newMembers: Readonly<Record<string, Shape>> = Object.fromEntries(
  Object.entries(SHARED_MEMBERS).map(([name, shape]) => [
    name,
    NULL_AT_CREATION.includes(name) ? shape : { ...shape, nullable: false },
  ]),
)

export const CREATE: ObjectShape = {
  type: 'object',
  required: ['name'],
  members: {
    ...newMembers,
    fedcm_login: FEDCM_LOGIN,
    native_social_login: NATIVE_SOCIAL_LOGIN,
    // Accepted for specially flagged tenants only (terraform-provider-auth0#1697); see `clients.ts`.
    client_id: TEXT_ID,
    resource_server_identifier: { type: 'string', min: 1, max: 600 },
    client_authentication_methods: authenticationMethods(NEW_METHOD_CREDENTIALS),
    signed_request_object: signedRequestObject(list(NEW_KEY)),
    token_vault_privileged_access: tokenVaultAccess(list(NEW_KEY)),
    oidc_backchannel_logout: OIDC_LOGOUT,
  },
}

export const UPDATE: ObjectShape = {
  type: 'object',
  min: 1,
  members: {
    ...SHARED_MEMBERS,
    client_secret: { type: 'string', min: 1, about: 'The secret used to sign tokens' },
    client_authentication_methods: nullable(authenticationMethods(METHOD_CREDENTIALS_BY_ID)),
    // No null in the schema; recorded traffic clears both with one.
    signed_request_object: nullable(signedRequestObject(CREDENTIALS_BY_ID)),
    token_vault_privileged_access: nullable(tokenVaultAccess(CREDENTIALS_BY_ID)),
    oidc_backchannel_logout: nullable(OIDC_LOGOUT),
  },
}

/** Refuses a body that the schema, widened by the future members, does not allow. */
export function checkClientBody(
  kind: 'create' | 'update',
  body: unknown,
  futureMembers: ReadonlySet<string>,
): asserts body is Record<string, unknown> {
  const schema = kind === 'create' ? CREATE : UPDATE
  const future = [...futureMembers].map((name) => [name, { type: 'any' }] as const)
  const fault = faultOf(
    { ...schema, members: { ...schema.members, ...Object.fromEntries(future) } },
    body,
  )
  if (fault !== undefined) refusePayload(fault)
}
