/** Messages that Node takes, or refuses without a body: on real sockets, with the real application. */

import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headersOfRefusals } from '../src/http/cors.ts'
import { MAX_HEADER_BYTES } from '../src/http/wire/message.ts'
import { createNodeServer, type NodeServer } from '../src/node/node-server.ts'
import { startWorld, type World } from './contract/world.ts'

const CLIENT = '/clients/exampleClientId'

let world: World
let server: NodeServer
let port: number
let token: string
let mounted = 0

beforeAll(async () => {
  world = await startWorld()
  const handler = (_: unknown, outgoing: { end(text: string): void }) => {
    mounted += 1
    outgoing.end('mounted')
  }
  server = createNodeServer(world.clientry.app, {
    headers: headersOfRefusals(['https://app.example.com']),
    mounts: [{ prefix: '/oidc', handler }],
  })
  port = await server.listen(0, '127.0.0.1')
  token = await world.token()
})
afterAll(async () => {
  await server.close(0)
  await world.close()
})

/** Everything that comes back, until it is enough or the server closes. */
async function raw(text: string, isEnough: (got: string) => boolean = () => false) {
  const socket = net.connect({ port, host: '127.0.0.1' })
  socket.write(text)
  let got = ''
  for await (const chunk of socket) {
    got += String(chunk)
    if (isEnough(got)) break
  }
  socket.destroy()
  return got
}

