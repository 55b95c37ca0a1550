/** Applications as reads give them, and pages of the list. */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Call } from '../../call.ts'
import type { Listed, ListPage } from '../../provider.ts'
import { checkSize } from '../../unreadable.ts'
import { READ, type Send } from './call.ts'

/** The path of an application by its object id, which no other one ever has. */
export const applicationPath = (id: string) => `/applications/${encodeURIComponent(id)}`

/** A text in an expression of OData: a quote is doubled. */
const quoted = (text: string) => encodeURIComponent(`'${text.replaceAll("'", "''")}'`)

/** Reads one application by its client id. */
export async function readClient(send: Send, clientId: string, call: Call): Promise<Native> {
  const match = await findClient(send, clientId, call)
  checkSize(match, 'provider_unavailable')
  return match
}

/** The object id of an application, which may be too large to be read. */
export const objectIdOf = async (
  send: Send,
  { id }: Native,
  clientId: string,
  call: Call,
): Promise<string> =>
  typeof id === 'string' ? id : String((await findClient(send, clientId, call)).id)

async function findClient(send: Send, clientId: string, call: Call): Promise<Native> {
  const path = `/applications?$filter=appId%20eq%20${quoted(clientId)}`
  const { items } = await pageAt(send, { operation: READ, path }, call)
  const match = items.find(({ appId }) => appId === clientId)
  if (match !== undefined) return match
  throw new ClientError('not_found', 'There is no such client.')
}

/** The applications of a name. Names are compared by Entra ID without regard to case. */
export async function applicationsNamed(
  send: Send,
  name: string,
  call: Call,
): Promise<readonly Native[]> {
  const operation = 'GET /applications?displayName'
  const path = `/applications?$filter=displayName%20eq%20${quoted(name)}`
  const { items, next } = await pageAt(send, { operation, path }, call)
  if (next === undefined) return items
  const says = 'More applications have this name than one answer of Microsoft Graph shows.'
  throw new ClientError('provider_unavailable', says)
}

/** The application that was made under a key; `undefined`: there is none. */
export async function applicationOfKey(
  send: Send,
  key: string,
  call: Call,
): Promise<Native | undefined> {
  const operation = 'GET /applications?uniqueName'
  const path = `/applications?$filter=uniqueName%20eq%20${quoted(key)}`
  return (await pageAt(send, { operation, path }, call)).items[0]
}

/** As many as one answer has without `$top` (Microsoft Graph, "List applications"). */
const PAGE_SIZE = 100

/** One page. Of the link to the next one only the token is kept, so that no other host is asked. */
export async function listClients(send: Send, call: Call, cursor?: string): Promise<ListPage> {
  const token = cursor === undefined ? '' : `&$skiptoken=${encodeURIComponent(cursor)}`
  const path = `/applications?$top=${PAGE_SIZE}${token}`
  const { items, next } = await pageAt(send, { operation: 'GET /applications', path }, call)
  const page = items.map(listed)
  return next === undefined ? { items: page } : { items: page, next }
}

function listed(native: Native): Listed {
  const { appId, displayName: name } = native
  const createdAt = createdAtOf(native)
  return {
    id: String(appId),
    ...(typeof name === 'string' ? { name } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
    native,
  }
}

/** Epoch milliseconds; reads show whole seconds (recorded). */
export function createdAtOf({ createdDateTime: time }: Native): number | undefined {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

interface Page {
  readonly items: readonly Native[]
  readonly next: string | undefined
}

async function pageAt(
  send: Send,
  request: { readonly operation: string; readonly path: string },
  call: Call,
): Promise<Page> {
  const { body } = await send(request, call)
  const { value, '@odata.nextLink': link } = isRecord(body) ? body : {}
  if (!Array.isArray(value)) {
    const says = 'Microsoft Graph answered with something else than a list of applications.'
    throw new ClientError('provider_unavailable', says, { found: body ?? null })
  }
  return {
    items: (value as readonly Json[]).filter(isApplication).map(recordOf),
    next: typeof link === 'string' ? tokenIn(link) : undefined,
  }
}

const isApplication = (item: Json): item is JsonObject =>
  isRecord(item) && typeof item.appId === 'string' && typeof item.id === 'string'

/** Without what the protocol adds to a record. */
export const recordOf = (body: JsonObject): Native =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !name.startsWith('@odata.')))

function tokenIn(link: string): string {
  const token = new URL(link).searchParams.get('$skiptoken')
  if (token !== null) return token
  const says = 'Microsoft Graph links to a next page without a $skiptoken.'
  throw new ClientError('provider_unavailable', says)
}
