/** Requests to webhooks: to public addresses alone unless listed, to the address that was judged, over TLS that holds. */

import { readFileSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardedPost } from '../../src/net/guarded-post.ts'
import { addressGuard, isNetwork } from '../../src/net/public-address.ts'

const CERTIFICATES = new URL('../fixtures/receiver/', import.meta.url)
const pem = (name: string) => readFileSync(new URL(name, CERTIFICATES), 'utf8')
const [key, cert] = [pem('key.pem'), pem('certificate.pem')]

let server: https.Server
let port: number
const received: { readonly host: string | undefined; readonly body: string }[] = []
beforeAll(async () => {
  server = https.createServer({ key, cert }, (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      received.push({ host: request.headers.host, body })
      if (request.url === '/stalls') return
      if (request.url === '/redirects') response.writeHead(307, { location: '/other' })
      if (request.url === '/busy') response.writeHead(429, { 'retry-after': '7' })
      // An answer without an end.
      if (request.url === '/drips') response.write('.')
      else response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const HERE = { address: '127.0.0.1', family: 4 }
const PLAIN = { headers: {}, body: 'hello', timeoutMs: 20_000 }
const post = (path: string, more: Partial<Parameters<typeof guardedPost>[0]> = {}) =>
  guardedPost({
    url: `https://hooks.example.com:${port}${path}`,
    ...PLAIN,
    ca: cert,
    isAllowed: addressGuard(['127.0.0.1']),
    resolve: async () => [HERE],
    ...more,
  })

describe('addresses', () => {
  const isPublic = addressGuard([])

  it.each([
    ...['10.0.0.1', '127.0.0.1', '0.0.0.0', '169.254.169.254', '172.31.255.255', '192.168.1.1'],
    ...['100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '192.0.0.8'],
    ...['::1', '::', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', '64:ff9b::a00:1', '100::1'],
    ...['::ffff:10.0.0.1', '::ffff:a00:1', '::10.0.0.1', '2002:a00:1::', '2001::1', '2001:db8::1'],
  ])('%s is not public', (address) => {
    expect(isPublic(address)).toBe(false)
  })

  it.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
    '%s is public',
    (address) => {
      expect(isPublic(address)).toBe(true)
    },
  )

  it('of a listed network are allowed, and no others', () => {
    const isAllowed = addressGuard(['10.1.0.0/16', 'fd00::/8', '192.168.7.7'])
    const allowed = ['10.1.2.3', 'fd12::1', '192.168.7.7', '::ffff:10.1.2.3', '8.8.8.8']
    expect(allowed.map(isAllowed)).toEqual(allowed.map(() => true))
    expect(['10.2.0.1', 'fc00::1', '192.168.7.8'].map(isAllowed)).toEqual([false, false, false])
  })

  it('are no other texts than addresses and networks', () => {
    expect(['10.0.0.0/8', '10.0.0.1', '::1', 'fd00::/8'].every(isNetwork)).toBe(true)
    const others = [
      '10.0.0.0/33',
      'fd00::/129',
      'example.com',
      '10.0.0/8',
      '10.0.0.0/8/8',
      '10.0.0.0/',
    ]
    expect(others.filter(isNetwork)).toEqual([])
  })
})

describe('a request', () => {
  it('goes to the address that was judged, under the name', async () => {
    received.length = 0
    expect(await post('/')).toEqual({ status: 200, retryAfter: undefined })
    expect(received).toEqual([{ host: `hooks.example.com:${port}`, body: 'hello' }])
  })

  it('asks for the name once, so that another address a moment later changes nothing', async () => {
    const answers = [[HERE], [{ address: '10.255.255.1', family: 4 }]]
    let asked = 0
    const resolve = async () => {
      asked += 1
      return answers.shift() ?? []
    }
    expect(await post('/', { resolve })).toMatchObject({ status: 200 })
    expect(asked).toBe(1)
  })

  it.each([
    ['a private address', [{ address: '10.0.0.1', family: 4 }]],
    [
      'a public address and a private one',
      [
        { address: '8.8.8.8', family: 4 },
        { address: '::1', family: 6 },
      ],
    ],
    ['no address', []],
  ])('is not sent where the name has %s', async (_, addresses) => {
    received.length = 0
    const sending = post('/', { isAllowed: addressGuard([]), resolve: async () => addresses })
    await expect(sending).rejects.toThrow('address not allowed')
    expect(received).toEqual([])
  })

  it.each([
    'https://127.0.0.1',
    'https://[::1]',
    'https://[::ffff:7f00:1]',
    'https://localhost',
    'https://2130706433',
  ])('is not sent to %s', async (url) => {
    const request = { ...PLAIN, url: `${url}:${port}/`, isAllowed: addressGuard([]) }
    await expect(guardedPost(request)).rejects.toThrow('not allowed')
  })

  it('is not sent without TLS', async () => {
    await expect(post('/', { url: `http://hooks.example.com:${port}/` })).rejects.toThrow(
      'not https',
    )
  })

  it('does not follow a redirect', async () => {
    received.length = 0
    expect(await post('/redirects')).toMatchObject({ status: 307 })
    expect(received).toHaveLength(1)
  })

  it('says how long the receiver asks to wait', async () => {
    expect(await post('/busy')).toEqual({ status: 429, retryAfter: '7' })
  })

  it('does not wait for the end of an answer', async () => {
    expect(await post('/drips')).toMatchObject({ status: 200 })
  })

  it('ends where no answer comes', async () => {
    await expect(post('/stalls', { timeoutMs: 200 })).rejects.toThrow('timeout')
    const never = new Promise<never>(() => {})
    await expect(post('/', { timeoutMs: 50, resolve: () => never })).rejects.toThrow('timeout')
  })

  it('is not sent to a receiver whose certificate is not trusted, or is for another name', async () => {
    received.length = 0
    const url = `https://hooks.example.com:${port}/`
    const untrusted = { ...PLAIN, url, isAllowed: () => true, resolve: async () => [HERE] }
    await expect(guardedPost(untrusted)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    await expect(post('/', { url: `https://other.example.com:${port}/` })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    expect(received).toEqual([])
  })
})