const head = (...lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\n`

function parts(answer: string) {
  const [top = '', body = ''] = answer.split('\r\n\r\n')
  const [line = '', ...rest] = top.split('\r\n')
  const headers = Object.fromEntries(rest.map((one) => one.toLowerCase().split(/: (.*)/, 2)))
  return { status: Number(line.split(' ')[1]), headers, body: JSON.parse(body) }
}

describe('an answer with the body and the headers of every other one', () => {
  it.each([
    ['two Host', 400, ['GET /healthz HTTP/1.1', 'host: a', 'host: b']],
    ['two equal Host', 400, ['GET /healthz HTTP/1.1', 'host: a', 'Host: a']],
    ['two Host from HTTP/1.0', 400, ['GET /healthz HTTP/1.0', 'host: a', 'host: b']],
    ['no Host', 400, ['GET /healthz HTTP/1.1']],
    ['a Host with a user', 400, ['GET /healthz HTTP/1.1', 'host: a@b']],
    ['a Host with a path', 400, ['GET /healthz HTTP/1.1', 'host: a/b']],
    ['no Host, at a mounted path', 400, ['GET /oidc/auth HTTP/1.1']],
    ['an unknown Expect', 417, ['PATCH /clients/a HTTP/1.1', 'host: a', 'expect: 200-ok']],
    ['HTTP/2.0', 505, ['GET /healthz HTTP/2.0', 'host: a']],
    ['HTTP/9.9', 505, ['GET /healthz HTTP/9.9', 'host: a']],
    ['gzip', 501, ['POST /clients HTTP/1.1', 'host: a', 'transfer-encoding: gzip, chunked']],
  ])('comes for %s', async (_, status, lines) => {
    const answer = parts(await raw(head(...lines)))
    expect(answer).toMatchObject({
      status,
      body: { error: expect.stringMatching(/\.$/), code: 'invalid_request' },
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': expect.any(String),
        connection: 'close',
      },
    })
    expect(answer.body).toHaveProperty('requestId')
    expect(mounted).toBe(0)
  })

  const long = 'x'.repeat(MAX_HEADER_BYTES)
  it.each([
    ['a long query', [`GET /clients?filter=name:${long} HTTP/1.1`, 'host: a']],
    ['a long path', [`GET /clients/${long} HTTP/1.1`, 'host: a']],
    ['one long header', ['GET /clients HTTP/1.1', 'host: a', `if-none-match: "${long}"`]],
    [
      'many headers',
      [
        'GET /clients HTTP/1.1',
        'host: a',
        ...Array.from({ length: 1_700 }, (_, n) => `x-${n}: aaaaaa`),
      ],
    ],
    ['a long path of what is mounted', [`GET /oidc/${long} HTTP/1.1`, 'host: a']],
  ])('comes for %s, and says how much is taken', async (_, lines) => {
    const answer = parts(await raw(head(...lines)))
    expect(answer).toMatchObject({
      status: 431,
      body: { error: expect.stringContaining('16384 bytes'), code: 'invalid_request' },
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.any(String),
        'x-request-id': 'none',
        vary: 'origin',
        connection: 'close',
      },
    })
    expect(mounted).toBe(0)
  })

  it('is no refusal of what the description allows of a query, as ASCII', async () => {
    const filter = Array.from({ length: 8 }, () => `name:${'x'.repeat(255)}`).join()
    const query = `filter=${filter}&q=${'%20'.repeat(200)}&cursor=${'A'.repeat(4_000)}`
    const lines = [`GET /clients?${query} HTTP/1.1`, 'host: a', 'connection: close']
    expect(await raw(head(...lines))).toMatch(/^HTTP\/1\.1 401 /)
  })

  it('is no refusal where HTTP/1.0 brings no Host, or any one that can be', async () => {
    expect(await raw(head('GET /healthz HTTP/1.0'))).toMatch(/^HTTP\/1\.1 200 /)
    for (const host of ['', 'a:80', '[::1]:8787', 'ex%20ample.com', '127.0.0.1']) {
      const lines = ['GET /healthz HTTP/1.1', `host: ${host}`, 'connection: close']
      expect(await raw(head(...lines))).toMatch(/^HTTP\/1\.1 200 /)
    }
  })
})

describe('Expect: 100-continue', () => {
  const waiting = (...lines: readonly string[]) =>
    head(...lines, 'host: a', 'expect: 100-continue', 'content-length: 25')
  const bearer = () => `authorization: Bearer ${token}`
  const json = 'content-type: application/json'

  it.each([
    ['no token', 401, () => [`PATCH ${CLIENT} HTTP/1.1`, json]],
    ['no such path', 404, () => ['PATCH /nowhere HTTP/1.1', json]],
    ['another method', 405, () => [`TRACE ${CLIENT} HTTP/1.1`]],
    ['an unknown query', 400, () => [`PATCH ${CLIENT}?dryrun=true HTTP/1.1`, bearer(), json]],
    ['another type', 415, () => [`PATCH ${CLIENT} HTTP/1.1`, bearer(), 'content-type: text/csv']],
    ['a condition', 400, () => ['POST /clients HTTP/1.1', bearer(), json, 'if-match: *']],
  ])('has its final status at once for %s', async (_, status, lines) => {
    const answer = await raw(waiting(...lines()), (got) => got.includes('requestId'))
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })

  it('has its final status at once for a body that is announced as too large', async () => {
    const lines = [`PATCH ${CLIENT} HTTP/1.1`, bearer(), json, 'host: a', 'expect: 100-continue']
    const answer = await raw(head(...lines, 'content-length: 999999999'), (got) =>
      got.includes('requestId'),
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('may go on where nothing speaks against it', async () => {
    const socket = net.connect({ port, host: '127.0.0.1' })
    socket.write(waiting(`PATCH ${CLIENT} HTTP/1.1`, bearer(), json, 'connection: close'))
    let got = ''
    for await (const chunk of socket) {
      const before = got
      got += String(chunk)
      if (before === '') {
        expect(got).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
        socket.write('{"client":{"name":"Sen"}}')
      }
    }
    expect(got).toMatch(/HTTP\/1\.1 200 OK\r\n.*"name":"Sen"/s)
  })

  it('reaches what is mounted', async () => {
    const lines = ['POST /oidc/token HTTP/1.1', 'connection: close']
    const answer = await raw(waiting(...lines), (got) => got.includes('mounted'))
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  })
})
