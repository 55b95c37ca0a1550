/** Streams the progress of a job as server-sent events: over a socket of the Node server, and from Lambda. */

import http from 'node:http'
import { describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createLambdaHandler } from '../../src/lambda/lambda-event.ts'
import type { NodeServer } from '../../src/node/node-server.ts'
import { onFresh } from '../fixtures/opened.ts'
import { served } from '../fixtures/served.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

interface Event {
  readonly id: number
  readonly data: JsonObject
}

let world: JobWorld
let server: NodeServer
let url: string

const it = onFresh(
  () => served(startJobWorld(6)),
  (opened) => {
    ;({ world, server, url } = opened)
  },
)

async function submit(more: JsonObject = {}): Promise<string> {
  const clients = world.ids.map((id) => ({ id }))
  const body = { clients, patch: { description: 'Changed by a job' }, ...more }
  return String((await world.send('POST', '/jobs', body)).body.id)
}

interface Listening {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** Everything that was received, once the server has ended it. */
  readonly whole: Promise<string>
  /** Resolves when so many events have come. */
  reach(events: number): Promise<readonly Event[]>
  leave(): void
}

async function listen(id: string, lastEventId?: number, method = 'GET'): Promise<Listening> {
  const authorization = `Bearer ${await world.token()}`
  const last = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }
  return new Promise((resolve, reject) => {
    const request = http.get(
      `${url}/jobs/${id}/events`,
      { method, headers: { authorization, ...last } },
      (response) => {
        let text = ''
        let look = () => {}
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          look()
        })
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          whole: new Promise((end) => response.once('close', () => end(text))),
          reach: (events) =>
            new Promise((reached) => {
              look = () => {
                if (eventsOf(text).length >= events) reached(eventsOf(text))
              }
              look()
            }),
          leave: () => request.destroy(),
        })
      },
    )
    request.once('error', reject)
  })
}

function eventsOf(text: string): readonly Event[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .filter((part) => part.startsWith('id: '))
    .map((part) => {
      const [, id, data] = /^id: (\d+)\nevent: progress\ndata: (.*)$/.exec(part) ?? []
      return { id: Number(id), data: JSON.parse(data ?? '') as JsonObject }
    })
}

describe('GET /jobs/{jobId}/events', () => {
  it('shows how it stands, then every step with its results, and ends with the job', async () => {
    const id = await submit({ autoStart: true, canary: { share: 0.01, thenPause: true } })
    await world.until(id, 'paused')
    const listening = await listen(id)
    expect(listening.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const [now] = await listening.reach(1)
    expect(now?.data).toMatchObject({ state: 'paused', counts: { applied: 1, left: 5 } })
    await world.send('POST', `/jobs/${id}/resume`)
    const events = eventsOf(await listening.whole)
    expect(events.at(-1)?.data).toMatchObject({ state: 'done', counts: { applied: 6, left: 0 } })
    const results = events.flatMap(({ data }) => (data.results ?? []) as JsonObject[])
    expect(results.filter(({ item }) => item !== 0)).toHaveLength(5)
    expect(events.map((event) => event.id)).toEqual(
      [...events].map((event) => event.id).sort((one, other) => one - other),
    )
  })

  it('goes on after the last one that was seen, and all begins with 0', async () => {
    const id = await submit({ autoStart: true })
    await world.until(id, 'done')
    const all = eventsOf(await (await listen(id, 0)).whole)
    expect(all[0]).toMatchObject({ id: 1, data: { state: 'submitted' } })
    const results = all.flatMap(({ data }) => (data.results ?? []) as JsonObject[])
    expect(results.map(({ item }) => Number(item)).sort()).toEqual([0, 1, 2, 3, 4, 5])
    const seen = all[2]?.id ?? 0
    expect(eventsOf(await (await listen(id, seen)).whole)).toEqual(all.slice(3))
  })

  it('says not to come back to a reader who has seen the end', async () => {
    const id = await submit({ autoStart: true })
    await world.until(id, 'done')
    const all = eventsOf(await (await listen(id, 0)).whole)
    const again = await listen(id, all.at(-1)?.id)
    expect([again.status, await again.whole]).toEqual([204, ''])
    expect(again.headers['content-length']).toBeUndefined()
  })

  it('holds up no end of the server, and outlives readers that go away', async () => {
    const id = await submit()
    await world.until(id, 'planned')
    const gone = await listen(id)
    await gone.reach(1)
    gone.leave()
    const staying = await listen(id)
    await staying.reach(1)
    await server.close(60_000)
    expect(eventsOf(await staying.whole)).toHaveLength(1)
  })

  it('answers a HEAD without a stream', async () => {
    const id = await submit()
    const head = await listen(id, undefined, 'HEAD')
    expect([head.status, await head.whole]).toEqual([200, ''])
  })

  it('refuses an id that is none', async () => {
    const id = await submit()
    const headers = { 'last-event-id': 'x' }
    const answer = await world.send('GET', `/jobs/${id}/events`, undefined, { headers })
    expect(answer.body).toMatchObject({ code: 'invalid_request', field: 'Last-Event-ID' })
  })

  it('gives on Lambda what there is, and ends', async () => {
    const id = await submit()
    await world.until(id, 'planned')
    const handler = createLambdaHandler(world.clientry.app)
    const headers = { authorization: `Bearer ${await world.token()}` }
    const path = `/jobs/${id}/events`
    const event = {
      version: '2.0',
      rawPath: path,
      headers,
      requestContext: { http: { method: 'GET' } },
    }
    const { statusCode, body } = await handler(event)
    expect(statusCode).toBe(200)
    expect(eventsOf(body)).toMatchObject([{ data: { state: 'planned' } }])
  })
})
