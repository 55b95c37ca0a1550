/**
 * Public keys of an application, which Auth0 keeps as credentials of their own (Management API v2,
 * /clients/{id}/credentials) and by which it authenticates once `client_authentication_methods` names their ids: a
 * key is added before it is named, and named no longer before it is deleted (auth0-deploy-cli, terraform-provider-auth0).
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import { type PublicKey, pemOf } from '../../../core/keys/public-key.ts'
import { inner } from '../../../core/mapping/lenses.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Call, ClientRef, Step } from '../../call.ts'
import type { ClientKey, ResourceKeys } from '../../provider.ts'
import { mapping } from '../mapping.ts'
import { clientPath, writtenClient } from '../records.ts'
import { checkEditable } from '../rules.ts'
import type { Send } from './call.ts'

const METHODS = 'client_authentication_methods'
const METHOD = 'private_key_jwt'
/** Stands for the id that Auth0 gives the new key, where the calls are shown before they are sent. */
const NEW_ID = '<id of the new credential>'
/** Management API v2 (OpenAPI), POST /clients/{id}/credentials. */
const ALGORITHMS: readonly Json[] = ['RS256', 'RS384', 'PS256']
const KID = /^.{10,64}$/

/** Auth0 docs, "Configure Private Key JWT Authentication": "a maximum of two". */
const AT_MOST = 2

export function createKeys(send: Send): ResourceKeys {
  return {
    kind: 'resource',
    atMost: AT_MOST,
    field: `providerSettings.${METHODS}`,
    check: checkKey,
    list: (ref, native, call) => listKeys(send, ref, native, call),
    authenticates: (native) => isRecord(inner(native, METHODS)[METHOD]),
    isUsed: (native, { id }) => idsOf(native).includes(id ?? ''),
    add: (ref, base, key) => {
      const answer: { id?: string } = {}
      const creation = creationStep(send, ref, key, answer)
      const listed = namedIds(base)
      if (listed === undefined) return [creation]
      return [
        creation,
        namingStep(send, { ref, base, ids: () => [...listed, answer.id ?? NEW_ID] }),
      ]
    },
    remove: (ref, base, { id = '' }) => {
      const listed = namedIds(base) ?? []
      const deletion = deletionStep(send, ref, id)
      if (!idsOf(base).includes(id)) return [deletion]
      if (!listed.includes(id) || idsOf(base).filter((one) => one === id).length > 1)
        throw elsewhere()
      const ids = listed.filter((one) => one !== id)
      return [namingStep(send, { ref, base, ids: () => ids }), deletion]
    },
  }
}

/** @throws ClientError `invalid_field` */
function checkKey({ kty, alg = 'RS256', kid }: PublicKey): void {
  const says =
    kty !== 'RSA' || !ALGORITHMS.includes(alg)
      ? `must be an RSA key at Auth0, with alg ${ALGORITHMS.join(', ')} or none, which is RS256`
      : 'must have a kid of 10 to 64 characters at Auth0, or none'
  if (kty === 'RSA' && ALGORITHMS.includes(alg) && KID.test(kid)) return
  throw new ClientError('invalid_field', `key ${says}.`, { field: 'key' })
}

async function listKeys(
  send: Send,
  ref: ClientRef,
  native: Native,
  call: Call,
): Promise<readonly ClientKey[]> {
  const operation = 'GET /clients/{id}/credentials'
  const body = await send({ operation, path: `${clientPath(ref)}/credentials` }, call)
  if (!Array.isArray(body)) {
    const says = 'Auth0 answered with something else than a list of credentials.'
    throw new ClientError('provider_unavailable', says)
  }
  const namedByClient = idsOf(native)
  return body.filter(isRecord).map((one) => asKey(one, namedByClient))
}

function asKey(credential: JsonObject, namedByClient: readonly string[]): ClientKey {
  const { id, kid, alg, name, credential_type: type } = credential
  const { created_at: createdAt, expires_at: expiresAt } = credential
  return {
    // Certificates have no kid.
    kid: String(kid ?? id),
    id: String(id),
    ...(type === 'public_key' ? { kty: 'RSA' } : {}),
    ...(typeof alg === 'string' ? { alg } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof createdAt === 'string' ? { createdAt } : {}),
    ...(typeof expiresAt === 'string' ? { expiresAt } : {}),
    inUse: namedByClient.includes(String(id)),
  }
}

/** Ids of the keys that the client authenticates with; `undefined`: it does not by keys. */
function namedIds(native: Native): readonly string[] | undefined {
  const method = inner(native, METHODS)[METHOD]
  return isRecord(method) ? idsIn(method) : undefined
}

/** Ids of all that the record names, once for each place. */
function idsOf(native: Native): readonly string[] {
  const { signed_request_object: requests, token_vault_privileged_access: vault } = native
  return [...Object.values(inner(native, METHODS)), requests ?? null, vault ?? null].flatMap(idsIn)
}

const idsIn = (holder: Json): readonly string[] =>
  isRecord(holder) && Array.isArray(holder.credentials)
    ? holder.credentials.flatMap((one) => (isRecord(one) ? [String(one.id)] : []))
    : []

function creationStep(send: Send, ref: ClientRef, key: PublicKey, result: { id?: string }): Step {
  const path = `${clientPath(ref)}/credentials`
  const { kid, alg = 'RS256' } = key
  const body = { credential_type: 'public_key', pem: pemOf(key), alg, kid }
  return {
    request: { method: 'POST', target: `/api/v2${path}`, body },
    send: async (call) => {
      const answer = await send({ operation: 'POST /clients/{id}/credentials', path, body }, call)
      if (!isRecord(answer) || typeof answer.id !== 'string') {
        const says = 'Auth0 answered with something else than a credential.'
        throw new ClientError('outcome_unknown', says)
      }
      result.id = answer.id
      return undefined
    },
  }
}

interface Naming {
  readonly ref: ClientRef
  readonly base: Native
  ids(): readonly string[]
}

/** Names the keys that the client authenticates with, and no other. */
function namingStep(send: Send, { ref, base, ids }: Naming): Step {
  const path = clientPath(ref)
  const bodyOf = () => {
    const method = inner(base, METHODS)[METHOD]
    const credentials = ids().map((id) => ({ id }))
    return { [METHODS]: { [METHOD]: { ...(isRecord(method) ? method : {}), credentials } } }
  }
  const body = bodyOf()
  checkEditable(mapping, base, body)
  return {
    request: { method: 'PATCH', target: `/api/v2${path}`, body },
    send: async (call) => {
      const request = { operation: 'PATCH /clients/{id}', path, body: bodyOf() }
      const answer = namedIds(writtenClient(await send(request, call))) ?? []
      const target = ids()
      if (answer.length !== target.length || target.some((id) => !answer.includes(id))) {
        const says = 'Auth0 answered that the keys were set, and shows others.'
        throw new ClientError('outcome_unknown', says)
      }
      return undefined
    },
  }
}

function deletionStep(send: Send, ref: ClientRef, id: string): Step {
  const path = `${clientPath(ref)}/credentials/${encodeURIComponent(id)}`
  return {
    request: { method: 'DELETE', target: `/api/v2${path}`, body: {} },
    send: async (call) => {
      await send({ operation: 'DELETE /clients/{id}/credentials/{credential_id}', path }, call)
      return undefined
    },
  }
}

const elsewhere = () =>
  new ClientError(
    'rule_violated',
    `The key is in use by client.providerSettings.signed_request_object, token_vault_privileged_access or another method too. Take it out there first, then remove it.`,
    { field: 'kid' },
  )
