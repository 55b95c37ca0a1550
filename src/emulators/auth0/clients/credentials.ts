/**
 * The keys that a client may authenticate with (Auth0 Management API OpenAPI; answers as in recorded
 * traffic). Only public parts exist, and `pem` is never shown.
 */

import type { EmulatorAnswer } from '../../wire.ts'
import { refuse, refusePayload } from '../refusal.ts'
import type { Call, Operations } from '../routes.ts'
import { CREDENTIAL_PATCH, NEW_CREDENTIAL } from '../shapes/credential-shapes.ts'
import { faultOf } from '../shapes/shapes.ts'
import {
  type Auth0Client,
  type Auth0Credential,
  type ClientEntry,
  credentialIds,
  type State,
} from '../state.ts'
import { type CredentialMaker, instant, makeCredential } from './new-credential.ts'

/** Auth0 docs, "Configure Private Key JWT authentication". */
const MAX_CREDENTIALS = 2

/** Operations by name, as `routes.ts` spells it. */
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
  const credentialId = params.credential_id ?? ''
  // auth0-deploy-cli detaches a credential before it deletes it, because of this refusal.
  if (credentialIds(entry.record).includes(credentialId)) {
    refuse(400, 'The credential is in use by the client', 'operation_not_supported')
  }
  entry.credentials.delete(credentialId)
  return { status: 204 }
}

function credentialOf(state: State, { id, params }: Call): Auth0Credential {
  return (
    state.client(id).credentials.get(params.credential_id ?? '') ??
    refuse(404, 'The credential does not exist', 'inexistent_credential')
  )
}
