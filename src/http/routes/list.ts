/** `GET /clients`: the clients that the caller may see, page by page. */

import { ClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import { type ClientFilter, parseFilters, searchText } from '../../core/search.ts'
import type { Place } from '../../providers/call.ts'
import { callerOf as callerText, type Service } from '../../service/base/service.ts'
import { type Mirrored, placesOf } from '../../service/mirror/mirror.ts'
import { listClients as listPage } from '../../service/reading/list.ts'
import type { Unreadable } from '../../service/reading/list-live.ts'
import type { Knowledge, Unread } from '../../service/reading/list-request.ts'
import { readStanding, warningsOf } from '../../service/reading/read.ts'
import { type Answer, clientBody } from '../answer.ts'
import { requirePermission } from '../auth/permissions.ts'
import { actorOf } from '../auth/principal.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf, heldAt, permissionOf, siteOf, visibleProviders } from '../target.ts'
import { pageLimit } from '../wire/cursor.ts'
import { listCursorOf, listCursorText } from '../wire/list-cursor.ts'

/** Lists clients; secrets are never among what is shown. */
export async function listClients(exchange: Exchange): Promise<Answer> {
  const { query, settings, requestId, request, trace } = exchange
  const { service } = settings
  const places = readablePlaces(exchange)
  const from = listCursorOf(service, places, query.cursor)
  const {
    clients,
    unreadable,
    next,
    knowledge,
    unread = [],
  } = await listPage(service, {
    places,
    filter: wantedOf(exchange),
    limit: pageLimit(query.limit),
    fresh: query.fresh === 'true',
    ...(from === undefined ? {} : { from }),
    requestId,
    caller: callerText(actorOf(callerOf(exchange))),
    deadline: request.deadline,
    onUpstream: (call) => trace.upstream.push(call),
  })
  return {
    status: 200,
    body: {
      clients: await Promise.all(clients.map((one) => listedBody(service, one))),
      ...(unreadable.length === 0 ? {} : { unreadable: unreadable.map(unreadableBody) }),
      ...(next === undefined ? {} : { next: listCursorText(service, next) }),
      mirror: knowledge.map(knowledgeBody),
      ...(unread.length === 0 ? {} : { unread: unread.map(unreadBody) }),
    },
  }
}

/**
 * The places that a request names, or all whose clients the caller may read.
 * @throws ClientError `invalid_field`, `insufficient_scope`, `not_found`
 */
export function readablePlaces(exchange: Exchange): readonly Place[] {
  const { query, settings } = exchange
  const { permissions } = settings
  const { provider, userPoolId } = query
  if (provider === undefined) {
    if (userPoolId !== undefined) {
      throw new ClientError(
        'invalid_field',
        'userPoolId can only be used together with provider.',
        {
          field: 'userPoolId',
        },
      )
    }
    const principal = callerOf(exchange)
    const readable = visibleProviders(exchange).filter((id) =>
      heldAt(exchange, id).has(permissionOf(exchange)),
    )
    if (readable.length === 0) {
      requirePermission(permissions, {
        principal,
        providerId: '',
        permission: permissionOf(exchange),
      })
    }
    return placesWithin(exchange, readable)
  }
  const places = placesWithin(exchange, [provider])
  const [first] = places
  // Without a pool, all of them; that the caller may read there is checked with any one.
  const poolId = userPoolId ?? first?.userPoolId
  const { place } = siteOf(exchange, { provider, userPoolId: poolId })
  return userPoolId === undefined ? places : [place]
}

/** The places of providers where any client can be within the grants of the caller. */
function placesWithin(exchange: Exchange, providers: readonly string[]): readonly Place[] {
  const { service } = exchange.settings
  const permission = permissionOf(exchange)
  return placesOf(service, providers).filter(
    (place) => service.access?.(place)?.reaches(permission) ?? true,
  )
}

function wantedOf({ query }: Exchange): ClientFilter {
  const { q, filter } = query
  const terms = filter === undefined ? [] : parseFilters(filter)
  return { terms, ...(q === undefined ? {} : { text: searchText(q) }) }
}

async function listedBody(
  service: Service,
  { ref, native, verifiedAt }: Mirrored,
): Promise<JsonObject> {
  const mapping = service.providers.get(ref.provider)?.mapping
  if (mapping === undefined) throw new TypeError(`no provider ${ref.provider}`)
  const { standing, warnings } = await readStanding(service, ref)
  const all = [...warningsOf(mapping, native, standing?.suspended !== undefined), ...warnings]
  // What is kept of clients holds fingerprints in the place of secrets.
  const may = (permission: Permission) => permission !== 'secrets:read'
  const bodyOptions = { may, warnings: all, standing }
  return { ...clientBody(ref, mapping, native, bodyOptions), lastVerifiedAt: rfc3339(verifiedAt) }
}

/** A client of which there is nothing to show but why. */
const unreadableBody = ({ ref, error }: Unreadable): JsonObject => ({
  ...ref,
  error: error.message,
  code: error.code,
})

/** How well the mirror knows a place. */
export function knowledgeBody({ place, complete, oldest }: Knowledge): JsonObject {
  return { ...place, complete, verifiedAt: oldest === undefined ? null : rfc3339(oldest) }
}

const unreadBody = ({ place, code, clients, oldest }: Unread): JsonObject => ({
  ...place,
  code,
  clients,
  verifiedAt: rfc3339(oldest),
})

const rfc3339 = (time: number): Json => new Date(time).toISOString()
