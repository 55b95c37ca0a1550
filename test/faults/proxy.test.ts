/**
 * The fault proxy itself: what the caller sees of each fault, and whether the request got through. The
 * same error on the caller's side stands for both, which is why an outcome has to be read back.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { exchange } from '../../src/net/exchange.ts'
import { eventually } from '../eventually.ts'
import { type FaultProxy, PROXY_FAULTS, type ProxyFault, startFaultProxy } from './proxy.ts'

/** A server that counts the requests which reached it whole. */
async function startCounting() {
  const applied: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    applied.push(Buffer.concat(chunks).toString())
    const text = JSON.stringify({ answered: 'x'.repeat(200) })
    response.writeHead(200, { 'content-length': text.length })
    response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, applied, close: () => new Promise((resolve) => server.close(resolve)) }
}

let upstream: Awaited<ReturnType<typeof startCounting>>
let proxy: FaultProxy

beforeEach(async () => {
  upstream = await startCounting()
  proxy = await startFaultProxy(upstream.url)
})
afterEach(async () => {
  await proxy.close()
  await upstream.close()
})

const BODY = 'a change'.repeat(50)

/** What the caller sees: the status, or the error's code or message. */
const send = (timeoutMs: number, path = '/change') =>
  exchange({ method: 'PATCH', url: `${proxy.url}${path}`, headers: {}, body: BODY }, timeoutMs, {
    sent: false,
  }).then(
    ({ status }) => status,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )

/** A time-out that nothing but a stall meets, and one that only a stall is to meet (milliseconds). */
const LONG = 15_000
const SHORT = 500
const HOUR_MS = 3_600_000

interface Row {
  readonly fault: ProxyFault
  readonly timeoutMs: number
  readonly seen: number | string
  readonly applied: boolean
}

const ROWS: readonly Row[] = [
  { fault: { kind: 'reset_on_connect' }, timeoutMs: LONG, seen: 'ECONNRESET', applied: false },
  { fault: { kind: 'reset_before' }, timeoutMs: LONG, seen: 'ECONNRESET', applied: false },
  { fault: { kind: 'reset_after' }, timeoutMs: LONG, seen: 'ECONNRESET', applied: true },
  { fault: { kind: 'stall_before' }, timeoutMs: SHORT, seen: 'timeout', applied: false },
  { fault: { kind: 'stall_after' }, timeoutMs: SHORT, seen: 'timeout', applied: true },
  { fault: { kind: 'cut_request' }, timeoutMs: LONG, seen: 'ECONNRESET', applied: false },
  { fault: { kind: 'cut_answer' }, timeoutMs: LONG, seen: 'ECONNRESET', applied: true },
  {
    fault: { kind: 'drip_answer', delayMs: HOUR_MS },
    timeoutMs: SHORT,
    seen: 'timeout',
    applied: true,
  },
  { fault: { kind: 'drip_answer', delayMs: 200 }, timeoutMs: LONG, seen: 200, applied: true },
  {
    fault: { kind: 'garbage_status' },
    timeoutMs: LONG,
    seen: 'HPE_INVALID_CONSTANT',
    applied: true,
  },
  { fault: { kind: 'delay', delayMs: 100 }, timeoutMs: LONG, seen: 200, applied: true },
]

it.each(ROWS)(
  '$fault.kind with $timeoutMs ms: the caller sees $seen, applied: $applied',
  async ({ fault, timeoutMs, seen, applied }) => {
    proxy.spoil(fault)
    expect(await send(timeoutMs)).toBe(seen)
    // A stalled request is given up by the caller before or after it was applied; the proxy knows.
    await eventually(() => expect(upstream.applied).toEqual(applied ? [BODY] : []))
    expect(proxy.forwarded()).toBe(applied ? 1 : 0)
    expect([...proxy.met]).toEqual([[fault.kind, 1]])
    // It is used up: the next request passes, on a connection that works.
    expect(await send(LONG)).toBe(200)
  },
)

it('has a row for every fault', () => {
  expect(new Set(ROWS.map(({ fault }) => fault.kind))).toEqual(new Set(PROXY_FAULTS))
})

it('spoils only the requests that the fault chooses, and as many as it says', async () => {
  proxy.spoil({ kind: 'reset_after', when: ({ target }) => target === '/chosen', times: 2 })
  expect(await send(LONG, '/other')).toBe(200)
  expect(await send(LONG, '/chosen')).toBe('ECONNRESET')
  expect(await send(LONG, '/chosen')).toBe('ECONNRESET')
  expect(await send(LONG, '/chosen')).toBe(200)
  expect(proxy.met.get('reset_after')).toBe(2)
})
