/** Collects spans and hands them on in batches. Nothing waits for it, and what cannot be sent is dropped. */

import { VERSION } from '../../core/version.ts'
import type { ProgramEvent } from '../observe.ts'
import {
  isChosen,
  newTraceId,
  otlpOf,
  parentIn,
  type Span,
  spansOf,
  type UpstreamSpan,
  upstreamSpan,
} from './spans.ts'

export interface Traces {
  observe(event: ProgramEvent): void
  /** Sends what is there; rejects where it was not taken, and is lost. */
  flush(): Promise<void>
}

export interface TracesOptions {
  readonly resource: Readonly<Record<string, string>>
  readonly ratio: number
  now(): number
  send(body: string): Promise<void>
}

/** The most spans that wait, and that go at once (the defaults of the batch processor of the specification). */
const MOST_WAITING = 2_048
const MOST_AT_ONCE = 512
/** Requests whose calls wait for their end. */
const MOST_REQUESTS = 2_048

export function createTraces({ resource, ratio, now, send }: TracesOptions): Traces {
  const waiting: Span[] = []
  const calls = new Map<string, UpstreamSpan[]>()
  const add = (spans: readonly Span[]) => {
    waiting.push(...spans.slice(0, Math.max(MOST_WAITING - waiting.length, 0)))
  }
  const ofItself = (make: (traceId: string) => readonly Span[]) => {
    const traceId = newTraceId()
    if (isChosen(traceId, ratio)) add(make(traceId))
  }
  return {
    observe: (event) => {
      if (event.kind === 'upstream') {
        const { operation, status, durationMs } = event.ended
        const call = { provider: event.provider, operation, status, end: now(), durationMs }
        const { requestId } = event.call
        if (requestId === undefined) ofItself((traceId) => [upstreamSpan(call, traceId)])
        else if (calls.has(requestId)) calls.get(requestId)?.push(call)
        else calls.set(requestId, [call])
        // Those of a request whose end was seen before theirs would stay for ever.
        const [oldest] = calls.size > MOST_REQUESTS ? calls.keys() : []
        if (oldest !== undefined) calls.delete(oldest)
      }
      if (event.kind !== 'request') return
      const { requestId, traceParent } = event.line
      const its = calls.get(requestId) ?? []
      calls.delete(requestId)
      const parent = parentIn(traceParent)
      if (parent === undefined) ofItself((traceId) => spansOf(event.line, traceId, undefined, its))
      else if (parent.isSampled) add(spansOf(event.line, parent.traceId, parent, its))
    },
    flush: async () => {
      while (waiting.length > 0) {
        const spans = waiting.splice(0, MOST_AT_ONCE)
        await send(JSON.stringify(otlpOf(spans, resource, VERSION)))
      }
    },
  }
}
