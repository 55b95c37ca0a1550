/** What a round for one webhook has to do. */

import type { GrownHead } from '../../store/log/heads.ts'
import { type ClientEvent, digestOf } from './client-event.ts'
import { endingEvents, overdueEvents } from './conditions.ts'
import type { Position } from './position.ts'
import { requestEvents } from './request-events.ts'
import { isEventOf, type Notifying, type Webhook } from './webhook.ts'

export interface Work {
  /** Logs with something that was not delivered. */
  readonly heads: readonly GrownHead[]
  /** Where they end. */
  readonly cursor: string
  /** There are more. */
  readonly more: boolean
  /** What is overdue, and requests for approval by how they stand. */
  readonly overdue: readonly ClientEvent[]
  readonly endings: readonly ClientEvent[] | undefined
  /** Those of both that were not reported. */
  readonly unreported: readonly ClientEvent[]
  /** Whether the position changes at all. */
  readonly isAny: boolean
}

/** Looks for it; nothing is written. */
export async function workOf(
  service: Notifying,
  webhook: Webhook,
  position: Position,
): Promise<Work> {
  const { cursor, delivered, overdue: known, endings: former } = position
  const isWanted = isEventOf(webhook)
  const grown = await service.store.heads(cursor)
  const heads = grown.heads.filter(
    ({ resource, seq }) => seq > (delivered[digestOf(resource)]?.[0] ?? 0),
  )
  const requests = await requestEvents(service, position.notBefore)
  const overdue = [...(await overdueEvents(service)), ...requests].filter(isWanted)
  const endings = (await endingEvents(service, former.lookedAt))?.filter(isWanted)
  const unreported = [
    ...overdue.filter(({ id }) => !known.includes(id)),
    ...(endings ?? []).filter(({ id }) => !former.ids.includes(id)),
  ]
  const isEnded = known.some((id) => !overdue.some((event) => event.id === id))
  const isAny = heads.length + unreported.length > 0 || isEnded || endings !== undefined
  return { heads, cursor: grown.cursor, more: grown.more, overdue, endings, unreported, isAny }
}
