/**
 * Makes credentials of what a caller sends (Auth0 Management API OpenAPI; answers as in recorded
 * traffic): the key id, the fingerprint and the expiry come from the key or the certificate.
 */

import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { isRecord } from '../../copy.ts'
import { refusePayload } from '../refusal.ts'
import type { Auth0Client, Auth0Credential } from '../state.ts'

/** Makes what Auth0 makes up for a new credential. */
export interface CredentialMaker {
  credentialId(): string
  /** Epoch milliseconds. */
  now(): number
}

/** A client as stored, with ids in place of the credentials that came with its creation. */
export interface NewClient {
  readonly record: Auth0Client
  readonly credentials: Map<string, Auth0Credential>
  /** Members as the answer to the creation shows them: with whole credentials (recorded). */
  readonly shown: Auth0Client
}

/** Takes the credentials out of a new client and leaves their ids. */
export function withStoredCredentials(request: Auth0Client, make: CredentialMaker): NewClient {
  const credentials = new Map<string, Auth0Credential>()
  const record = { ...request }
  const answers: Auth0Client = {}

  function store(holder: Record<string, unknown>): [Auth0Client, Auth0Client] {
    const listed = Array.isArray(holder.credentials) ? holder.credentials : []
    const newCredentials = listed.map((one: Auth0Client) => makeCredential(one, make))
    for (const credential of newCredentials) credentials.set(credential.id, credential)
    const ids = newCredentials.map(({ id }) => ({ id }))
    return [
      { ...holder, credentials: ids },
      { ...holder, credentials: newCredentials },
    ]
  }

  for (const name of ['signed_request_object', 'token_vault_privileged_access']) {
    const holder = record[name]
    if (isRecord(holder) && 'credentials' in holder) [record[name], answers[name]] = store(holder)
  }
  const methods = record.client_authentication_methods
  const [method, holder] = isRecord(methods) ? (Object.entries(methods)[0] ?? []) : []
  if (method !== undefined && isRecord(holder)) {
    const [stored, answer] = store(holder)
    record.client_authentication_methods = { [method]: stored }
    answers.client_authentication_methods = { [method]: answer }
  }
  return { record, credentials, shown: answers }
}

/** A credential as it is shown: its text is read and then forgotten. */
export function makeCredential(request: Auth0Client, make: CredentialMaker): Auth0Credential {
  const { credential_type: type, pem, parse_expiry_from_cert: parseExpiry, ...rest } = request
  if (pem === undefined && rest.subject_dn === undefined) {
    refusePayload(`'Missing required property: pem'`)
  }
  const time = new Date(make.now()).toISOString()
  const text = typeof pem === 'string' ? pem : ''
  const certificate = certificateOf(text)
  return {
    ...rest,
    id: make.credentialId(),
    credential_type: type,
    ...(type === 'public_key'
      ? { kid: rest.kid ?? thumbprint(text), alg: rest.alg ?? 'RS256' }
      : {}),
    ...(type === 'x509_cert'
      ? { thumbprint_sha256: digest(text), expires_at: '9999-12-31T23:59:59Z' }
      : {}),
    // As a certificate spells it, one part a line (recorded).
    ...(type === 'cert_subject_dn' && certificate ? { subject_dn: certificate.subject } : {}),
    ...(parseExpiry === true && certificate
      ? { expires_at: new Date(certificate.validTo).toISOString() }
      : {}),
    ...(typeof rest.expires_at === 'string' ? { expires_at: instant(rest.expires_at) } : {}),
    created_at: time,
    updated_at: time,
  }
}

/** The date as the API writes it. */
export function instant(text: string): string {
  return new Date(text).toISOString()
}

function certificateOf(pem: string): X509Certificate | undefined {
  return pem.includes('BEGIN CERTIFICATE') ? new X509Certificate(pem) : undefined
}

/** RFC 7638 for an RSA key; a digest of the text where it is no key that this program can read. */
function thumbprint(pem: string): string {
  try {
    const { e, kty, n } = createPublicKey(pem).export({ format: 'jwk' })
    return digest(JSON.stringify({ e, kty, n }))
  } catch {
    return digest(pem)
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
