/**
 * Pipelines on real sockets: one request of a connection at a time, in order, however the bytes are cut,
 * and nothing that grows for senders that never read.
 */

import net, { type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { App, HttpRequest } from '../../src/http/wire/message.ts'
import {
  createNodeServer,
  type NodeServer,
  type NodeServerOptions,
} from '../../src/node/node-server.ts'
import { runs } from '../property.ts'

const running: NodeServer[] = []
const dialled: Socket[] = []

afterEach(async () => {
  for (const socket of dialled.splice(0)) socket.destroy()
  await Promise.all(running.splice(0).map(({ close }) => close(0)))
})

async function start(app: App, options: NodeServerOptions = {}) {
  const server = createNodeServer(app, options)
  running.push(server)
  const sockets = new Set<Socket>()
  server.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return { port: await server.listen(0, '127.0.0.1'), sockets, server }
}

function dial(port: number) {
  const socket = net.connect({ port, host: '127.0.0.1' })
  dialled.push(socket)
  const got: Buffer[] = []
  socket.on('data', (chunk: Buffer) => got.push(chunk))
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return { socket, closed, text: () => Buffer.concat(got).toString('latin1') }
}

const text = (request: HttpRequest) => `${request.method} ${request.path} ${bodyOf(request)}`
const bodyOf = ({ body }: HttpRequest) =>
  body instanceof Uint8Array ? Buffer.from(body).toString('latin1') : ''
const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`
const ok = (body = '{}') => ({ status: 200, headers: {}, body })
const answersIn = (got: string) => got.match(/HTTP\/1\.1 \d+/g) ?? []

describe('a pipeline', () => {
  it('begins a GET only when the DELETE before it is answered', async () => {
    const begun: string[] = []
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { port } = await start(async (request) => {
      begun.push(text(request))
      if (request.method === 'DELETE') await held
      return ok()
    })
    const { socket, text: got } = dial(port)
    socket.write(get('/0') + get('/1').replace('GET', 'DELETE') + get('/2') + get('/3'))
    await expect.poll(() => begun.length).toBe(2)
    // A server that began it beside the DELETE had begun it by now: another connection is served.
    const other = dial(port)
    other.socket.write(get('/other'))
    await expect.poll(() => answersIn(other.text())).toHaveLength(1)
    expect(begun).toEqual(['GET /0 ', 'DELETE /1 ', 'GET /other '])
    release()
    await expect.poll(() => answersIn(got())).toHaveLength(4)
    expect(begun.slice(3)).toEqual(['GET /2 ', 'GET /3 '])
  })

  const body = fc.oneof(
    fc.constantFrom('', '\r\n\r\n', `\r\n\r\n${get('/smuggled')}`, '0\r\n\r\n', get('/smuggled')),
    fc.string({ maxLength: 40, unit: fc.constantFrom('\r', '\n', 'a', ':', ' ') }),
  )
  const message = fc.record({ body, form: fc.constantFrom('none', 'length', 'chunks', 'trailer') })
  const wire = ({ body, form }: { body: string; form: string }, index: number) => {
    if (form === 'none') return { sent: get(`/${index}`), is: `GET /${index} ` }
    const is = `PATCH /${index} ${body}`
    const head = `PATCH /${index} HTTP/1.1\r\nhost: a\r\n`
    if (form === 'length') {
      return { sent: `${head}content-length: ${body.length}\r\n\r\n${body}`, is }
    }
    const chunk = body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`
    const end = form === 'trailer' ? '0\r\nx-after: 1\r\n\r\n' : '0\r\n\r\n'
    return { sent: `${head}transfer-encoding: chunked\r\n\r\n${chunk}${end}`, is }
  }

  it('gives the same requests, in order and one at a time, however its bytes are cut', async () => {
    let seen: string[] = []
    let [inWork, most] = [0, 0]
    const { port } = await start(async (request) => {
      inWork += 1
      most = Math.max(most, inWork)
      seen.push(text(request))
      await turn()
      inWork -= 1
      return ok()
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
        async (messages, cuts) => {
          seen = []
          most = 0
          const wires = messages.map(wire)
          const bytes = wires.map(({ sent }) => sent).join('')
          const { socket, text: got } = dial(port)
          socket.setNoDelay(true)
          for (let from = 0, cut = 0; from < bytes.length; cut += 1) {
            const size = cuts[cut % cuts.length] ?? 1
            socket.write(bytes.slice(from, from + size), 'latin1')
            from += size
            await turn()
          }
          await expect.poll(() => answersIn(got()), { interval: 2 }).toHaveLength(wires.length)
          socket.destroy()
          expect(seen).toEqual(wires.map(({ is }) => is))
          expect(most).toBe(1)
        },
      ),
      { numRuns: runs(60) },
    )
  })

  it('has mounted handlers wait for their turn as well', async () => {
    const begun: string[] = []
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { port } = await start(
      async (request) => {
        begun.push(text(request))
        return ok()
      },
      {
        mounts: [
          {
            prefix: '/oidc',
            handler: async (incoming, outgoing) => {
              begun.push(`mount ${incoming.url}`)
              await held
              outgoing.end('mounted')
            },
          },
        ],
      },
    )
    const { socket, text: got } = dial(port)
    socket.write(get('/oidc/token') + get('/1') + get('/oidc/me'))
    await expect.poll(() => begun.length).toBe(1)
    const other = dial(port)
    other.socket.write(get('/other'))
    await expect.poll(() => answersIn(other.text())).toHaveLength(1)
    expect(begun).toEqual(['mount /oidc/token', 'GET /other '])
    release()
    await expect.poll(() => answersIn(got())).toHaveLength(3)
    expect(begun.slice(2)).toEqual(['GET /1 ', 'mount /oidc/me'])
  })

  it('with an error in it is refused after the answers to what came before', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const seen: string[] = []
    const { port } = await start(async (request) => {
      seen.push(text(request))
      await held
      return ok('{"changed":true}')
    })
    const { socket, closed, text: got } = dial(port)
    socket.write('PATCH /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n1')
    socket.write('no HTTP at all\r\n\r\n')
    await expect.poll(() => seen).toHaveLength(1)
    release()
    await closed
    expect(answersIn(got())).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(got().indexOf('"changed"')).toBeLessThan(got().indexOf('HTTP/1.1 400'))
  })
})

