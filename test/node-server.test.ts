/** The Node server on real sockets: slow, oversized, broken and vanishing senders, and an orderly end. */

import http from 'node:http'
import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type App, type HttpRequest, MAX_BODY_BYTES } from '../src/http/wire/message.ts'
import {
  createNodeServer,
  type NodeServer,
  type NodeServerOptions,
} from '../src/node/node-server.ts'

const running: NodeServer[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ close }) => close(0)))
})

interface Started {
  readonly port: number
  readonly seen: HttpRequest[]
  readonly server: NodeServer
}

const answerOk: App = async ({ body }) => ({
  status: body === 'too_large' ? 413 : 200,
  headers: { 'content-type': 'application/json' },
  body: '{"error":"none"}',
})

async function start(options: NodeServerOptions = {}, app: App = answerOk): Promise<Started> {
  const seen: HttpRequest[] = []
  const server = createNodeServer((request) => {
    seen.push(request)
    return app(request)
  }, options)
  running.push(server)
  return { port: await server.listen(0, '127.0.0.1'), seen, server }
}

/** A socket with everything it got, and how it ended. */
function dial(port: number) {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const got: Buffer[] = []
  const errors: string[] = []
  socket.on('data', (chunk: Buffer) => got.push(chunk))
  socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''))
  // Half-open, so that the test decides when its side ends.
  const ended = new Promise<void>((resolve) => {
    socket.once('end', resolve)
    socket.once('close', () => resolve())
  })
  ended.then(() => socket.end())
  return { socket, errors, ended, text: () => Buffer.concat(got).toString() }
}

/** Sends the text as it is, and gives everything that comes until the server closes. */
async function raw(port: number, text: string): Promise<string> {
  const { socket, ended, text: got } = dial(port)
  socket.write(text)
  await ended
  return got()
}

const get = (target: string, ...headers: readonly string[]) =>
  `${[`GET ${target} HTTP/1.1`, 'host: a', 'connection: close', ...headers].join('\r\n')}\r\n\r\n`
const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))

describe('a request', () => {
  it.each([
    ['/clients/a?x=1', '/clients/a', 'x=1'],
    ['/clients/%2e%2e?', '/clients/%2e%2e', ''],
    ['/clients/a?x?y=%20', '/clients/a', 'x?y=%20'],
    ['//evil.example/clients/a', '//evil.example/clients/a', ''],
    ['http://evil.example/clients/a?x', '/clients/a', 'x'],
    ['https://user@evil.example:1?x', '/', 'x'],
    ['http://evil.example', '/', ''],
    ['/clients/../healthz', '/clients/../healthz', ''],
    ['/base/clients/a', '/clients/a', ''],
    ['/base', '/', ''],
    ['/basement', '/basement', ''],
  ])('for %s has the path %s and the query %j', async (target, path, query) => {
    const { port, seen } = await start({ basePath: '/base' })
    await raw(port, get(target))
    expect(seen[0]).toMatchObject({ method: 'GET', path, query, body: undefined })
  })

  it('keeps every value of a doubled header', async () => {
    const { port, seen } = await start()
    const doubled = ['Authorization: Bearer a', 'authorization: Bearer b', 'If-Match: "a"']
    await raw(
      port,
      get('/clients/a', ...doubled, 'if-match: "b"', 'content-type: a/b', 'Content-Type: c/d'),
    )
    expect(seen[0]?.headers).toMatchObject({
      authorization: ['Bearer a', 'Bearer b'],
      'if-match': ['"a"', '"b"'],
      'content-type': ['a/b', 'c/d'],
    })
  })

  it('with HEAD is a GET whose answer has its length and no body', async () => {
    const { port, seen } = await start()
    const answer = await raw(port, get('/healthz').replace('GET', 'HEAD'))
    expect(seen[0]?.method).toBe('GET')
    expect(answer).toContain('content-length: 16')
    expect(answer.endsWith('\r\n\r\n')).toBe(true)
  })

  it('has its body whole, however it is cut into pieces', async () => {
    const { port, seen } = await start()
    const { socket, ended } = dial(port)
    socket.write('PATCH /clients/a HTTP/1.1\r\nhost: a\r\nconnection: close\r\n')
    socket.write('transfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n')
    await new Promise(setImmediate)
    socket.write('4\r\n":1}\r\n0\r\n\r\n')
    await ended
    expect(Buffer.from(seen[0]?.body as Uint8Array).toString()).toBe('{"a":1}')
  })

  it('to a mounted prefix goes to its handler untouched', async () => {
    const asked: (string | undefined)[] = []
    const handler: http.RequestListener = (incoming, outgoing) => {
      asked.push(incoming.url)
      outgoing.end('mounted')
    }
    const { port, seen } = await start({ mounts: [{ prefix: '/oidc', handler }] })
    expect(await raw(port, get('/oidc/auth?x=1'))).toContain('mounted')
    expect(await raw(port, get('/oidc'))).toContain('mounted')
    expect(await raw(port, get('/oidcx'))).not.toContain('mounted')
    expect(asked).toEqual(['/oidc/auth?x=1', '/oidc'])
    expect(seen.map(({ path }) => path)).toEqual(['/oidcx'])
  })
})

