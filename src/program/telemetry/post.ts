/** Sends one message to a collector: https://opentelemetry.io/docs/specs/otlp/#otlphttp. */

import { gzipSync } from 'node:zlib'
import type { Collector } from '../../config/telemetry/config-telemetry.ts'
import { isRecord } from '../../core/json/json.ts'
import { parseJson } from '../../core/json/json-text.ts'
import { exchange } from '../../net/exchange.ts'
import type { Exported } from '../../observe/otlp/exported.ts'

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const AGAIN = [429, 502, 503, 504]

export async function post(
  { url, headers, timeoutMs, isCompressed }: Collector,
  message: object,
  mostMs: number,
): Promise<Exported> {
  const text = JSON.stringify(message)
  const request = {
    method: 'POST',
    url,
    headers: {
      ...headers,
      'content-type': 'application/json',
      ...(isCompressed && { 'content-encoding': 'gzip' }),
    },
    body: isCompressed ? gzipSync(text) : text,
  }
  try {
    const answer = await exchange(request, Math.min(timeoutMs, mostMs), { sent: false })
    const { status } = answer
    if (status >= 200 && status < 300) return partly(answer.text)
    return { failure: String(status), mayBeSentAgain: AGAIN.includes(status) }
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    return { failure: typeof code === 'string' ? code : 'no answer', mayBeSentAgain: true }
  }
}

/** A collector that takes a part of a message answers 200, and how much of it it has refused. */
function partly(text: string): Exported {
  const answer = readable(text)
  const success = isRecord(answer) ? answer.partialSuccess : undefined
  if (!isRecord(success)) return {}
  const { rejectedSpans = 0, rejectedDataPoints = 0 } = success
  const rejected = Number(rejectedSpans) + Number(rejectedDataPoints)
  return rejected > 0 ? { failure: `rejected ${rejected}` } : {}
}

function readable(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
