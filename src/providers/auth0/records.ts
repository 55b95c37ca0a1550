/** Records of clients: what a read is put together from, and pages of the list. */

import type { FieldName } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef } from '../call.ts'
import type { Listed, ListPage } from '../provider.ts'
import { checkSize } from '../unreadable.ts'
import type { Send } from './calls/call.ts'
import { AVAILABLE, asMember, ENABLED } from './connections.ts'

export const clientPath = ({ id }: Pick<ClientRef, 'id'>) => `/clients/${encodeURIComponent(id)}`

/** A client with its connections; those of the tenant only where they are about to change. */
export async function readWhole(
  send: Send,
  ref: Pick<ClientRef, 'id'>,
  call: Call,
  fields: readonly FieldName[] = [],
): Promise<Native> {
  const path = clientPath(ref)
  const [native, enabled, available] = await Promise.all([
    readClient(send, ref, call),
    listAll(send, connectionsOf(path), call),
    fields.includes('supportedIdp') ? listConnections(send, call) : undefined,
  ])
  return {
    ...native,
    [ENABLED]: asMember(enabled),
    ...(available === undefined ? {} : { [AVAILABLE]: asMember(available) }),
  }
}

/** A client without its connections. */
export async function readClient(
  send: Send,
  ref: Pick<ClientRef, 'id'>,
  call: Call,
): Promise<Native> {
  const body = await send({ operation: 'GET /clients/{id}', path: clientPath(ref) }, call)
  if (isClient(body)) {
    checkSize(body, 'provider_unavailable')
    return body
  }
  const says = 'The answer of Auth0 is not a client.'
  throw new ClientError('provider_unavailable', says, { found: body ?? null })
}

/** The client in the answer to a write, whose effect stands whatever the answer is. */
export function writtenClient(body: Json | undefined): Native & { readonly client_id: string } {
  if (isClient(body)) {
    checkSize(body, 'outcome_unknown')
    return body
  }
  throw new ClientError('outcome_unknown', 'The answer of Auth0 is not a client.')
}

const isClient = (body: Json | undefined): body is Native & { readonly client_id: string } =>
  isRecord(body) && typeof body.client_id === 'string'

/** A list of the API that has pages by checkpoint. */
interface Listing {
  readonly operation: string
  /** With a query that pages have in common. */
  readonly path: string
  /** Name of the list in a page. */
  readonly name: string
}

/** Only what is needed: a connection's options hold the secrets of the identity provider behind it. */
const CONNECTION_QUERY = 'fields=id,name,strategy&include_fields=true&take=100'

const connectionsOf = (path: string): Listing => ({
  operation: 'GET /clients/{id}/connections',
  path: `${path}/connections?${CONNECTION_QUERY}`,
  name: 'connections',
})

/** The connections of the tenant. */
export const listConnections = (send: Send, call: Call): Promise<readonly Json[]> =>
  listAll(
    send,
    {
      operation: 'GET /connections',
      path: `/connections?${CONNECTION_QUERY}`,
      name: 'connections',
    },
    call,
  )

/** The clients that may use a connection, each with its id alone; a page of this list has up to 1,000. */
export const listEnabledClients = (send: Send, id: string, call: Call): Promise<readonly Json[]> =>
  listAll(
    send,
    {
      operation: 'GET /connections/{id}/clients',
      path: `/connections/${encodeURIComponent(id)}/clients?take=1000`,
      name: 'clients',
    },
    call,
  )

async function listAll(
  send: Send,
  { operation, path, name }: Listing,
  call: Call,
): Promise<readonly Json[]> {
  const all: Json[] = []
  for (let from = ''; ; ) {
    const page = await send({ operation, path: `${path}${from}` }, call)
    const { items, next } = pageOf(page, name)
    all.push(...items)
    if (next === undefined) return all
    from = `&from=${encodeURIComponent(next)}`
  }
}

/** Without secrets, and without the tenant's "All Applications", which is no application. */
const LIST_QUERY = 'include_fields=true&is_global=false&take=100'
const LIST_FIELDS = 'client_id,name'

/**
 * One page by checkpoint, which has no limit of 1,000 clients as pages by number do. The whole records
 * would lack the connections, so only ids and names are asked for.
 */
export async function listClients(
  send: Send,
  call: Call,
  cursor?: string,
  fields = LIST_FIELDS,
): Promise<ListPage> {
  const from = cursor === undefined ? '' : `&from=${encodeURIComponent(cursor)}`
  const path = `/clients?fields=${fields}&${LIST_QUERY}${from}`
  const body = await send({ operation: 'GET /clients', path }, call)
  const { items, next } = pageOf(body, 'clients')
  return { items: items.flatMap(listed), ...(next === undefined ? {} : { next }) }
}

/** The same with the time at which each client was made, where the tenant shows it. */
export const listWithAges = (send: Send, call: Call, cursor?: string): Promise<ListPage> =>
  listClients(send, call, cursor, `${LIST_FIELDS},created_at`)

function listed(item: Json): readonly Listed[] {
  if (!isClient(item)) return []
  const { client_id: id, name } = item
  const createdAt = createdAtOf(item)
  return [
    {
      id,
      ...(typeof name === 'string' ? { name } : {}),
      ...(createdAt === undefined ? {} : { createdAt }),
    },
  ]
}

/** When a client was made (epoch milliseconds); tenants show it since September 2026. */
export function createdAtOf({ created_at: time }: Native): number | undefined {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** A page is an object with a checkpoint, or a bare list where there is but one. */
function pageOf(body: Json | undefined, name: string) {
  const { [name]: items = body, next } = isRecord(body) ? body : {}
  if (!Array.isArray(items)) {
    const says = 'The answer of Auth0 is not a list.'
    throw new ClientError('provider_unavailable', says, { found: body ?? null })
  }
  return {
    items: items as readonly Json[],
    next: typeof next === 'string' && next !== '' ? next : undefined,
  }
}
