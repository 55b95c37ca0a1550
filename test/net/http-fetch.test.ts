/** The command's own `fetch`, before a server on a socket: what the SDK gets by it is what it gets by the platform's. */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { httpFetch } from '../../src/net/http-fetch.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const request = (more: RequestInit = {}): RequestInit => ({
  method: 'GET',
  headers: { accept: 'application/json' },
  signal: new AbortController().signal,
  redirect: 'manual',
  ...more,
})

it('sends what it is given, and gives status, headers and the whole text', async () => {
  const url = await serve((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      answer.writeHead(201, { etag: '"a"', 'www-authenticate': ['one', 'two'] })
      const { method, url: path, headers } = incoming
      const body = Buffer.concat(chunks).toString()
      const seen = JSON.stringify({ method, path, accept: headers.accept, body })
      // Cut within a character.
      const bytes = Buffer.from(seen)
      const cut = bytes.indexOf(0xc3) + 1
      answer.write(bytes.subarray(0, cut), () => answer.end(bytes.subarray(cut)))
    })
  })
  const sent = request({ method: 'PATCH', body: '{"name":"Käfer"}' })
  const [own, platform] = await Promise.all(
    [httpFetch, globalThis.fetch].map(async (fetch) => {
      const { status, ok, headers, ...answer } = await fetch(`${url}/clients/a?b=c`, sent).then(
        async (response) => ({
          status: response.status,
          ok: response.ok,
          headers: response.headers,
          text: await response.text(),
        }),
      )
      const names = ['etag', 'www-authenticate', 'x-request-id']
      return { status, ok, headers: names.map((name) => headers.get(name)), ...answer }
    }),
  )
  expect(own).toEqual(platform)
  expect(own?.text).toContain('Käfer')
})

it('follows no redirect', async () => {
  const url = await serve((_, answer) => answer.writeHead(302, { location: '/there' }).end())
  const { status, ok, headers } = await httpFetch(url, request())
  expect([status, ok, headers.get('location')]).toEqual([302, false, '/there'])
})

it('fails where an answer is cut off, where no one listens, and when it is called off', async () => {
  const cut = await serve((_, answer) => {
    answer.writeHead(200, { 'content-length': '100' })
    answer.write('half', () => answer.destroy())
  })
  await expect(httpFetch(cut, request())).rejects.toThrow()
  server?.close()
  const silent = await serve(() => {})
  const limit = new AbortController()
  const waiting = httpFetch(silent, request({ signal: limit.signal }))
  limit.abort()
  await expect(waiting).rejects.toThrow()
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve))
  await expect(httpFetch(silent, request())).rejects.toThrow()
})
