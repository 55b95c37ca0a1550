/**
 * The closed request schemas of `POST /clients` and `PATCH /clients/{id}` (Auth0 Management API
 * OpenAPI). A member that is not here is refused, also those that every answer shows, such as
 * `client_id`, `tenant` or `signing_keys`.
 */

import { refusePayload } from '../refusal.ts'
import { SHARED_MEMBERS } from './client-members.ts'
import {
  authenticationMethods,
  CREDENTIALS_BY_ID,
  NEW_CREDENTIAL,
  signedRequestObject,
  tokenVaultAccess,
} from './credential-shapes.ts'
import { list, nullable, OPEN, TEXT_ID } from './parts.ts'
import { faultOf, type ObjectShape } from './shapes.ts'

const CREATE: ObjectShape = {
  type: 'object',
  required: ['name'],
  members: {
    ...SHARED_MEMBERS,
    // Accepted for specially flagged tenants only (terraform-provider-auth0#1697); see `clients.ts`.
    client_id: TEXT_ID,
    resource_server_identifier: { type: 'string', min: 1, max: 600 },
    client_authentication_methods: nullable(authenticationMethods(list(NEW_CREDENTIAL))),
    signed_request_object: nullable(signedRequestObject(list(NEW_CREDENTIAL))),
    token_vault_privileged_access: nullable(tokenVaultAccess(list(NEW_CREDENTIAL))),
  },
}

const UPDATE: ObjectShape = {
  type: 'object',
  min: 1,
  members: {
    ...SHARED_MEMBERS,
    client_secret: { type: 'string', min: 1, about: 'The secret used to sign tokens' },
    client_authentication_methods: nullable(authenticationMethods(CREDENTIALS_BY_ID)),
    // No null in the schema; recorded traffic clears both with one.
    signed_request_object: nullable(signedRequestObject(CREDENTIALS_BY_ID)),
    token_vault_privileged_access: nullable(tokenVaultAccess(CREDENTIALS_BY_ID)),
    oidc_backchannel_logout: nullable(OPEN),
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
