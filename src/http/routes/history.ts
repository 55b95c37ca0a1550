/** The history of one client, across clients, and of one operation. */

import type { HISTORY_OPERATIONS } from '../../contract/operations/history.ts'
import { clientPath } from '../../core/client-path.ts'
import { cutValues } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { FIRST_TIME } from '../../core/mapping/times.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import type { ClientRef } from '../../providers/call.ts'
import { mayKnowOf } from '../../service/access/fresh-look.ts'
import {
  HISTORY_OUTCOMES,
  type HistoryItem,
  type HistoryOutcome,
  readHistory,
  readOperation,
} from '../../service/reading/history.ts'
import { countHistory } from '../../service/reading/history-counts.ts'
import { searchWithin } from '../../service/reading/history-within.ts'
import type { Answer } from '../answer.ts'
import { requirePermission } from '../auth/permissions.ts'
import { actorOf } from '../auth/principal.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import { leaseBody } from '../standing.ts'
import {
  actorIn,
  callerOf,
  heldAt,
  lookingFor,
  permissionOf,
  targetOf,
  visibleProviders,
} from '../target.ts'
import { pageLimit, placeOf, placeText, revisionOf, revisionText } from '../wire/cursor.ts'
import { timeIn } from '../wire/query.ts'

export const HISTORY_HANDLERS: Handlers<keyof typeof HISTORY_OPERATIONS> = {
  getClientHistory,
  searchHistory,
  getHistoryCounts,
  getOperation,
}

const DAY_MS = 86_400_000
/** Counted where no others are asked for. */
const DEFAULT_DAYS = 30
const MOST_DAYS = 366

/** `GET /clients/{clientId}/history`: what was done to one client, newest first. */
async function getClientHistory(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const { ref } = await targetOf(exchange, query)
  const below = revisionOf(query.cursor)
  const range = { limit: pageLimit(query.limit), ...(below === undefined ? {} : { below }) }
  const { items, next } = await readHistory(settings.service, ref, range)
  return pageAnswer(exchange, items, next === undefined ? undefined : revisionText(next))
}

/** `GET /history`: what was done to any client that the caller may see, newest first. */
async function searchHistory(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const { outcome, cursor } = query
  if (outcome !== undefined && !HISTORY_OUTCOMES.includes(outcome as HistoryOutcome)) {
    throw invalid('outcome', `must be one of: ${HISTORY_OUTCOMES.join(', ')}`)
  }
  const [from, to] = [timeOf('from', query.from), timeOf('to', query.to)]
  const after = placeOf(cursor)
  const { items, next } = await searchWithin(settings.service, {
    providers: providersOf(exchange),
    mayKnow: (client) => mayKnow(exchange, client, 'history:read'),
    deadline: exchange.request.deadline,
    limit: pageLimit(query.limit),
    ...actorIn(exchange),
    ...(outcome === undefined ? {} : { outcome: outcome as HistoryOutcome }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(after === undefined ? {} : { after }),
  })
  return pageAnswer(exchange, items, next === undefined ? undefined : placeText(next))
}

/** `GET /history/counts`: how many changes ended on each day, of clients that the caller may know of. */
async function getHistoryCounts(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const { now } = settings.service
  const to = timeOf('to', query.to) ?? now()
  const from = timeOf('from', query.from) ?? Math.max(FIRST_TIME, to - DEFAULT_DAYS * DAY_MS)
  if (from >= to || to - from > MOST_DAYS * DAY_MS) {
    throw invalid('from', `must be before to, and at most ${MOST_DAYS} days before it`)
  }
  const counted = await countHistory(settings.service, {
    ...{ providers: providersOf(exchange), from, to, deadline: exchange.request.deadline },
    mayKnow: (client) => mayKnow(exchange, client, 'history:read'),
  })
  const days = [...counted.days].map(([day, counts]) => ({ day, counts: { ...counts } }))
  return { status: 200, body: { from: rfc3339(counted.from), to: rfc3339(to), days } }
}

/**
 * `GET /operations/{operationId}`: what became of a change. Callers who asked for it may know, and those who
 * may read the history of its provider; for anyone else it does not exist.
 */
async function getOperation(exchange: Exchange): Promise<Answer> {
  const { settings, params } = exchange
  const principal = callerOf(exchange)
  if (visibleProviders(exchange).length === 0) {
    const demand = { principal, providerId: '', permission: permissionOf(exchange) }
    requirePermission(settings.permissions, demand)
  }
  const item = await readOperation(settings.service, params.operationId ?? '')
  if (item !== undefined) {
    const own = callersBehind(item).includes(JSON.stringify(actorOf(principal)))
    if (
      (await mayKnow(exchange, item.client, 'history:read')) ||
      (own && (await mayKnow(exchange, item.client, 'clients:read')))
    ) {
      return { status: 200, body: await itemBody(exchange, item) }
    }
  }
  throw new ClientError('not_found', 'There is no such operation, or none that you may know of.')
}

/** Everyone who had a hand in a change. */
function callersBehind({ actor, job, approval }: HistoryItem): readonly string[] {
  return [actor, job?.startedBy, job?.approvedBy, approval?.approvedBy].map((one) =>
    JSON.stringify(one),
  )
}

/** The provider that is asked for, or all whose history the caller may read. */
function providersOf(exchange: Exchange): readonly string[] {
  const { permissions } = exchange.settings
  const principal = callerOf(exchange)
  const visible = visibleProviders(exchange)
  const { provider } = exchange.query
  if (provider !== undefined && !visible.includes(provider)) {
    throw invalid('provider', `must be one of: ${visible.join(', ')}`)
  }
  const chosen = provider === undefined ? visible : [provider]
  const allowed = chosen.filter((id) => heldAt(exchange, id).has('history:read'))
  if (allowed.length > 0) return allowed
  const providerId = chosen[0] ?? ''
  requirePermission(permissions, { principal, providerId, permission: permissionOf(exchange) })
  return []
}

function timeOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const time = timeIn(value)
  if (time !== undefined) return time
  throw invalid(name, 'must be a time that exists, such as 2026-01-31T12:00:00Z')
}

