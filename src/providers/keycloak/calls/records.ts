/** Records of clients as reads give them, pages of the list, and the scopes of a realm. */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import { membersOf } from '../../../core/mapping/members.ts'
import type { Native } from '../../../core/mapping/row.ts'
import { TEXTS } from '../../../core/mapping/shapes.ts'
import type { Call } from '../../call.ts'
import type { Listed, ListPage } from '../../provider.ts'
import { checkSize } from '../../unreadable.ts'
import { MEMBERS, SCOPES } from '../members.ts'
import { READ, type Send } from './call.ts'
import { withoutRights } from './errors.ts'

/** The path of a client by the id of its record, which no other client ever has. */
export const clientPath = ({ id }: Native) => `/clients/${encodeURIComponent(String(id))}`

/** Reads one client by its client id. */
export async function readClient(send: Send, clientId: string, call: Call): Promise<Native> {
  const match = await findClient(send, clientId, call)
  checkSize(match, 'provider_unavailable')
  return match
}

/** The same with as many calls where the client is there as where it is not. */
export async function readAlike(send: Send, clientId: string, call: Call): Promise<Native> {
  const match = await readClient(send, clientId, call)
  await checkRights(send, call)
  return match
}

/** The id of the record of a client, which may be too large to be read. */
export const findId = async (send: Send, clientId: string, call: Call): Promise<Json> =>
  (await findClient(send, clientId, call)).id ?? null

async function findClient(send: Send, clientId: string, call: Call): Promise<JsonObject> {
  // Keycloak ignores a blank one, and gives every client.
  if (clientId.trim() === '') throw notFound()
  const path = `/clients?clientId=${encodeURIComponent(clientId)}`
  const { body } = await send({ operation: READ, path }, call)
  if (!Array.isArray(body)) {
    const says = 'Keycloak answered with something else than clients.'
    throw new ClientError('provider_unavailable', says, { found: body ?? null })
  }
  const match = (body as readonly Json[]).find((one) => isClient(one) && one.clientId === clientId)
  if (isRecord(match)) return inOneOrder(match)
  await checkRights(send, call)
  throw notFound()
}

const notFound = () => new ClientError('not_found', 'There is no such client.')

const isClient = (item: Json): item is JsonObject =>
  isRecord(item) && typeof item.clientId === 'string' && typeof item.id === 'string'

const SETS = membersOf(MEMBERS, 'unordered')

/**
 * Keycloak holds lists as sets, and two reads of one client can give them in two orders: its cache keeps another than
 * its database. They are sorted, so that what people and files see moves only when the client does.
 */
function inOneOrder(client: JsonObject): JsonObject {
  const sorted = SETS.flatMap((name) => {
    const list = client[name]
    return Array.isArray(list) && areTexts(list) ? [[name, [...list].sort()] as const] : []
  })
  return { ...client, ...Object.fromEntries(sorted) }
}

const [areTexts] = TEXTS

/**
 * Who has the role query-clients alone gets empty lists, as if the realm had no clients; every realm has some, which
 * cannot be removed.
 */
async function checkRights(send: Send, call: Call): Promise<void> {
  const { body } = await send({ operation: 'GET /clients', path: '/clients?first=0&max=1' }, call)
  if (Array.isArray(body) && body.length === 0) throw withoutRights()
}

/** Keycloak has no limit of its own; a page is one answer. */
const PAGE_SIZE = 100

/** One page, sorted by client id. There are no cursors: a page begins behind so many clients. */
export async function listClients(send: Send, call: Call, cursor = '0'): Promise<ListPage> {
  const first = /^\d{1,9}$/.test(cursor) ? Number(cursor) : 0
  const path = `/clients?first=${first}&max=${PAGE_SIZE}`
  const { body } = await send({ operation: 'GET /clients', path }, call)
  if (!Array.isArray(body)) {
    const says = 'Keycloak answered with something else than a list.'
    throw new ClientError('provider_unavailable', says, { found: body ?? null })
  }
  if (first === 0 && body.length === 0) throw withoutRights()
  const items = (body as readonly Json[]).flatMap(listed)
  return body.length < PAGE_SIZE ? { items } : { items, next: String(first + PAGE_SIZE) }
}

function listed(item: Json): readonly Listed[] {
  if (!isClient(item)) return []
  const { clientId, name } = item
  const label = typeof name === 'string' && name !== '' ? { name } : {}
  return [{ id: String(clientId), ...label, native: inOneOrder(item) }]
}

/** Ids of the scopes that a realm has for OpenID Connect, by their names. */
export async function readScopes(send: Send, call: Call): Promise<JsonObject> {
  return scopesAt(send, 'GET /client-scopes', call)
}

/** Names of the scopes that a new client of the realm gets, by the list in which it gets them. */
export async function readRealmDefaults(
  send: Send,
  list: 'defaultClientScopes' | 'optionalClientScopes',
  call: Call,
): Promise<readonly string[]> {
  const which = list === 'defaultClientScopes' ? 'default' : 'optional'
  return Object.keys(await scopesAt(send, `GET /default-${which}-client-scopes`, call))
}

async function scopesAt(send: Send, operation: string, call: Call): Promise<JsonObject> {
  const { body } = await send({ operation, path: operation.slice('GET '.length) }, call)
  if (!Array.isArray(body)) {
    const says = 'Keycloak answered with something else than client scopes.'
    throw new ClientError('provider_unavailable', says)
  }
  return Object.fromEntries(
    (body as readonly Json[]).flatMap((scope) => {
      if (!isRecord(scope) || typeof scope.name !== 'string') return []
      const { name, id = null, protocol = 'openid-connect' } = scope
      return protocol === 'openid-connect' ? [[name, id]] : []
    }),
  )
}

/** A client with the scopes of its realm, where a change may name some. */
export async function readWithScopes(send: Send, clientId: string, call: Call): Promise<Native> {
  const [native, scopes] = await Promise.all([
    readClient(send, clientId, call),
    readScopes(send, call),
  ])
  return { ...native, [SCOPES]: scopes }
}
