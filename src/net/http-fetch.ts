/**
 * What the SDK asks of `fetch`, on Node's own HTTP: the global one takes some 50 ms and 25 MB when it is first used, which
 * is more than a command does itself. A redirect is an answer like any other.
 */

import http from 'node:http'
import https from 'node:https'

export async function httpFetch(url: string, request: RequestInit) {
  const { status, fields, text } = await exchange(url, request as SdkRequest)
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: {
      get: (name: string) => {
        const field = fields[name]
        return (Array.isArray(field) ? field.join(', ') : field) ?? null
      },
    },
    text: async () => text,
  }
}

/** A request as the SDK makes it. */
interface SdkRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

interface Received {
  readonly status: number
  readonly fields: http.IncomingHttpHeaders
  readonly text: string
}

function exchange(url: string, { method, headers, body, signal }: SdkRequest): Promise<Received> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? https : http).request(url, {
      method,
      headers,
      signal,
    })
    request.once('error', reject)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () => {
        const { statusCode: status = 0, headers: fields } = response
        resolve({ status, fields, text: Buffer.concat(chunks).toString() })
      })
      response.once('error', reject)
      response.once('close', () => reject(new Error('the answer was cut off')))
    })
    request.end(body)
  })
}