const invalid = (field: string, says: string) =>
  new ClientError('invalid_field', `${field} ${says}.`, { field })

async function pageAnswer(
  exchange: Exchange,
  items: readonly HistoryItem[],
  next: string | undefined,
): Promise<Answer> {
  return {
    status: 200,
    body: {
      items: await Promise.all(items.map((item) => listedBody(exchange, item, items.length > 1))),
      ...(next === undefined ? {} : { next }),
    },
  }
}

/**
 * An item among others: large values are cut there, and `whole` is where they are. By itself on its page it
 * is whole.
 */
async function listedBody(
  exchange: Exchange,
  item: HistoryItem,
  isAmongOthers: boolean,
): Promise<JsonObject> {
  const { changes, surprises } = item
  const [visible, others] = [cutValues(changes), surprises && cutValues(surprises)]
  const isCut = [...visible, ...(others ?? [])].some(({ cut }) => cut)
  if (!isAmongOthers || !isCut) return itemBody(exchange, item)
  const short = {
    ...item,
    changes: visible,
    ...(others === undefined ? {} : { surprises: others }),
  }
  return { ...(await itemBody(exchange, short)), whole: wholeOf(item) }
}

/** The path and query of one item by itself. */
function wholeOf({ operationId, client, revision }: HistoryItem): string {
  if (operationId !== undefined) return `/operations/${encodeURIComponent(operationId)}`
  const { id, ...place } = client
  const page = { ...place, limit: '1', cursor: revisionText(revision + 1) }
  return clientPath(id, page, '/history')
}

/**
 * Times as RFC 3339; the client's address as everywhere else. Of what a copy was made is shown to those who
 * may know of clients there.
 */
async function itemBody(
  exchange: Exchange,
  { client, at, endedAt, leases, copiedFrom, candidates, ...item }: HistoryItem,
): Promise<JsonObject> {
  const { provider, userPoolId, id } = client
  // They can be anyone's.
  const mayKnowAll = exchange.settings.service.access?.({ provider, userPoolId }) === undefined
  return {
    ...(item as unknown as JsonObject),
    ...(candidates !== undefined && mayKnowAll ? { candidates } : {}),
    client: { id, provider, ...(userPoolId === undefined ? {} : { userPoolId }) },
    at: rfc3339(at),
    ...(copiedFrom !== undefined && (await mayKnowOrigin(exchange, copiedFrom))
      ? { copiedFrom: { ...copiedFrom } }
      : {}),
    ...(leases === undefined
      ? {}
      : { leases: { taken: leases.taken.map(leaseBody), ended: leases.ended.map(leaseBody) } }),
    ...(endedAt === undefined ? {} : { endedAt: rfc3339(endedAt) }),
  }
}

const mayKnowOrigin = async (exchange: Exchange, origin: ClientRef): Promise<boolean> =>
  (await mayKnow(exchange, origin, 'clients:read')) ||
  (await mayKnow(exchange, origin, 'history:read'))

/** Whether the caller has a permission at a client, which is looked at where its grants are limited. */
async function mayKnow(
  exchange: Exchange,
  ref: ClientRef,
  permission: Permission,
): Promise<boolean> {
  const { service } = exchange.settings
  const provider = service.providers.get(ref.provider)
  if (!heldAt(exchange, ref.provider).has(permission)) return false
  // Without its provider there is nothing to look at.
  if (provider === undefined) return service.access?.(ref) === undefined
  return mayKnowOf(service, lookingFor(exchange, provider, ref), permission)
}

const rfc3339 = (time: number): Json => new Date(time).toISOString()
