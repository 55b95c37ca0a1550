/**
 * The keys that a client may authenticate with (Auth0 Management API OpenAPI; answers as in recorded
 * traffic). Only public parts exist, and `pem` is never shown.
 */

import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import type { EmulatorAnswer } from '../server.ts'
import { CREDENTIAL_PATCH, NEW_CREDENTIAL } from './parts.ts'
import { refuse, refusePayload } from './refusal.ts'
import type { Call, Operations } from './routes.ts'
import { faultOf } from './shapes.ts'
import {
  type Auth0Client,
  type Auth0Credential,
  type ClientEntry,
  credentialIds,
  isRecord,
  type State,
} from './state.ts'

/** Auth0 docs, "Configure Private Key JWT authentication". */
const MAX_CREDENTIALS = 2

export interface CredentialMaker {
  credentialId(): string
  /** Epoch milliseconds. */
  now(): number
}

export function credentialOperations(state: State, make: CredentialMaker): Operations {
  return {
    'GET /clients/{id}/credentials': {
      scopes: ['read:client_credentials'],
      run: ({ id }) => ({ status: 200, body: [...state.client(id).credentials.values()] }),
    },
    'POST /clients/{id}/credentials': {
      scopes: ['create:client_credentials'],
      run: ({ id, body }) => add(state.client(id), body, make),
    },
    'GET /clients/{id}/credentials/{credential_id}': {
      scopes: ['read:client_credentials'],
      run: (call) => ({ status: 200, body: credentialOf(state, call) }),
    },
    'PATCH /clients/{id}/credentials/{credential_id}': {
      scopes: ['update:client_credentials'],
      run: (call) => update(state, call, make),
    },
    'DELETE /clients/{id}/credentials/{credential_id}': {
      scopes: ['delete:client_credentials'],
      run: (call) => remove(state, call),
    },
  }
}

/** A client as stored, with ids in place of the credentials that came with its creation. */
export interface NewClient {
  readonly record: Auth0Client
  readonly credentials: Map<string, Auth0Credential>
  /** Members as the answer to the creation shows them: with whole credentials (recorded). */
  readonly shown: Auth0Client
}

export function withStoredCredentials(given: Auth0Client, make: CredentialMaker): NewClient {
  const credentials = new Map<string, Auth0Credential>()
  const record = { ...given }
  const shown: Auth0Client = {}

  function store(holder: Record<string, unknown>): [Auth0Client, Auth0Client] {
    const listed = Array.isArray(holder.credentials) ? holder.credentials : []
    const made = listed.map((one: Auth0Client) => makeCredential(one, make))
    for (const credential of made) credentials.set(credential.id, credential)
    const ids = made.map(({ id }) => ({ id }))
    return [
      { ...holder, credentials: ids },
      { ...holder, credentials: made },
    ]
  }

  for (const name of ['signed_request_object', 'token_vault_privileged_access']) {
    const holder = record[name]
    if (isRecord(holder) && 'credentials' in holder) [record[name], shown[name]] = store(holder)
  }
  const methods = record.client_authentication_methods
  const [method, holder] = isRecord(methods) ? (Object.entries(methods)[0] ?? []) : []
  if (method !== undefined && isRecord(holder)) {
    const [stored, told] = store(holder)
    record.client_authentication_methods = { [method]: stored }
    shown.client_authentication_methods = { [method]: told }
  }
  return { record, credentials, shown }
}

function add(entry: ClientEntry, body: unknown, make: CredentialMaker): EmulatorAnswer {
  const fault = faultOf(NEW_CREDENTIAL, body)
  if (fault !== undefined) refusePayload(fault)
  if (entry.credentials.size >= MAX_CREDENTIALS) {
    refuse(400, `A client can have at most ${MAX_CREDENTIALS} credentials`, 'invalid_body')
  }
  const credential = makeCredential(body as Auth0Client, make)
  entry.credentials.set(credential.id, credential)
  return { status: 201, body: credential }
}

/** 200, although the OpenAPI file says 201 (recorded traffic). */
function update(state: State, call: Call, make: CredentialMaker): EmulatorAnswer {
  const { expires_at: _before, ...rest } = credentialOf(state, call)
  const fault = faultOf(CREDENTIAL_PATCH, call.body)
  if (fault !== undefined) refusePayload(fault)
  const { expires_at } = call.body as { expires_at: string | null }
  const expiry = expires_at === null ? {} : { expires_at: instant(expires_at) }
  const updated_at = new Date(make.now()).toISOString()
  const next: Auth0Credential = { ...rest, id: String(rest.id), updated_at, ...expiry }
  state.client(call.id).credentials.set(next.id, next)
  return { status: 200, body: next }
}

/** 204 also for a credential that is not there (recorded traffic). */
function remove(state: State, { id, params }: Call): EmulatorAnswer {
  const entry = state.client(id)
  const named = params.credential_id ?? ''
  // auth0-deploy-cli detaches a credential before it deletes it, because of this refusal.
  if (credentialIds(entry.record).includes(named)) {
    refuse(400, 'The credential is in use by the client', 'operation_not_supported')
  }
  entry.credentials.delete(named)
  return { status: 204 }
}

function credentialOf(state: State, { id, params }: Call): Auth0Credential {
  return (
    state.client(id).credentials.get(params.credential_id ?? '') ??
    refuse(404, 'The credential does not exist', 'inexistent_credential')
  )
}

function makeCredential(given: Auth0Client, make: CredentialMaker): Auth0Credential {
  const { credential_type: type, pem, parse_expiry_from_cert: parseExpiry, ...rest } = given
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

function instant(text: string): string {
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
