/**
 * `GET /jobs/{jobId}/events`: the progress of a job as server-sent events. Each event is an entry of the
 * job's log and is named by its number, so that whoever was cut off goes on where they were.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

import { setTimeout as pause } from 'node:timers/promises'
import { ClientError } from '../../core/errors.ts'
import { type JobEntry, type JobView, jobEntries } from '../../service/jobs/log.ts'
import { isEnded } from '../../service/jobs/progress.ts'
import type { Service } from '../../service/service.ts'
import type { Answer } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { single } from '../headers.ts'
import type { HttpRequest, Stream } from '../message.ts'
import { jobOf } from './access.ts'
import { progressBody, resultBody } from './view.ts'

/** How often the log is looked at (milliseconds). */
const LOOK_MS = 500
/** Nothing is sent for so long at most, so that nothing in between cuts the connection. */
const HEARTBEAT_MS = 15_000
/** A stream ends by then; its reader comes back, with a token that is still good. */
const LONGEST_MS = 300_000
/** Entries that are read at once. */
const PAGE = 50

/** Streams what is new after `Last-Event-ID`; without it, how the job stands now and what comes then. */
export async function getJobEvents(exchange: Exchange): Promise<Answer> {
  const { settings, request } = exchange
  const view = await jobOf(exchange, 'jobs:read')
  const seen = lastEventId(request)
  const from = seen === undefined ? view.last.seq : seen + 1
  // What a reader that knows all of it is told so that it does not come back.
  if (from > view.last.seq && isOver(view.last, settings.service.now())) {
    return { status: 204, body: '' }
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
    body: '',
    stream: eventsOf(settings.service, view, from),
  }
}

function lastEventId(request: HttpRequest): number | undefined {
  const value = single(request, 'last-event-id')
  if (value === undefined) return undefined
  if (/^\d{1,12}$/.test(value)) return Number(value)
  throw new ClientError(
    'invalid_request',
    'Last-Event-ID must be the id of an event, as it was given; 0 for all of them.',
    { field: 'Last-Event-ID' },
  )
}

function eventsOf(service: Service, { job, last }: JobView, from: number): Stream {
  return async function* (ended) {
    const begun = service.now()
    let newest = last
    let next = from
    let told = begun
    for (;;) {
      for await (const entry of jobEntries(service, job.resource, next, PAGE)) {
        newest = entry
        next = entry.seq + 1
        told = service.now()
        yield textOf(entry)
      }
      const now = service.now()
      if (ended.aborted || isOver(newest, now) || now - begun >= LONGEST_MS) return
      if (now - told >= HEARTBEAT_MS) {
        told = now
        yield ': nothing new\n\n'
      }
      await pauseUnless(ended)
    }
  }
}

/** Nothing more will come: it has ended, and nobody has anything left to record. */
const isOver = ({ progress }: JobEntry, now: number) =>
  isEnded(progress) && (progress.claim === undefined || progress.claim.until <= now)

function textOf(entry: JobEntry): string {
  const { at } = entry
  const results =
    entry.kind === 'job_results'
      ? { results: entry.results.map((result) => resultBody(result, entry.phase, at)) }
      : {}
  const told = JSON.stringify({ ...progressBody(entry), ...results })
  return `id: ${entry.seq}\nevent: progress\ndata: ${told}\n\n`
}

/** A moment, which the end of the stream cuts short. */
async function pauseUnless(ended: AbortSignal): Promise<void> {
  await pause(LOOK_MS, undefined, { signal: ended }).catch(() => undefined)
}
