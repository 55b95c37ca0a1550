/**
 * Shapes of credentials and of the members of a client that refer to them (Auth0 Management API
 * OpenAPI).
 */

import { BOOLEAN, list, nullable, oneOf, TEXT_ID } from './parts.ts'
import type { ObjectShape, Shape } from './shapes.ts'

const BY_ID: ObjectShape = { type: 'object', required: ['id'], members: { id: TEXT_ID } }

/** References to credentials of the client. */
export const CREDENTIALS_BY_ID = list(BY_ID)
export const METHOD_CREDENTIALS_BY_ID: MethodCredentials = {
  key: BY_ID,
  subject: BY_ID,
  certificate: BY_ID,
}

/** Exactly one of three methods; at creation with whole credentials, later with their ids. */
export function authenticationMethods(credentials: MethodCredentials): ObjectShape {
  const method = (of: Shape): Shape => ({
    type: 'object',
    required: ['credentials'],
    members: { credentials: list(of) },
  })
  return {
    type: 'object',
    min: 1,
    max: 1,
    members: {
      private_key_jwt: method(credentials.key),
      tls_client_auth: method(credentials.subject),
      self_signed_tls_client_auth: method(credentials.certificate),
    },
  }
}

/** What each method goes by: a public key, the subject of a certificate, a certificate. */
interface MethodCredentials {
  readonly key: ObjectShape
  readonly subject: ObjectShape
  readonly certificate: ObjectShape
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

const NAME: Shape = { type: 'string', max: 128 }
const PEM: Shape = { type: 'string', min: 1 }
const SUBJECT: Shape = { type: 'string', min: 1, max: 256 }
const KEY_MEMBERS: Readonly<Record<string, Shape>> = {
  name: NAME,
  pem: PEM,
  alg: oneOf('RS256', 'RS384', 'PS256'),
  kid: { type: 'string', min: 10, max: 64 },
  expires_at: { type: 'string', format: 'date-time' },
  parse_expiry_from_cert: BOOLEAN,
}

/** What `POST /clients/{id}/credentials` takes. */
export const NEW_CREDENTIAL: ObjectShape = {
  type: 'object',
  required: ['credential_type'],
  members: {
    credential_type: oneOf('public_key', 'cert_subject_dn', 'x509_cert'),
    subject_dn: SUBJECT,
    ...KEY_MEMBERS,
  },
}

/** A public key within a new client. */
export const NEW_KEY: ObjectShape = {
  type: 'object',
  required: ['credential_type', 'pem'],
  members: { credential_type: oneOf('public_key'), ...KEY_MEMBERS },
}

/** The credentials within a new client, by method. */
export const NEW_METHOD_CREDENTIALS: MethodCredentials = {
  key: NEW_KEY,
  subject: {
    type: 'object',
    required: ['credential_type'],
    members: {
      credential_type: oneOf('cert_subject_dn'),
      name: NAME,
      subject_dn: SUBJECT,
      pem: PEM,
    },
  },
  certificate: {
    type: 'object',
    required: ['credential_type', 'pem'],
    members: { credential_type: oneOf('x509_cert'), name: NAME, pem: PEM },
  },
}

export const CREDENTIAL_PATCH: ObjectShape = {
  type: 'object',
  min: 1,
  members: { expires_at: nullable({ type: 'string', format: 'date-time' }) },
}
