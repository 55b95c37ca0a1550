/**
 * Waits on the loopback interface for the browser to return (RFC 8252 section 7.3): on a random
 * port of 127.0.0.1 only, for one answer.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseUrl } from '../core/uri/uri-reading.ts'
import { ClientryError } from '../sdk/error.ts'

export interface Loopback {
  readonly redirectUri: string
  /** The address that the browser returned with; rejects after five minutes. */
  readonly arrival: Promise<URL>
  close(): void
}

const WAIT_MS = 300_000
const HOST = '127.0.0.1'
const PATH = '/callback'

const page = (text: string) =>
  `<!doctype html><meta charset="utf-8"><title>Clientry</title><p>${text}`
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  connection: 'close',
}

/** Listens. Only an answer with this `state` counts, so that no other page can end the wait. */
export async function listenOnLoopback(state: string): Promise<Loopback> {
  let arrive: (url: URL) => void
  let give: (error: Error) => void
  const arrival = new Promise<URL>((resolve, reject) => {
    arrive = resolve
    give = reject
  })
  // It may be rejected before anyone awaits it.
  arrival.catch(() => {})
  const server = createServer((request, response) => {
    const base = `http://${HOST}:${port}`
    // Any page can send anything here, even something that is not a URL.
    const url = parseUrl(request.url ?? '', base) ?? new URL('/', base)
    const ours = url.pathname === PATH && url.searchParams.get('state') === state
    response.writeHead(ours ? 200 : 404, HEADERS)
    response.end(
      page(ours ? 'You can close this page and return to the terminal.' : 'There is nothing here.'),
    )
    if (ours) arrive(url)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, HOST, resolve)
  })
  const { port } = server.address() as AddressInfo
  const timer = setTimeout(
    () => give(new ClientryError('unauthenticated', 'No one signed in within five minutes.')),
    WAIT_MS,
  )
  return {
    redirectUri: `http://${HOST}:${port}${PATH}`,
    arrival,
    close: () => {
      clearTimeout(timer)
      server.close()
    },
  }
}
