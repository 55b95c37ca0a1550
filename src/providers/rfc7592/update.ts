/** The update of a client (RFC 7592 section 2.2): everything that was read, with what was changed. */

import { ClientError } from '../../core/errors.ts'
import { type Json, type JsonObject, same } from '../../core/json/json.ts'
import { fieldOfPath, type Mapping } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { isFor } from '../../core/mapping/uses.ts'
import { updateBody } from '../../core/plan/update-body.ts'
import type { ClientRef, Step } from '../call.ts'
import { REGISTRATION_DEFAULTS } from '../registration/registration.ts'
import type { Caller } from './calls/call.ts'
import type { Dialect } from './dialects/dialect.ts'
import { usesSecret } from './mapping.ts'
import { READ_WITH } from './members.ts'

export interface UpdateParts {
  readonly caller: Caller
  readonly dialect: Dialect
  readonly mapping: Mapping
}

/** What a dry run shows: the address is in the registration, which is read when it is sent. */
export const CLIENT_URI = 'registration_client_uri'

/**
 * The one call that turns `base` into `next`.
 * @throws ClientError `unsupported_field`, `unsupported_operation`, `rule_violated`
 */
export function updateSteps(
  parts: UpdateParts,
  ref: ClientRef,
  base: Native,
  next: Native,
): readonly Step[] {
  const { caller, dialect } = parts
  if (same(base, next)) return []
  checkSecretStays(dialect, base, next)
  checkCleared(parts, base, next)
  dialect.ways.check?.(base, next)
  const body = updateBodyOf(parts, ref, base, next)
  return [
    {
      request: { method: 'PUT', target: CLIENT_URI, body },
      send: async (call) => {
        await caller.asClient(ref, { method: 'PUT', body, ...madeAt(dialect, base) }, call)
        // Answers may echo what was not stored, so that the state is always read back.
        return undefined
      },
    },
  ]
}

/** What an update sends to hold `next`. */
function updateBodyOf(
  { dialect, mapping }: UpdateParts,
  ref: ClientRef,
  base: Native,
  next: Native,
): JsonObject {
  const { update, ways } = dialect
  const plain =
    update === 'merges'
      ? mergingBody(dialect, mapping, base, next)
      : updateBody(mapping, base, next)
  const body = ways.sent?.({ base, next }, plain) ?? plain
  return { ...body, ...identity(dialect, ref, base) }
}

/** What changes, and what is to be repeated: the rest is kept, and an echo of it may not be what is stored. */
function mergingBody(dialect: Dialect, mapping: Mapping, base: Native, next: Native): JsonObject {
  const [was, is] = [mapping.normal(base), mapping.normal(next)]
  const names = [...new Set([...Object.keys(base), ...Object.keys(next)])].filter(
    (name) =>
      isFor(mapping, name, 'sent') &&
      (!same(was[name] ?? null, is[name] ?? null) || repeated(dialect, name, next[name])),
  )
  return Object.fromEntries(names.map((name) => [name, valueFor(dialect, name, base, next)]))
}

/**
 * Texts for which a specification names a default, which a server may set where they are left out: OpenID Connect
 * Registration 1.0 section 2, RFC 9701 section 6, JARM section 3. What encrypts needs both of its members.
 */
const DEFAULTED = [
  'application_type',
  'id_token_signed_response_alg',
  'introspection_signed_response_alg',
  'authorization_signed_response_alg',
  ...['id_token', 'userinfo', 'introspection', 'authorization'].flatMap((what) => [
    `${what}_encrypted_response_alg`,
    `${what}_encrypted_response_enc`,
  ]),
  'request_object_encryption_alg',
  'request_object_encryption_enc',
]

function repeated({ repeats }: Dialect, name: string, value: Json | undefined): boolean {
  if (repeats === 'none') return false
  if (typeof value === 'boolean') return true
  if (typeof value !== 'string') return false
  // A scope that is sent is refused for some clients (keycloak/keycloak#51311).
  return repeats === 'plain' ? name !== 'scope' : DEFAULTED.includes(name)
}

/** What is removed is sent as an empty value, since no `null` clears anything. */
function valueFor({ emptied, defaults }: Dialect, name: string, base: Native, next: Native): Json {
  const value = next[name]
  const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0)
  if (!isEmpty) return value
  const registered: JsonObject = REGISTRATION_DEFAULTS
  const empty = emptied[name] ?? value ?? defaults[name] ?? registered[name]
  if (empty !== undefined) return empty
  const before = base[name]
  if (Array.isArray(before)) return []
  if (typeof before === 'boolean') return false
  if (typeof before === 'string') return ''
  throw uncleared(`client.providerSettings.${name}`)
}

/** @throws ClientError `unsupported_field` for what no request can clear */
function checkCleared({ dialect, mapping }: UpdateParts, base: Native, next: Native): void {
  const [was, is] = [mapping.normal(base), mapping.normal(next)]
  const isSet = (value: Json | undefined) =>
    value !== undefined && !(Array.isArray(value) && value.length === 0)
  const name = dialect.uncleared.find((one) => isSet(was[one]) && !isSet(is[one]))
  // One way to give keys takes the place of the other.
  if (name === undefined || (name === 'jwks' && next.jwks_uri !== undefined)) return
  throw uncleared(`client.${fieldOfPath(mapping, name) ?? `providerSettings.${name}`}`)
}

const uncleared = (field: string) =>
  new ClientError(
    'unsupported_field',
    `${field} cannot be cleared: the server has no request for that; set another value instead.`,
    { field },
  )

function identity(
  { clientIdInUpdate, secretInUpdate }: Dialect,
  { id }: ClientRef,
  { client_secret: secret }: Native,
): JsonObject {
  return {
    ...(clientIdInUpdate ? { client_id: id } : {}),
    ...(secret !== undefined && secretInUpdate !== 'kept' ? { client_secret: secret } : {}),
  }
}

/** Where only updates renew tokens, a token that is no longer the same reveals another writer. */
export function madeAt({ renewsToken }: Dialect, { [READ_WITH]: seq }: Native) {
  return typeof seq === 'number' && renewsToken !== 'always' ? { madeAt: seq } : {}
}

function checkSecretStays({ secretInUpdate }: Dialect, base: Native, next: Native): void {
  if (Array.isArray(next.token_endpoint_auth_method)) {
    throw new ClientError(
      'unsupported_field',
      'client.tokenEndpointAuthMethod has several methods, which an update cannot send. Set one of them.',
      { field: 'client.tokenEndpointAuthMethod' },
    )
  }
  if (secretInUpdate !== 'renewed' || !usesSecret(base) || !usesSecret(next)) return
  throw new ClientError(
    'unsupported_operation',
    'This server generates a new secret with every update of a client that authenticates with one, which would cut off its application. Nothing was sent. Change the client at the server itself.',
  )
}
