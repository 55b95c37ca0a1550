/**
 * Shapes of credentials and of the members of a client that refer to them (Auth0 Management API
 * OpenAPI).
 */

import { BOOLEAN, list, nullable, oneOf, TEXT_ID } from './parts.ts'
import type { ObjectShape, Shape } from './shapes.ts'

/** References to credentials of the client. */
export const CREDENTIALS_BY_ID = list({
  type: 'object',
  required: ['id'],
  members: { id: TEXT_ID },
})

/** Exactly one of three methods; at creation with whole credentials, later with their ids. */
export function authenticationMethods(credentials: Shape): ObjectShape {
  const method: Shape = { type: 'object', required: ['credentials'], members: { credentials } }
  return {
    type: 'object',
    min: 1,
    max: 1,
    members: {
      private_key_jwt: method,
      tls_client_auth: method,
      self_signed_tls_client_auth: method,
    },
  }
}

export function signedRequestObject(credentials: Shape): ObjectShape {
  return { type: 'object', members: { required: BOOLEAN, credentials } }
}

export function tokenVaultAccess(credentials: Shape): ObjectShape {
  return {
    type: 'object',
    required: ['credentials'],
    members: {
      credentials,
      ip_allowlist: list({ type: 'string' }),
      grants: list({
        type: 'object',
        required: ['connection', 'scopes'],
        members: { connection: TEXT_ID, scopes: list(TEXT_ID) },
      }),
    },
  }
}

export const NEW_CREDENTIAL: ObjectShape = {
  type: 'object',
  required: ['credential_type'],
  members: {
    credential_type: oneOf('public_key', 'cert_subject_dn', 'x509_cert'),
    name: { type: 'string', max: 128 },
    pem: { type: 'string', min: 1 },
    subject_dn: { type: 'string', min: 1, max: 256 },
    alg: oneOf('RS256', 'RS384', 'PS256'),
    kid: { type: 'string', min: 10, max: 64 },
    expires_at: { type: 'string', format: 'date-time' },
    parse_expiry_from_cert: BOOLEAN,
  },
}

export const CREDENTIAL_PATCH: ObjectShape = {
  type: 'object',
  min: 1,
  members: { expires_at: nullable({ type: 'string', format: 'date-time' }) },
}
