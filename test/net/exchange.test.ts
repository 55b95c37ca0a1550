/** One request and its answer: whether it was sent is known, and it ends in time. */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { exchange } from '../../src/net/exchange.ts'

let server: Server | undefined

async function listen(answer: RequestListener): Promise<string> {
  const started = createServer(answer)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`
}

function stop(): Promise<void> {
  server?.closeAllConnections()
  return new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()))
}

afterEach(stop)

const post = (url: string) => ({ method: 'POST', url, headers: {}, body: '{}' })

it('gives the answer whatever its status', async () => {
  const url = await listen((_, response) =>
    response.writeHead(503, { 'retry-after': '7' }).end('ö'),
  )
  expect(await exchange(post(url), 1_000, { sent: false })).toMatchObject({
    status: 503,
    headers: { 'retry-after': '7' },
    text: 'ö',
  })
})

it('knows that nothing was sent where no one listens', async () => {
  const url = await listen(() => {})
  await stop()
  const progress = { sent: false }
  await expect(exchange(post(url), 1_000, progress)).rejects.toThrow('ECONNREFUSED')
  expect(progress.sent).toBe(false)
})

it('knows that a request was sent whose answer is lost, on a new and on a used connection', async () => {
  let calls = 0
  const url = await listen((request, response) => {
    calls += 1
    if (calls === 2) response.end()
    else request.socket.resetAndDestroy()
  })
  const first = { sent: false }
  await expect(exchange(post(url), 1_000, first)).rejects.toThrow()
  await exchange(post(url), 1_000, { sent: false })
  const third = { sent: false }
  await expect(exchange(post(url), 1_000, third)).rejects.toThrow()
  expect([first.sent, third.sent]).toEqual([true, true])
})

it('ends in time where no answer comes, or none comes to its end', async () => {
  const silent = await listen(() => {})
  const progress = { sent: false }
  await expect(exchange(post(silent), 50, progress)).rejects.toThrow('timeout')
  expect(progress.sent).toBe(true)
  await stop()
  const endless = await listen((_, response) => response.write('{'))
  await expect(exchange(post(endless), 50, { sent: false })).rejects.toThrow()
})

it('refuses an answer that is cut, or larger than any can be', async () => {
  const cut = await listen((_, response) => {
    response.writeHead(200, { 'content-length': 9 })
    response.write('{', () => response.destroy())
  })
  await expect(exchange(post(cut), 1_000, { sent: false })).rejects.toThrow()
  await stop()
  const large = await listen((_, response) => response.end(Buffer.alloc(9 * 1024 * 1024)))
  await expect(exchange(post(large), 5_000, { sent: false })).rejects.toThrow('too large')
})
