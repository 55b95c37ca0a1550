/** Records of clients as reads give them, and pages of the list. */

import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call } from '../call.ts'
import type { Listed, ListPage } from '../provider.ts'
import { checkSize } from '../unreadable.ts'
import type { Send } from './calls/call.ts'

const CLIENTS = '/admin/clients'

export const clientPath = (id: string) => `${CLIENTS}/${encodeURIComponent(id)}`

/** Reads one client. */
export async function readClient(send: Send, id: string, call: Call): Promise<Native> {
  const request = { operation: 'GET /admin/clients/{id}', path: clientPath(id) }
  const { body } = await send(request, call)
  if (isRecord(body) && body.client_id === id) {
    checkSize(body, 'provider_unavailable')
    return body
  }
  const says = 'Hydra answered with something else than the client.'
  // What is under another id is another client's record, which says nothing of this one.
  const other = isRecord(body) && typeof body.client_id === 'string'
  throw new ClientError('provider_unavailable', says, other ? {} : { found: body ?? null })
}

/** Makes a client; gives the answer, which is not how it is read. */
export async function registerClient(send: Send, body: Native, call: Call): Promise<Native> {
  const answer = await send({ operation: 'POST /admin/clients', path: CLIENTS, body }, call)
  if (isRecord(answer.body)) return answer.body
  throw new ClientError('outcome_unknown', 'Hydra answered with something else than a client.')
}

/** Hydra gives up to 1,000; a page is one answer. */
const PAGE_SIZE = 100

/** One page, sorted by id; `X-Total-Count` and the last page are of no use, since Hydra counts past the end. */
export async function listClients(send: Send, call: Call, cursor?: string): Promise<ListPage> {
  const from = cursor === undefined ? '' : `&page_token=${encodeURIComponent(cursor)}`
  const path = `${CLIENTS}?page_size=${PAGE_SIZE}${from}`
  const { body, headers } = await send({ operation: 'GET /admin/clients', path }, call)
  if (!Array.isArray(body)) {
    const says = 'Hydra answered with something else than a list.'
    throw new ClientError('provider_unavailable', says, { found: body ?? null })
  }
  const items = (body as readonly Json[]).flatMap(listed)
  const next = body.length === 0 ? undefined : nextOf(headers.link)
  return { items, ...(next === undefined ? {} : { next }) }
}

function listed(item: Json): readonly Listed[] {
  if (!isRecord(item) || typeof item.client_id !== 'string') return []
  const { client_id: id, client_name: name } = item
  return [{ id, ...(typeof name === 'string' ? { name } : {}), native: item }]
}

/** The token in `Link: <...?page_token=...>; rel="next"` (RFC 8288); the address is never followed. */
function nextOf(link: string | readonly string[] | undefined): string | undefined {
  const text = typeof link === 'string' ? link : (link ?? []).join(',')
  const next = text.split(',').find((part) => /;\s*rel="?next"?/.test(part))
  const [, query = ''] = /<[^>?]*\?([^>]*)>/.exec(next ?? '') ?? []
  return new URLSearchParams(query).get('page_token') ?? undefined
}
