/** Which spans requests and calls become, whatever they are sent by, with nothing in them that no log has. */

import { expect, it } from 'vitest'
import type { RequestLine } from '../../src/http/exchange.ts'
import type { ProgramEvent } from '../../src/observe/observe.ts'
import type { Exported } from '../../src/observe/otlp/exported.ts'
import { createTraces } from '../../src/observe/otlp/traces.ts'
import { requestLine } from '../fixtures/request-line.ts'
import { faultOf, type SentSpan } from './collector.ts'

const request = (more: Partial<RequestLine> = {}): ProgramEvent => ({
  kind: 'request',
  line: requestLine(more),
})
const upstream = (requestId?: string): ProgramEvent =>
  ({
    kind: 'upstream',
    provider: 'auth0',
    call: { requestId },
    ended: { operation: 'patchClient', status: 200, durationMs: 40 },
  }) as unknown as ProgramEvent

function collecting(more: { readonly ratio?: number; readonly isParentBased?: boolean } = {}) {
  const messages: object[] = []
  let answer: Exported = {}
  const traces = createTraces({
    resource: { 'service.name': 'clientry' },
    ratio: 1,
    isParentBased: true,
    mostWaiting: 2_048,
    mostAtOnce: 512,
    ...more,
    now: () => Date.parse('2026-11-30T12:00:00.240Z'),
    send: async (message) => {
      if (answer.failure === undefined) messages.push(message)
      return answer
    },
  })
  const spans = async (): Promise<readonly SentSpan[]> => {
    await traces.flush()
    return messages.flatMap((message) => {
      expect(faultOf('/v1/traces', message)).toBeUndefined()
      return (message as Sent).resourceSpans[0].scopeSpans[0].spans
    })
  }
  const answered = (given: Exported) => {
    answer = given
  }
  return { traces, messages, spans, answered }
}

interface Sent {
  readonly resourceSpans: [
    {
      readonly resource: { readonly attributes: readonly object[] }
      readonly scopeSpans: [{ readonly spans: readonly SentSpan[] }]
    },
  ]
}

it('a request and the calls that it made are one trace', async () => {
  const { traces, spans, messages } = collecting()
  traces.observe(upstream('request-1'))
  traces.observe(request())
  const [server, call] = await spans()
  expect(server).toMatchObject({
    traceId: expect.stringMatching(/^[\da-f]{32}$/),
    spanId: expect.stringMatching(/^[\da-f]{16}$/),
    name: 'PATCH /clients/{clientId}',
    kind: 2,
    startTimeUnixNano: '1796040000150000000',
    endTimeUnixNano: '1796040000250000000',
    status: {},
  })
  expect(server?.parentSpanId).toBeUndefined()
  expect(server?.attributes).toContainEqual({
    key: 'http.response.status_code',
    value: { intValue: '200' },
  })
  expect(call).toMatchObject({
    traceId: server?.traceId,
    parentSpanId: server?.spanId,
    name: 'auth0 patchClient',
    kind: 3,
    startTimeUnixNano: '1796040000200000000',
  })
  expect((messages[0] as Sent).resourceSpans[0].resource.attributes).toEqual([
    { key: 'service.name', value: { stringValue: 'clientry' } },
  ])
})

it('a request goes on with the trace of its caller, where that one is recorded', async () => {
  const { traces, spans } = collecting({ ratio: 0 })
  const [trace, parent] = ['a'.repeat(32), 'b'.repeat(16)]
  traces.observe(request({ traceParent: `00-${trace}-${parent}-01` }))
  traces.observe(request({ traceParent: `00-${trace}-${parent}-00` }))
  traces.observe(request({ traceParent: `00-${'0'.repeat(32)}-${parent}-01` }))
  traces.observe(request())
  expect(await spans()).toMatchObject([{ traceId: trace, parentSpanId: parent }])
})

it('a sampler that is not parent-based decides by itself, in the trace of the caller', async () => {
  const [trace, parent] = ['a'.repeat(32), 'b'.repeat(16)]
  for (const flags of ['00', '01']) {
    const all = collecting({ ratio: 1, isParentBased: false })
    all.traces.observe(request({ traceParent: `00-${trace}-${parent}-${flags}` }))
    expect(await all.spans()).toMatchObject([{ traceId: trace, parentSpanId: parent }])
    const none = collecting({ ratio: 0, isParentBased: false })
    none.traces.observe(request({ traceParent: `00-${trace}-${parent}-${flags}` }))
    expect(await none.spans()).toEqual([])
  }
})

it('what the collector may take later is sent again, and what it refuses is not', async () => {
  const { traces, spans, answered } = collecting()
  traces.observe(request())
  answered({ failure: '503', mayBeSentAgain: true })
  expect(await traces.flush()).toMatchObject({ failure: '503' })
  answered({})
  expect(await spans()).toHaveLength(1)
  traces.observe(request())
  answered({ failure: '400', mayBeSentAgain: false })
  expect(await traces.flush()).toMatchObject({ failure: '400' })
  answered({})
  expect(await spans()).toHaveLength(1)
})

it('a fault of the server is an error, and a call of no request a trace of its own', async () => {
  const { traces, spans } = collecting()
  traces.observe(request({ status: 503, code: 'store_unavailable' }))
  traces.observe(upstream())
  expect(await spans()).toMatchObject([{ status: { code: 2 } }, { name: 'auth0 patchClient' }])
})

it('what cannot be sent does not pile up', async () => {
  const { traces, spans } = collecting()
  for (let count = 0; count < 3_000; count += 1) traces.observe(request())
  expect((await spans()).length).toBe(2_048)
})
