/** Collects spans and hands them on in batches. No request waits for it; what finds no place among those that wait is dropped. */

import type { ProgramEvent } from '../observe.ts'
import type { Exported } from './exported.ts'
import {
  isChosen,
  newTraceId,
  otlpTracesOf,
  parentIn,
  type Span,
  spansOf,
  type UpstreamSpan,
  upstreamSpan,
} from './spans.ts'

export interface Traces {
  observe(event: ProgramEvent): void
  /** Sends what waits, until the collector fails; what it may take later waits on. */
  flush(): Promise<Exported>
}

export interface TracesOptions {
  readonly resource: Readonly<Record<string, string>>
  readonly ratio: number
  readonly isParentBased: boolean
  readonly mostWaiting: number
  readonly mostAtOnce: number
  now(): number
  send(message: object): Promise<Exported>
}

/** Requests whose calls wait for their end. */
const MOST_REQUESTS = 2_048

export function createTraces(options: TracesOptions): Traces {
  const { resource, ratio, isParentBased, mostWaiting, mostAtOnce, now, send } = options
  const waiting: Span[] = []
  const calls = new Map<string, UpstreamSpan[]>()
  const add = (traceId: string, spans: readonly Span[], isSampled = isChosen(traceId, ratio)) => {
    if (!isSampled) return
    waiting.push(...spans.slice(0, Math.max(mostWaiting - waiting.length, 0)))
  }
  return {
    observe: (event) => {
      if (event.kind === 'upstream') {
        const { operation, status, durationMs } = event.ended
        const call = { provider: event.provider, operation, status, end: now(), durationMs }
        const { requestId } = event.call
        if (requestId === undefined) {
          const traceId = newTraceId()
          add(traceId, [upstreamSpan(call, traceId)])
        } else if (calls.has(requestId)) calls.get(requestId)?.push(call)
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
      const traceId = parent?.traceId ?? newTraceId()
      const decided = isParentBased ? parent?.isSampled : undefined
      add(traceId, spansOf(event.line, traceId, parent, its), decided)
    },
    flush: async () => {
      while (waiting.length > 0) {
        const spans = waiting.splice(0, mostAtOnce)
        const exported = await send(otlpTracesOf(spans, resource))
        if (exported.failure === undefined) continue
        if (exported.mayBeSentAgain) waiting.unshift(...spans)
        return exported
      }
      return {}
    },
  }
}