describe('a body that is too large', () => {
  const LARGE = 24 * 1024 * 1024
  const PIECE = Buffer.alloc(65_536, 0x20)

  /** Sends pieces until the server has heard enough, as a client does that looks up only at the end. */
  async function flood(port: number, head: string, wrap: (piece: Buffer) => Buffer) {
    const call = dial(port)
    call.socket.write(`PATCH /clients/a HTTP/1.1\r\nhost: a\r\n${head}\r\n\r\n`)
    for (let sent = 0; sent < LARGE && !call.socket.destroyed; sent += PIECE.length) {
      if (!call.socket.write(wrap(PIECE))) {
        await Promise.race([new Promise((resume) => call.socket.once('drain', resume)), call.ended])
      }
    }
    return call
  }

  it('is answered with 413 although its sender goes on, and the connection is closed', async () => {
    const { port, seen } = await start()
    const { ended, errors, text } = await flood(port, `content-length: ${LARGE}`, (piece) => piece)
    await ended
    expect(text()).toMatch(/^HTTP\/1\.1 413 /)
    expect(text().toLowerCase()).toContain('connection: close')
    expect(errors).toEqual([])
    expect(seen).toHaveLength(1)
    expect(seen[0]?.body).toBe('too_large')
  })

  it('is counted when it is chunked', async () => {
    const { port, seen } = await start()
    const chunk = (piece: Buffer) =>
      Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')])
    const call = await flood(port, 'transfer-encoding: chunked', chunk)
    call.socket.write('0\r\n\r\n')
    await call.ended
    expect(call.text()).toMatch(/^HTTP\/1\.1 413 /)
    expect(call.errors).toEqual([])
    expect(seen[0]?.body).toBe('too_large')
  })

  it('is refused before it is sent where its length is announced', async () => {
    const { port } = await start()
    const { socket, text } = dial(port)
    socket.write(`PATCH / HTTP/1.1\r\nhost: a\r\ncontent-length: ${MAX_BODY_BYTES + 1}\r\n\r\n`)
    await expect.poll(text).toMatch(/^HTTP\/1\.1 413 .*"error"/s)
    socket.destroy()
  })

  it('is one byte more than what is taken', async () => {
    const { port, seen } = await start()
    for (const length of [MAX_BODY_BYTES, MAX_BODY_BYTES + 1]) {
      const head = `PATCH / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: ${length}`
      await raw(port, `${head}\r\n\r\n${' '.repeat(length)}`)
    }
    expect(seen.map(({ body }) => (body === 'too_large' ? body : body?.length))).toEqual([
      MAX_BODY_BYTES,
      'too_large',
    ])
  })
})

