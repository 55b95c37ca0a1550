/**
 * Delivers the events for one webhook: at least once, and those of one client in their order. What was not taken is
 * sent again, and nothing of the same client overtakes it.
 */

import { inParallel } from '../../core/in-parallel.ts'
import type { GrownHead } from '../../store/log/heads.ts'
import { refOf } from '../../store/resource.ts'
import { type ClientEvent, digestOf } from './client-event.ts'
import { eventsSince } from './events-since.ts'
import { CLAIM_MS, type Position, positionOf } from './position.ts'
import { isEventOf, type Notifying, type Sent, type Webhook } from './webhook.ts'
import { workOf } from './work.ts'

export interface DeliveryOptions {
  /** Names this server. */
  readonly owner: string
  stopped?(): boolean
}

/** What a round came to. */
export interface Delivered {
  readonly delivered: number
  readonly failure?: Extract<Sent, { readonly taken: false }> & { readonly event: string }
  /** There is more to do right away. */
  readonly more: boolean
}

/** How long a round goes on before its position is kept (milliseconds). */
const ROUND_MS = 20_000
/** The longest that one request can take (milliseconds); nothing is sent where the claim could end in it. */
export const SEND_MS = 10_000
/** Clients whose events are sent at the same time. */
const AT_ONCE = 8
/** How long it is known what was delivered, beyond what any store gives again (milliseconds). */
const KEPT_MS = 120_000

const NOTHING: Delivered = { delivered: 0, more: false }

/** One round; nothing is written where there is nothing to deliver. */
export async function deliverTo(
  service: Notifying,
  webhook: Webhook,
  { owner, stopped = () => false }: DeliveryOptions,
): Promise<Delivered> {
  const taken = await positionOf(service, webhook, owner)
  if (taken === undefined) return NOTHING
  const { position, keep } = taken
  const { now } = service
  const reachedAt = now()
  const work = await workOf(service, webhook, position)
  if (!work.isAny) return NOTHING
  const until = now() + CLAIM_MS
  if (!(await keep(position, until))) return NOTHING
  const isOver = () => stopped() || now() >= Math.min(reachedAt + ROUND_MS, until - SEND_MS)
  const round = createRound(webhook, isOver)
  const delivered = await deliverLogs(service, position, { webhook, round, heads: work.heads })
  const reported = new Set([...position.overdue, ...position.endings.ids])
  await inParallel(work.unreported, AT_ONCE, async (event) => {
    if (await round.send(event)) reported.add(event.id)
  })
  const isWhole = work.heads.every(
    ({ resource, seq }) => (delivered.get(digestOf(resource))?.[0] ?? 0) >= seq,
  )
  await keep({
    ...position,
    ...(isWhole ? { cursor: work.cursor, reachedAt } : {}),
    delivered: keptOf(delivered, isWhole ? reachedAt : position.reachedAt),
    overdue: work.overdue.map(({ id }) => id).filter((id) => reported.has(id)),
    endings: endingsAfter(position.endings, work.endings, { reported, at: reachedAt }),
  })
  const { count, failure } = round.result()
  return {
    delivered: count,
    ...(failure === undefined ? {} : { failure }),
    more: failure === undefined && (work.more || !isWhole),
  }
}

interface Logs {
  readonly webhook: Webhook
  readonly round: Round
  readonly heads: readonly GrownHead[]
}

/** Sends the events of logs, and gives what was delivered of each, and before. */
async function deliverLogs(
  service: Notifying,
  position: Position,
  { webhook, round, heads }: Logs,
): Promise<ReadonlyMap<string, readonly [number, number]>> {
  const delivered = new Map(Object.entries(position.delivered))
  const isWanted = isEventOf(webhook)
  const deliverLog = async (head: GrownHead) => {
    const place = digestOf(head.resource)
    const after = delivered.get(place)?.[0]
    for await (const { event, seq } of eventsSince(service, position, { head, after })) {
      if (event !== undefined && isWanted(event) && !(await round.send(event))) return
      delivered.set(place, [seq, service.now()])
    }
  }
  // A client is made in a log of its own, before anything in that of the client.
  for (const part of [heads.filter(isCreation), heads.filter((head) => !isCreation(head))]) {
    await inParallel(part, AT_ONCE, deliverLog)
  }
  return delivered
}

const isCreation = ({ resource }: GrownHead) => refOf(resource).id.startsWith('+')

/** What is known to be delivered, without what no store gives again. */
const keptOf = (delivered: ReadonlyMap<string, readonly [number, number]>, reachedAt: number) =>
  Object.fromEntries([...delivered].filter(([, [, at]]) => at >= reachedAt - KEPT_MS))

/** Looked for again soon where not all of them could be reported. */
function endingsAfter(
  before: Position['endings'],
  events: readonly ClientEvent[] | undefined,
  { reported, at }: { readonly reported: ReadonlySet<string>; readonly at: number },
): Position['endings'] {
  if (events === undefined) return before
  const ids = events.map(({ id }) => id)
  const isWhole = ids.every((id) => reported.has(id))
  return { lookedAt: isWhole ? at : before.lookedAt, ids: ids.filter((id) => reported.has(id)) }
}

/** What is sent in one round. */
interface Round {
  /** Whether the event was taken; nothing is sent after a failure, or once the round is over. */
  send(event: ClientEvent): Promise<boolean>
  result(): { readonly count: number; readonly failure: Delivered['failure'] }
}

function createRound({ send }: Webhook, isOver: () => boolean): Round {
  let count = 0
  let failure: Delivered['failure']
  return {
    send: async (event) => {
      if (failure !== undefined || isOver()) return false
      const result = await send(event)
      if (result.taken) count += 1
      else failure ??= { ...result, event: event.id }
      return result.taken
    },
    result: () => ({ count, failure }),
  }
}
