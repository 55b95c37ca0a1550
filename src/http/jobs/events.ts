/**
 * `GET /jobs/{jobId}/events`: the progress of a job as server-sent events. Each event is an entry of the
 * job's log and is named by its number, so that readers who were cut off go on where they were.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

import { setTimeout as pause } from 'node:timers/promises'
import { ClientError } from '../../core/errors.ts'
import { once } from '../../core/once.ts'
import { callerOf as callerKey } from '../../service/base/service.ts'
import type { Jobs } from '../../service/jobs/jobs.ts'
import type { JobEntry, JobView } from '../../service/jobs/log.ts'
import { isEnded } from '../../service/jobs/progress.ts'
import type { Answer } from '../answer.ts'
import { actorOf } from '../auth/principal.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf } from '../target.ts'
import { single } from '../wire/headers.ts'
import type { HttpRequest, Stream } from '../wire/message.ts'
import { isLimitedReader, jobOf } from './access.ts'
import { createEventFeed, eventsFrom, LOOK_MS, MAX_STREAMS } from './feed.ts'

/** Nothing is sent for so long at most, so that nothing in between cuts the connection. */
const HEARTBEAT_MS = 15_000
/** A stream ends by then; its reader comes back, with a token that is still good. */
const LONGEST_MS = 300_000
/** After which a caller who has too many streams may try again. */
const RETRY_SECONDS = 15

/** What the event streams of one process share. */
const feedOf = once((_: Jobs) => createEventFeed())

/** Streams what is new after `Last-Event-ID`; without it, how the job stands now and what comes then. */
export async function getJobEvents(exchange: Exchange): Promise<Answer> {
  const { settings, request } = exchange
  const view = await jobOf(exchange)
  const lastSeq = lastEventId(request)
  const from = lastSeq === undefined ? view.last.seq : lastSeq + 1
  // A reader that has all of it gets this, so that it does not come back.
  if (from > view.last.seq && isOver(view.last, settings.service.now())) {
    return { status: 204, body: '' }
  }
  const leave = feedOf(settings.jobs).enter(callerKey(actorOf(callerOf(exchange))))
  if (leave === undefined) throw tooMany()
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
    body: '',
    stream: eventsOf(exchange, view, from, leave),
  }
}

const tooMany = () =>
  new ClientError(
    'too_many_requests',
    `This caller has ${MAX_STREAMS} event streams open, which is the limit for one caller. Close one, or poll GET /jobs/{jobId} instead.`,
    { retryAfter: RETRY_SECONDS },
  )

function lastEventId(request: HttpRequest): number | undefined {
  const value = single(request, 'last-event-id')
  if (value === undefined) return undefined
  if (/^\d{1,12}$/.test(value)) return Number(value)
  throw new ClientError(
    'invalid_request',
    'Last-Event-ID must be the id of an event as it was sent, or 0 for all events.',
    { field: 'Last-Event-ID' },
  )
}

function eventsOf(exchange: Exchange, view: JobView, from: number, leave: () => void): Stream {
  return (ended) => {
    if (ended.aborted) leave()
    else ended.addEventListener('abort', leave, { once: true })
    return events(exchange, view, from, ended)
  }
}

async function* events(
  exchange: Exchange,
  view: JobView,
  from: number,
  ended: AbortSignal,
): AsyncIterable<Uint8Array> {
  const { settings } = exchange
  const { service, jobs } = settings
  const isLimited = isLimitedReader(exchange, view)
  const until = service.now() + LONGEST_MS
  let newest: Newest = view.last
  let next = from
  let lastSentAt = service.now()
  for (;;) {
    const place = { from: next, known: newest.seq, isLimited }
    const page = await feedOf(jobs).page(service, view.job.resource, place)
    const batch = eventsFrom(page, next)
    next = Math.max(next, page.next)
    if (page.progress !== undefined && page.next > newest.seq) {
      newest = { seq: page.next - 1, progress: page.progress }
    }
    if (batch.length > 0) yield batch
    const now = service.now()
    if (now >= until) return
    if (batch.length > 0) {
      lastSentAt = now
      continue
    }
    if (ended.aborted || (next > newest.seq && isOver(newest, now))) return
    if (now - lastSentAt >= HEARTBEAT_MS) {
      lastSentAt = now
      yield HEARTBEAT
    }
    await pauseUnless(ended)
  }
}

/** The newest entry that is known, as far as its end is concerned. */
type Newest = Pick<JobEntry, 'seq' | 'progress'>

const HEARTBEAT = Buffer.from(': nothing new\n\n')

/** Nothing more will come: it has ended, and no one has anything left to record. */
const isOver = ({ progress }: Pick<JobEntry, 'progress'>, now: number) =>
  isEnded(progress) && (progress.claim === undefined || progress.claim.until <= now)

/** A moment, which the end of the stream cuts short. */
async function pauseUnless(ended: AbortSignal): Promise<void> {
  await pause(LOOK_MS, undefined, { signal: ended }).catch(() => undefined)
}