describe('a sender that is refused before there is a request', () => {
  const slow = { headersTimeoutMs: 100, requestTimeoutMs: 200 }

  it.each([
    ['slow headers', 'GET / HTTP/1.1\r\nhost: a\r\nx-slow'],
    ['nothing at all after the first byte', 'G'],
    ['a slow body', 'PATCH / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n12'],
    ['a slow chunk', 'PATCH / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12'],
  ])('for %s gets 408 and loses the socket', async (_, text) => {
    const { port, seen } = await start(slow)
    const answer = await raw(port, text)
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(bodyOf(answer)).toMatchObject({ error: 'The request did not arrive in time.' })
    expect(seen).toEqual([])
  })

  it('is cut even when it keeps its own side open, 50 at a time', async () => {
    const { port, server } = await start(slow)
    const calls = Array.from({ length: 50 }, () => {
      const call = dial(port)
      call.socket.write('PATCH / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n')
      return call
    })
    await Promise.all(calls.map(({ ended }) => ended))
    const open = () =>
      new Promise<number>((resolve) => server.server.getConnections((_, count) => resolve(count)))
    await expect.poll(open).toBe(0)
  })

  it('for headers of 20 kB gets 431', async () => {
    const { port } = await start()
    const answer = await raw(port, get('/', `x-large: ${'x'.repeat(20_000)}`))
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(bodyOf(answer)).toHaveProperty('error')
  })

  it.each([
    ['no HTTP', '\x16\x03\x01 hello\r\n\r\n'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a folded header', 'GET / HTTP/1.1\r\nhost: a\r\nx-a: b\r\n c\r\n\r\n'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nhost : a\r\n\r\n'],
  ])('for %s gets 400', async (_, text) => {
    const { port, seen } = await start()
    const answer = await raw(port, text)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(seen).toEqual([])
  })
})

describe('a sender that goes away', () => {
  it('early, at any point, leaves the server as it was', async () => {
    const { port } = await start({}, async (request) => {
      await new Promise(setImmediate)
      return answerOk(request)
    })
    const whole = 'PATCH /clients/a HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n12345'
    const cuts = Array.from({ length: whole.length }, (_, index) => index + 1)
    await Promise.all(
      cuts.map(async (cut) => {
        const { socket } = dial(port)
        await new Promise((resolve) => socket.once('connect', resolve))
        socket.write(whole.slice(0, cut), () =>
          cut % 2 === 0 ? socket.resetAndDestroy() : socket.destroy(),
        )
        await new Promise((resolve) => socket.once('close', resolve))
      }),
    )
    expect(await raw(port, get('/'))).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('while a large answer is on its way leaves the server as it was', async () => {
    const large: App = async () => ({ status: 200, headers: {}, body: 'x'.repeat(20_000_000) })
    const { port } = await start({}, large)
    const { socket } = dial(port)
    socket.write(get('/'))
    await new Promise((resolve) => socket.once('data', resolve))
    socket.resetAndDestroy()
    await new Promise((resolve) => socket.once('close', resolve))
    expect(await raw(port, get('/'))).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('an application that fails against its promise', () => {
  it.each<[string, App]>([
    ['by rejecting', () => Promise.reject(new Error('canary'))],
    [
      'by throwing',
      () => {
        throw new Error('canary')
      },
    ],
  ])('%s is answered with 500 and nothing of the fault', async (_, app) => {
    const { port } = await start({}, app)
    const answer = await raw(port, get('/'))
    expect(answer).toMatch(/^HTTP\/1\.1 500 /)
    expect(answer).not.toContain('canary')
  })
})

describe('the end', () => {
  it('lets running requests finish, takes no new ones, and does not wait for kept connections', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { port, seen, server } = await start({}, async (request) => {
      await held
      return answerOk(request)
    })
    const agent = new http.Agent({ keepAlive: true })
    const status = new Promise<number | undefined>((resolve, reject) => {
      const request = http.get({ port, host: '127.0.0.1', agent }, (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode))
      })
      request.once('error', reject)
    })
    await expect.poll(() => seen.length).toBe(1)
    const idle = dial(port)
    await new Promise((resolve) => idle.socket.once('connect', resolve))
    const started = performance.now()
    const closed = server.close(90_000)
    await expect(raw(port, get('/'))).resolves.toBe('')
    release()
    expect(await status).toBe(200)
    await closed
    expect(performance.now() - started).toBeLessThan(60_000)
    agent.destroy()
  })

  it('cuts what runs longer than the grace', async () => {
    const { port, seen, server } = await start({}, () => new Promise(() => {}))
    const { socket, ended, text } = dial(port)
    socket.write(get('/'))
    await expect.poll(() => seen.length).toBe(1)
    await server.close(50)
    await ended
    expect(text()).toBe('')
  })

  it('can be asked for twice', async () => {
    const { server } = await start()
    await Promise.all([server.close(50), server.close(50)])
    await server.close(50)
  })

  it('reports that the port is taken', async () => {
    const { port } = await start()
    const second = createNodeServer(answerOk)
    await expect(second.listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
