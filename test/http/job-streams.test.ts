/**
 * Many event streams at once: they share the reading of a job's log, leave turns of the event loop to
 * others, and one caller has a bounded number of them. Over sockets of the Node server.
 */

import http from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Stream } from '../../src/http/wire/message.ts'
import { following } from '../../src/store/log/chain.ts'
import type { JobEntry } from '../../src/store/log/job-entry.ts'
import { jobResource } from '../../src/store/resource.ts'
import type { Store } from '../../src/store/store.ts'
import { served } from '../fixtures/served.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

let world: JobWorld
let port: number
let close: () => Promise<void>
/** Readings of more than the newest entry. */
let readings = 0
let requests: http.ClientRequest[] = []

beforeEach(async () => {
  readings = 0
  requests = []
  const around = (store: Store): Store => ({
    ...store,
    entries: (resource, range) => {
      if (range?.limit !== 1) readings += 1
      return store.entries(resource, range)
    },
  })
  ;({ world, port, close } = await served(startJobWorld(1, { around })))
})
afterEach(async () => {
  for (const request of requests) request.destroy()
  await close()
})

/** A job that has ended, with so many entries in its log. */
async function endedJob(entries: number): Promise<string> {
  const body = { clients: world.ids.map((id) => ({ id })), patch: { description: 'Changed' } }
  const answer = await world.send('POST', '/jobs', { ...body, autoStart: true })
  const id = String(answer.body.id)
  await world.until(id, 'done')
  const { store } = world.clientry.service
  const resource = jobResource(id)
  // Its runner gives it up after the last result.
  await expect
    .poll(async () => ((await store.last(resource)) as JobEntry).progress.claim)
    .toBeUndefined()
  for (;;) {
    const last = (await store.last(resource)) as JobEntry
    if (last.seq >= entries) return id
    const { at, progress } = last
    const claim = { kind: 'job_claim', runner: 'test', until: 0 } as const
    await store.append(following(last, { ...claim, resource, at, progress }))
  }
}

async function open(id: string, options: { after?: number; subject?: string; method?: string }) {
  const { after, subject = 'tester', method = 'GET' } = options
  const authorization = `Bearer ${await world.token([], { sub: subject })}`
  const last = after === undefined ? {} : { 'last-event-id': String(after) }
  const headers = { authorization, ...last }
  return new Promise<{ response: http.IncomingMessage; whole: Promise<string> }>(
    (resolve, reject) => {
      const path = `/jobs/${id}/events`
      const request = http.request({ port, host: '127.0.0.1', path, method, headers })
      requests.push(request)
      request.once('error', reject)
      request.once('response', (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        const whole = new Promise<string>((end) => response.once('close', () => end(text)))
        resolve({ response, whole })
      })
      request.end()
    },
  )
}

const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
const numbers = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)

describe('streams of one job', () => {
  it('share the reading of its log', async () => {
    const id = await endedJob(100)
    readings = 0
    const streams = await Promise.all(
      numbers(1, 40).map((one) => open(id, { after: 0, subject: `reader-${one % 4}` })),
    )
    for (const { whole } of streams) expect(idsIn(await whole)).toEqual(numbers(1, 100))
    // Each of five pages once, and once for a reader, at most, the end, which may have grown.
    expect(readings).toBeLessThanOrEqual(5 + 40)
  })

  it('begin after any event that was seen', async () => {
    const id = await endedJob(65)
    for (const after of [0, 1, 18, 19, 20, 21, 39, 40, 41, 59, 63, 64]) {
      const { whole } = await open(id, { after })
      expect(idsIn(await whole)).toEqual(numbers(after + 1, 65))
    }
  })

  it('leave the turns of the event loop to others between their pages', async () => {
    const id = await endedJob(200)
    const streamOf = async () => {
      const authorization = [`Bearer ${await world.token()}`]
      const headers = { authorization, 'last-event-id': ['0'] }
      const request = { method: 'GET', path: `/jobs/${id}/events`, query: '', headers }
      const answer = await world.clientry.app({
        ...request,
        body: undefined,
        deadline: Date.now() + 20_000,
      })
      return answer.stream as Stream
    }
    const streams = await Promise.all(numbers(1, 10).map(streamOf))
    let turn = 0
    const pages = new Map<number, number>()
    let counting = true
    const count = () => {
      turn += 1
      if (counting) setImmediate(count)
    }
    count()
    await Promise.all(
      streams.map(async (stream) => {
        for await (const _ of stream(new AbortController().signal)) {
          pages.set(turn, (pages.get(turn) ?? 0) + 1)
        }
      }),
    )
    counting = false
    const all = [...pages.values()].reduce((sum, one) => sum + one, 0)
    expect(all).toBeGreaterThanOrEqual(10 * 4)
    expect(Math.max(...pages.values())).toBeLessThanOrEqual(2)
  })
})

describe('one caller', () => {
  async function waitingJob(): Promise<string> {
    const body = { clients: world.ids.map((id) => ({ id })), patch: { description: 'Changed' } }
    const id = String((await world.send('POST', '/jobs', body)).body.id)
    await world.until(id, 'planned')
    return id
  }

  it('has a bounded number of streams, and gets a place back for each that ends', async () => {
    const id = await waitingJob()
    const opened = await Promise.all(numbers(1, 20).map(() => open(id, {})))
    expect(opened.map(({ response }) => response.statusCode)).toEqual(Array(20).fill(200))
    const refused = await open(id, {})
    expect(refused.response.statusCode).toBe(429)
    expect(Number(refused.response.headers['retry-after'])).toBeGreaterThan(0)
    expect(JSON.parse(await refused.whole) as JsonObject).toMatchObject({
      code: 'too_many_requests',
      error: expect.stringContaining('20 event streams'),
    })
    const other = await open(id, { subject: 'someone-else' })
    expect(other.response.statusCode).toBe(200)
    requests[0]?.destroy()
    await expect.poll(async () => (await open(id, {})).response.statusCode).toBe(200)
  })

  it('takes no place with what is not read: a HEAD, or a stream that has ended', async () => {
    const id = await waitingJob()
    for (const _ of numbers(1, 30)) {
      const { response, whole } = await open(id, { method: 'HEAD' })
      expect([response.statusCode, await whole]).toEqual([200, ''])
    }
    const ended = await endedJob(30)
    for (const _ of numbers(1, 30)) {
      const { response, whole } = await open(ended, { after: 0 })
      expect(response.statusCode).toBe(200)
      await whole
    }
  })
})
