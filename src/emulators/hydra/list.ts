/** Pages of clients: by offset, sorted by id, with a count that knows of no filter. */

import { isRecord } from '../copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import { type HydraClient, shown } from './members.ts'

const CLIENTS = '/admin/clients'
const DEFAULT_SIZE = 250
const MAX_SIZE = 1_000

/** A page by offset, in the order of ids; the count and the last page do not know of filters. */
export function list(
  clients: ReadonlyMap<string, HydraClient>,
  { query }: EmulatorRequest,
): EmulatorAnswer {
  const size = Math.min(Math.max(Number(query.get('page_size') ?? DEFAULT_SIZE) || 1, 1), MAX_SIZE)
  const page = Math.floor(offsetOf(query.get('page_token')) / size)
  const fits = (client: HydraClient, name: string) =>
    query.get(name) === null || query.get(name) === '' || client[name] === query.get(name)
  const matches = [...clients.values()]
    .filter((one) => fits(one, 'client_name') && fits(one, 'owner'))
    .sort((one, other) => (String(one.client_id) < String(other.client_id) ? -1 : 1))
  const last = Math.max(Math.ceil(clients.size / size) - 1, 0)
  const links = [
    ...(page > 0 ? [['first', 0] as const] : []),
    ...(page < last ? [['next', page + 1] as const] : []),
    ...(page < last ? [['last', last] as const] : []),
  ].map(
    ([rel, at]) => `<${CLIENTS}?page_size=${size}&page_token=${tokenOf(at * size)}>; rel="${rel}"`,
  )
  return {
    status: 200,
    headers: { 'x-total-count': String(clients.size), link: links.join(',') },
    body: matches.slice(page * size, (page + 1) * size).map(shown),
  }
}

const tokenOf = (offset: number) =>
  Buffer.from(JSON.stringify({ offset: String(offset), v: 2 })).toString('base64url')

/** A token that cannot be read is that of the first page. */
function offsetOf(token: string | null): number {
  try {
    const read: unknown = JSON.parse(Buffer.from(token ?? '', 'base64url').toString())
    return isRecord(read) ? Number(read.offset) || 0 : 0
  } catch {
    return 0
  }
}
