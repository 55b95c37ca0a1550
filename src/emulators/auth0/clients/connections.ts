/**
 * The operations that say which client may use which connection (Auth0 Management API OpenAPI). A
 * client holds nothing of it; `enabled_clients` of a connection is deprecated and not served.
 */

import type { EmulatorAnswer } from '../../wire.ts'
import { checkQuery, chooseFields, pageOf } from '../paging.ts'
import { refusePayload } from '../refusal.ts'
import type { Call, Operations } from '../routes.ts'
import { list, TEXT_ID } from '../shapes/parts.ts'
import { faultOf, type Shape } from '../shapes/shapes.ts'
import type { State } from '../state.ts'

const CHECKPOINT = ['from', 'take']
const FIELDS = ['fields', 'include_fields']
const LIST_QUERY = [
  ...[...CHECKPOINT, ...FIELDS, 'page', 'per_page', 'include_totals'],
  ...['strategy', 'name', 'domain_alias'],
]

const CHANGES: Shape = list(
  {
    type: 'object',
    required: ['client_id', 'status'],
    members: { client_id: TEXT_ID, status: { type: 'boolean' } },
  },
  { min: 1, max: 50 },
)

/** Operations by name, as `routes.ts` spells it. */
export function connectionOperations(state: State): Operations {
  return {
    'GET /connections': {
      scopes: ['read:connections'],
      run: (call) => listConnections(state, call),
    },
    'GET /connections/{id}': {
      scopes: ['read:connections'],
      run: ({ id, query }) => {
        checkQuery(query, FIELDS)
        return { status: 200, body: chooseFields(state.connection(id).record, query) }
      },
    },
    'GET /connections/{id}/clients': {
      scopes: ['read:connections'],
      run: ({ id, query }) => {
        checkQuery(query, CHECKPOINT)
        const items = [...state.connection(id).clients].map((client_id) => ({ client_id }))
        return {
          status: 200,
          body: pageOf({ name: 'clients', items, checkpointOnly: true, mostTaken: 1_000 }, query),
        }
      },
    },
    'PATCH /connections/{id}/clients': {
      scopes: ['update:connections'],
      run: (call) => switchClients(state, call),
    },
    'GET /clients/{id}/connections': {
      scopes: ['read:connections'],
      and: ['read:clients'],
      run: (call) => connectionsOfClient(state, call),
    },
  }
}

function listConnections(state: State, { query }: Call): EmulatorAnswer {
  checkQuery(query, LIST_QUERY)
  const strategies = query.getAll('strategy').flatMap((text) => text.split(','))
  const items = [...state.connections.values()]
    .map(({ record }) => record)
    .filter(({ strategy }) => strategies.length === 0 || strategies.includes(String(strategy)))
    .filter(({ name }) => !query.has('name') || name === query.get('name'))
    .map((record) => chooseFields(record, query))
  return { status: 200, body: pageOf({ name: 'connections', items }, query) }
}

/** Unless asked otherwise, `options` come along with the upstream's secret (recorded traffic). */
function connectionsOfClient(state: State, { id, query }: Call): EmulatorAnswer {
  checkQuery(query, [...CHECKPOINT, ...FIELDS, 'strategy'])
  state.client(id)
  const strategies = query.getAll('strategy')
  const items = [...state.connections.values()]
    .filter(({ clients }) => clients.has(id))
    .map(({ record }) => record)
    .filter(({ strategy }) => strategies.length === 0 || strategies.includes(String(strategy)))
    .map((record) => chooseFields(record, query))
  return { status: 200, body: pageOf({ name: 'connections', items, checkpointOnly: true }, query) }
}

function switchClients(state: State, { id, body }: Call): EmulatorAnswer {
  const { clients } = state.connection(id)
  const fault = faultOf(CHANGES, body)
  if (fault !== undefined) refusePayload(fault)
  const changes = body as readonly { client_id: string; status: boolean }[]
  for (const { client_id } of changes) state.client(client_id)
  for (const { client_id, status } of changes) {
    if (status) clients.add(client_id)
    else clients.delete(client_id)
  }
  return { status: 204 }
}
