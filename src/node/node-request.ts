/** Converts a `node:http` request to the plain one that the application takes. */

import type { IncomingMessage } from 'node:http'
import { DEFAULT_DEADLINE_MS, type HttpRequest, MAX_BODY_BYTES } from '../http/wire/message.ts'

/** The request without its body. */
export function plainHead(incoming: IncomingMessage, basePath: string): HttpRequest {
  const deadline = Date.now() + DEFAULT_DEADLINE_MS
  const path = pathOf(incoming)
  const target = incoming.url ?? '/'
  const mark = target.indexOf('?')
  const inside = basePath !== '' && (path === basePath || path.startsWith(`${basePath}/`))
  return {
    // A HEAD is a GET whose body is not sent (RFC 9110 section 9.3.2).
    method: incoming.method === 'HEAD' ? 'GET' : (incoming.method ?? 'GET'),
    path: inside ? path.slice(basePath.length) || '/' : path,
    prefix: inside ? basePath : '',
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: headersOf(incoming),
    body: undefined,
    deadline,
  }
}

/** Whether the announced length is so large that the body is refused before it arrives. */
export const isTooLarge = ({ headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES

/** The path as it was sent; of an absolute target (RFC 9112 section 3.2.2) only its path counts. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  const [target = '/'] = url.split(/[?#]/, 1)
  if (target.startsWith('/')) return target
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*(\/.*)?$/i.exec(target)?.[1] ?? '/'
}

/** Every value that was sent; Node's `headers` would drop or join values of a repeated name. */
function headersOf({ rawHeaders }: IncomingMessage): HttpRequest['headers'] {
  const values = new Map<string, string[]>()
  for (let place = 0; place < rawHeaders.length; place += 2) {
    const name = (rawHeaders[place] ?? '').toLowerCase()
    values.set(name, [...(values.get(name) ?? []), rawHeaders[place + 1] ?? ''])
  }
  return Object.fromEntries(values)
}

/**
 * Reads the whole body; rejects if the client disconnects. It counts the bytes, since a chunked
 * body announces no length; an announced length is trusted. By events: walking through a stream costs several times as
 * much for the one piece that most bodies are.
 */
export function bodyOf(incoming: IncomingMessage): Promise<HttpRequest['body']> {
  if (isTooLarge(incoming)) return Promise.resolve('too_large')
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_BODY_BYTES) return void chunks.push(chunk)
      // The rest is read and discarded while the answer is sent.
      incoming.off('data', take).pause()
      resolve('too_large')
    }
    const cutOff = () => reject(new Error('The request was cut off.'))
    if (incoming.destroyed) return cutOff()
    incoming.on('data', take)
    incoming.once('end', () => resolve(size === 0 ? undefined : Buffer.concat(chunks)))
    incoming.once('error', reject)
    incoming.once('close', cutOff)
  })
}
