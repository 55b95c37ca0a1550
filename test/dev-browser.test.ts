/**
 * The development server and its emulators as a page in the developer's browser reaches them: by a name that
 * was made to lead to this machine, by forms, and from other origins. As processes, over sockets.
 */

import http from 'node:http'
import net from 'node:net'
import { describe, expect } from 'vitest'
import { type DevServer, startDev } from './cli/command-line.ts'
import { onShared } from './fixtures/opened.ts'

let dev: DevServer
const it = onShared(startDev, (opened) => {
  dev = opened
})

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Received {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

/** As `fetch`, which may not set these headers. */
function send(url: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Received> {
  return new Promise((resolve, reject) => {
    const target = new URL(url)
    const options = { port: target.port, host: '127.0.0.1', method }
    const path = target.pathname + target.search
    const request = http.request(
      { ...options, path, headers: { host: target.host, ...headers } },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        )
      },
    )
    request.once('error', reject)
    request.end(body)
  })
}

const CONTROL = { 'x-emulator-control': '1', 'content-type': 'application/json' }
const ELSEWHERE = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

describe('a name that leads to this machine', () => {
  const targets = (): readonly string[] => [
    `${dev.url}/healthz`,
    `${dev.url}/openapi.json`,
    `${dev.url}/clients`,
    `${dev.url}/oidc/.well-known/openid-configuration`,
    `${dev.url}/oidc/auth?client_id=a`,
    `${dev.url}/oidc/interaction/abc`,
    `${dev.auth0}/_emulator/clients`,
    `${dev.auth0}/_emulator/calls`,
    `${dev.auth0}/api/v2/clients`,
    `${dev.cognito}/_emulator/pools`,
    `${dev.cognito}/`,
  ]
  const hosts = [
    'evil.example',
    'evil.example:8787',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil-localhost',
    '127.0.0.1@evil.example',
  ]

  it.each(hosts)('is refused everywhere: %s', async (host) => {
    for (const url of targets()) {
      const { status, text } = await send(url, { headers: { ...CONTROL, host } })
      // What can be no host at all is a fault of the message (RFC 9112 section 3.2).
      const isFault = host.includes('@') && url.startsWith(dev.url)
      expect([url, status]).toEqual([url, isFault ? 400 : 421])
      expect(text).not.toMatch(/secret|client_id|issuer/i)
    }
  })

  it('is refused for writes, in a target that is absolute too', async () => {
    for (const url of [`${dev.auth0}/oauth/token`, `${dev.url}/oidc/token`, `${dev.cognito}/`]) {
      const body = '{"grant_type":"client_credentials"}'
      const headers = { host: 'evil.example', 'content-type': 'application/json' }
      expect((await send(url, { method: 'POST', headers, body })).status).toBe(421)
    }
    const { port } = new URL(dev.url)
    const absolute = new Promise<number>((resolve, reject) => {
      const path = `http://evil.example/openapi.json`
      const request = http.get({ port, host: '127.0.0.1', path }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.once('error', reject)
    })
    expect(await absolute).toBe(421)
  })

  it('is refused with the body and the headers of every other answer, and so is no name at all', async () => {
    const { port } = new URL(dev.url)
    const raw = (...lines: readonly string[]) =>
      new Promise<string>((resolve, reject) => {
        const socket = net.connect({ port: Number(port), host: '127.0.0.1' })
        let got = ''
        socket.on('data', (chunk) => {
          got += String(chunk)
        })
        socket.once('close', () => resolve(got))
        socket.once('error', reject)
        socket.write(`${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`)
      })
    for (const [status, ...lines] of [
      [421, 'GET /healthz HTTP/1.1', 'host: evil.example'],
      [403, 'GET /healthz HTTP/1.1', `host: localhost:${port}`, 'origin: https://evil.example'],
      [400, 'GET /healthz HTTP/1.1'],
      [421, 'GET /healthz HTTP/1.0'],
    ] as const) {
      const [head = '', body = ''] = (await raw(...lines)).split('\r\n\r\n')
      expect(head).toContain(`HTTP/1.1 ${status} `)
      const [, id = ''] = /x-request-id: (\S+)/.exec(head) ?? []
      expect(id).toMatch(/^[0-9a-f-]{36}$/)
      expect(JSON.parse(body)).toMatchObject({ code: 'invalid_request', requestId: id })
    }
  })

  it('is fine where it is localhost or an address', async () => {
    const { port } = new URL(dev.url)
    for (const host of [`localhost:${port}`, 'LOCALHOST', `127.0.0.1:${port}`, '[::1]:1']) {
      expect((await send(`${dev.url}/healthz`, { headers: { host } })).status).toBe(200)
      const { status } = await send(`${dev.auth0}/_emulator/clients`, {
        headers: { ...CONTROL, host },
      })
      expect(status).toBe(200)
    }
  })
})

describe('a control route of an emulator', () => {
  const FAULT = '{"kind":"throttle","operation":"DELETE /clients/{id}"}'
  const faults = (headers: Readonly<Record<string, string>>) =>
    send(`${dev.auth0}/_emulator/faults`, { method: 'POST', headers, body: FAULT })

  it('takes no form, whatever its type', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      for (const more of [{}, { 'sec-fetch-site': 'same-origin' }, ELSEWHERE]) {
        expect((await faults({ 'content-type': type, ...more })).status).toBe(403)
      }
      expect((await faults({ ...CONTROL, 'content-type': type })).status).toBe(415)
    }
    expect((await faults({ 'x-emulator-control': '1' })).status).toBe(415)
  })

  it('asks for its header where nothing is sent either', async () => {
    for (const [method, path] of [
      ['POST', 'reset'],
      ['DELETE', 'faults'],
      ['GET', 'clients'],
      ['GET', 'calls'],
    ]) {
      for (const url of [dev.auth0, dev.cognito]) {
        const { status, text } = await send(`${url}/_emulator/${path}`, { method: method ?? '' })
        expect([path, status]).toEqual([path, 403])
        expect(text).toContain('X-Emulator-Control')
      }
    }
  })

  it('takes nothing from a page of another origin, and answers no preflight with a permission', async () => {
    for (const headers of [
      ELSEWHERE,
      { origin: 'null' },
      { origin: 'http://localhost:1' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await faults({ ...CONTROL, ...headers })).status).toBe(403)
      const preflight = await send(`${dev.auth0}/_emulator/faults`, {
        method: 'OPTIONS',
        headers: { ...headers, 'access-control-request-headers': 'x-emulator-control' },
      })
      expect(preflight.status).toBe(403)
      expect(preflight.headers).not.toHaveProperty('access-control-allow-origin')
    }
    expect((await faults(CONTROL)).status).toBe(204)
    await send(`${dev.auth0}/_emulator/faults`, { method: 'DELETE', headers: CONTROL })
  })

  it('gives no token or client to a page of another origin', async () => {
    for (const url of [`${dev.auth0}/oauth/token`, `${dev.auth0}/api/v2/clients`, dev.cognito]) {
      expect((await send(url, { method: 'POST', headers: ELSEWHERE, body: '{}' })).status).toBe(403)
    }
  })
})