describe('senders that never read', () => {
  const LARGE = 'x'.repeat(200_000)

  it('hold one request in work and one answer each, and get all of them once they read', async () => {
    const SENDERS = 20
    const EACH = 200
    let [inWork, most, queued, answered] = [0, 0, 0, 0]
    const { port, sockets } = await start(async () => {
      inWork += 1
      most = Math.max(most, inWork)
      queued = Math.max(queued, ...[...sockets].map(({ writableLength }) => writableLength))
      await turn()
      inWork -= 1
      answered += 1
      return ok(LARGE)
    })
    const senders = Array.from({ length: SENDERS }, () => {
      const socket = net.connect({ port, host: '127.0.0.1' })
      dialled.push(socket)
      socket.pause()
      socket.on('error', () => {})
      socket.write(get('/openapi.json').repeat(EACH))
      return socket
    })
    // It stands still: nothing was answered for so many turns, and each has something queued.
    let [still, last] = [0, -1]
    await expect
      .poll(
        () => {
          still = answered === last && answered >= SENDERS ? still + 1 : 0
          last = answered
          return still
        },
        { interval: 20 },
      )
      .toBeGreaterThan(10)
    expect(most).toBeLessThanOrEqual(SENDERS)
    expect(queued).toBeLessThanOrEqual(LARGE.length + 1_000)
    expect(answered).toBeLessThan(SENDERS * EACH)
    // They hold up no one else.
    const other = dial(port)
    other.socket.write(get('/healthz'))
    await expect.poll(() => answersIn(other.text())).toHaveLength(1)
    // What was sent is answered when it is taken.
    const [first] = senders
    let got = 0
    first?.on('data', (chunk: Buffer) => {
      got += chunk.length
    })
    first?.resume()
    await expect.poll(() => got).toBeGreaterThan(LARGE.length * EACH)
  })

  it('lose the connection when an answer is not taken in time', async () => {
    const { port, sockets } = await start(async () => ok('x'.repeat(20_000_000)), {
      connections: { answerTimeoutMs: 100 },
    })
    const { socket } = dial(port)
    socket.pause()
    socket.write(get('/'))
    await expect.poll(() => sockets.size).toBe(1)
    await expect.poll(() => sockets.size).toBe(0)
  })

  it('lose it in the middle of a stream too, and its source ends', async () => {
    let ended = false
    const endless: App = async () => ({
      ...ok(''),
      stream: async function* () {
        try {
          for (;;) yield Buffer.alloc(100_000)
        } finally {
          ended = true
        }
      },
    })
    const { port, sockets } = await start(endless, { connections: { answerTimeoutMs: 100 } })
    const { socket } = dial(port)
    socket.pause()
    socket.write(get('/'))
    await expect.poll(() => sockets.size).toBe(1)
    await expect.poll(() => sockets.size).toBe(0)
    await expect.poll(() => ended).toBe(true)
  })
})

describe('connections', () => {
  it('beyond the bound are closed at once, and there is room again when one ends', async () => {
    let reports = 0
    const onFull = () => {
      reports += 1
    }
    const connections = { maxConnections: 3, onFull }
    const { port, sockets } = await start(async () => ok(), { connections })
    const kept = Array.from({ length: 3 }, () => dial(port))
    await expect.poll(() => sockets.size).toBe(3)
    const refused = dial(port)
    await refused.closed
    expect(refused.text()).toBe('')
    await dial(port).closed
    // Both were refused, and one line says so for a while.
    expect(reports).toBe(1)
    kept[0]?.socket.destroy()
    await expect.poll(() => sockets.size).toBe(2)
    const next = dial(port)
    next.socket.write(get('/'))
    await expect.poll(() => answersIn(next.text())).toHaveLength(1)
  })
})
