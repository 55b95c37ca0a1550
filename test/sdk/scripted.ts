/** A server on a real socket that records what it is sent and answers as it was scripted. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Scripted {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface ScriptedServer {
  readonly url: string
  readonly seen: readonly Seen[]
  /** The next answers, one a request; after them an empty success. */
  answer(...answers: readonly Scripted[]): void
  close(): Promise<void>
}

export async function startScripted(): Promise<ScriptedServer> {
  const seen: Seen[] = []
  const waiting: Scripted[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { pathname, search } = new URL(request.url ?? '/', 'http://scripted')
    seen.push({
      method: request.method ?? '',
      path: pathname,
      query: search.slice(1),
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString(),
    })
    const { status, headers, body = {} } = waiting.shift() ?? { status: 200 }
    const known = { 'content-type': 'application/json', 'x-request-id': 'scripted' }
    response.writeHead(status, { ...known, ...headers })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer: (...answers) => waiting.push(...answers),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