describe('the development server', () => {
  it('takes nothing but visits from a page of another origin', async () => {
    for (const path of ['/openapi.json', '/clients', '/healthz']) {
      expect((await send(dev.url + path, { headers: ELSEWHERE })).status).toBe(403)
      const visit = { 'sec-fetch-site': 'cross-site', ...NAVIGATION }
      expect((await send(dev.url + path, { headers: visit })).status).not.toBe(403)
      const form = { ...ELSEWHERE, ...NAVIGATION }
      expect((await send(dev.url + path, { method: 'POST', headers: form })).status).toBe(403)
    }
  })

  it('signs in who comes from an application, by its own form alone', async () => {
    const { signIn } = dev.address()
    const parameters = new URLSearchParams({
      client_id: signIn.clientId,
      redirect_uri: 'http://127.0.0.1:4711/callback',
      response_type: 'code',
      scope: 'openid',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    })
    const visit = { 'sec-fetch-site': 'cross-site', ...NAVIGATION }
    const begun = await send(`${dev.url}/oidc/auth?${parameters}`, { headers: visit })
    expect(begun.status).toBe(303)
    const page = new URL(begun.headers.location ?? '', dev.url).href
    const cookie = (begun.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ')
    const shown = await send(page, { headers: { ...visit, cookie } })
    expect(shown.text).toContain('Sign in')
    const form = { cookie, 'content-type': 'application/x-www-form-urlencoded', ...NAVIGATION }
    const submit = (headers: Readonly<Record<string, string>>) =>
      send(page, {
        method: 'POST',
        headers: { ...form, ...headers },
        body: 'prompt=login&login=mallory',
      })
    for (const headers of [ELSEWHERE, { origin: 'http://localhost:1' }, { origin: 'null' }]) {
      expect((await submit(headers)).status).toBe(403)
    }
    const own = { origin: dev.url, 'sec-fetch-site': 'same-origin' }
    expect((await submit(own)).status).toBe(303)
  })

  it('lets applications call the endpoints of its OpenID Provider from their pages', async () => {
    const headers = { ...ELSEWHERE, 'sec-fetch-mode': 'cors' }
    const answer = await send(`${dev.url}/oidc/.well-known/openid-configuration`, { headers })
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
      200,
      ELSEWHERE.origin,
    ])
  })
})
