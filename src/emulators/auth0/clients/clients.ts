/**
 * The operations on clients (Auth0 Management API OpenAPI): list, create, read, update, delete and
 * rotate the secret.
 */

import { copyOf, isRecord } from '../../copy.ts'
import type { EmulatorAnswer } from '../../wire.ts'
import { checkQuery, pageOf } from '../paging.ts'
import { refuse } from '../refusal.ts'
import type { Call, Operations } from '../routes.ts'
import { checkClientBody } from '../shapes/schema.ts'
import { type Auth0Client, credentialIds, type State } from '../state.ts'
import { needScope } from '../tokens.ts'
import { rotateSecret, type SecretMaker, settleSecret, signingKey } from './client-secrets.ts'
import { withDefaults } from './defaults.ts'
import { mergePatch, withMirrors, withoutAlias, withoutNulls } from './merge.ts'
import { type CredentialMaker, withStoredCredentials } from './new-credential.ts'
import { checkEditable, checkRules, checkTransition } from './rules.ts'
import { chosen, READ_CLIENTS, visible } from './visibility.ts'

/** Makes what Auth0 makes up for a new client. */
export interface ClientMaker extends CredentialMaker, SecretMaker {
  clientId(record: Auth0Client): string
  /** The tenant flag `enable_client_connections`: a new client may use every connection. */
  readonly enableConnections: boolean
}

const FIELDS = ['fields', 'include_fields']
const LIST_QUERY = [
  ...FIELDS,
  ...['page', 'per_page', 'include_totals', 'from', 'take', 'is_global', 'is_first_party'],
  ...['app_type', 'external_client_id', 'q'],
]

/** Operations by name, as `routes.ts` spells it. */
export function clientOperations(state: State, make: ClientMaker): Operations {
  return {
    'GET /clients': { scopes: READ_CLIENTS, run: (call) => listClients(state, call) },
    'POST /clients': { scopes: ['create:clients'], run: (call) => createClient(state, make, call) },
    'GET /clients/{id}': {
      scopes: READ_CLIENTS,
      run: ({ id, query, scopes }) => {
        checkQuery(query, FIELDS)
        return { status: 200, body: chosen(state.client(id).record, query, scopes) }
      },
    },
    'PATCH /clients/{id}': {
      scopes: ['update:clients', 'update:client_keys', 'update:client_credentials'],
      run: (call) => updateClient(state, make, call),
    },
    'DELETE /clients/{id}': {
      scopes: ['delete:clients'],
      run: ({ id }) => deleteClient(state, id),
    },
    'POST /clients/{id}/rotate-secret': {
      scopes: ['update:client_keys'],
      run: ({ id, scopes }) => rotateSecret(state.client(id), make, scopes),
    },
  }
}

function listClients(state: State, { query, scopes }: Call): EmulatorAnswer {
  checkQuery(query, LIST_QUERY)
  const types = query.get('app_type')?.split(',')
  const matches = [...state.clients.values()]
    .map(({ record }) => record)
    .filter((record) => !query.has('is_global') || flag(record.global) === query.get('is_global'))
    .filter(
      (record) =>
        !query.has('is_first_party') || flag(record.is_first_party) === query.get('is_first_party'),
    )
    .filter((record) => types === undefined || types.includes(String(record.app_type)))
    .filter(
      (record) =>
        !query.has('external_client_id') ||
        record.external_client_id === query.get('external_client_id'),
    )
  const items = matches.map((record) => chosen(record, query, scopes))
  return { status: 200, body: pageOf({ name: 'clients', items }, query) }
}

function createClient(state: State, make: ClientMaker, { body, scopes }: Call): EmulatorAnswer {
  checkClientBody('create', body, state.futureMembers)
  if ('client_id' in body) {
    // terraform-provider-auth0#1697
    refuse(403, 'This account is not allowed to set client_id', 'operation_not_supported')
  }
  if (isRecord(body.client_authentication_methods)) needScope(scopes, ['create:client_credentials'])
  const input = withoutAlias({}, withoutNulls(body) as Auth0Client)
  const { record, credentials, shown } = withStoredCredentials(withDefaults(input), make)
  checkRules(record, input)
  checkAliases(state, record)
  const id = make.clientId(record)
  const stored: Auth0Client = withMirrors({
    tenant: make.tenant,
    global: false,
    ...record,
    cross_origin_auth: record.cross_origin_authentication,
    callback_url_template: false,
    client_id: id,
    client_secret: make.secret(),
    ...timesOf(make),
    signing_keys: [signingKey(id, make)],
  })
  // Recorded: an express configuration application has no secret.
  if (record.app_type === 'express_configuration') delete stored.client_secret
  state.clients.set(id, { record: stored, credentials })
  if (make.enableConnections) {
    for (const connection of state.connections.values()) connection.clients.add(id)
  }
  // `encrypted` and the private key appear here only (recorded traffic of auth0-deploy-cli).
  return { status: 201, body: copyOf({ ...stored, ...shown, encrypted: true }) }
}

function updateClient(state: State, make: ClientMaker, call: Call): EmulatorAnswer {
  const entry = state.client(call.id)
  const { body, scopes } = call
  checkClientBody('update', body, state.futureMembers)
  if ('client_secret' in body) needScope(scopes, ['update:client_keys'])
  if (isRecord(body.client_authentication_methods)) needScope(scopes, ['update:client_credentials'])
  const ordinary = Object.keys(body).filter(
    (name) => name !== 'client_secret' && name !== 'client_authentication_methods',
  )
  if (ordinary.length > 0) needScope(scopes, ['update:clients'])
  checkEditable(entry.record, body)
  const next = mergePatch(entry.record, body)
  checkRules(next, body)
  checkTransition(entry.record, next)
  checkAliases(state, next)
  const unknown = credentialIds(body).find((id) => !entry.credentials.has(id))
  if (unknown !== undefined) refuse(400, `The credential ${unknown} does not exist`, 'invalid_body')
  entry.record = 'updated_at' in next ? { ...next, updated_at: timesOf(make).updated_at } : next
  settleSecret(entry, make, body)
  // Recorded: these three are missing from the answer to an update, and there on the next read.
  const {
    external_client_id: _id,
    external_metadata_type: _type,
    external_metadata_created_by: _by,
    ...shown
  } = visible(entry.record, scopes)
  return { status: 200, body: shown }
}

function deleteClient(state: State, id: string): EmulatorAnswer {
  if (state.clients.get(id)?.record.global === true) {
    refuse(400, 'Global client cannot be deleted', 'operation_not_supported')
  }
  state.clients.delete(id)
  for (const connection of state.connections.values()) connection.clients.delete(id)
  return { status: 204 }
}

/** An alias belongs to one client only (Management API OpenAPI, 409). */
function checkAliases(state: State, next: Auth0Client): void {
  const aliases: readonly unknown[] = Array.isArray(next.client_aliases) ? next.client_aliases : []
  for (const { record } of state.clients.values()) {
    if (record.client_id === next.client_id || !Array.isArray(record.client_aliases)) continue
    if (record.client_aliases.some((alias) => aliases.includes(alias))) {
      refuse(409, 'Another client with the same alias already exists', 'client_conflict')
    }
  }
}

/** Shown of every client since September 2026; a client that a test puts in place has what it was given. */
function timesOf(make: ClientMaker) {
  const time = new Date(make.now()).toISOString()
  return { created_at: time, updated_at: time }
}

function flag(value: unknown): string {
  return String(value === true)
}
