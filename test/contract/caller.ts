/** Sends requests to the program as its callers do, and reads the answers. */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { App, HttpResponse } from '../../src/http/wire/message.ts'

/** What a request says beside its method and path; what is absent is as in most requests. */
export interface Sent {
  /** As it is sent, or by name; a path may have one behind a question mark instead. */
  readonly query?: string | object
  /** Sent as JSON; bytes are sent as they are. */
  readonly body?: Json | Uint8Array | undefined
  readonly scopes?: readonly string[]
  readonly claims?: JsonObject
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Far more than any of them takes on a busy machine (milliseconds). */
  readonly withinMs?: number
}

export interface Answer extends Omit<HttpResponse, 'body'> {
  readonly text: string
  /** `{}` where the text is none of JSON. */
  readonly body: JsonObject
}

/** What a caller needs of a world. */
interface Place {
  readonly clientry: { readonly app: App }
  token(scopes?: readonly string[], claims?: JsonObject): Promise<string>
}

const AMPLE_MS = 60_000

/** Sends a request with a token for the scopes, and reads what is answered. */
export async function ask(
  { clientry, token }: Place,
  method: string,
  target: string,
  sent: Sent = {},
): Promise<Answer> {
  const { body, scopes, claims, headers = {}, withinMs = AMPLE_MS } = sent
  const [path = '', inPath = ''] = target.split('?')
  const { query = inPath } = sent
  const named = Object.entries(headers).map(([name, value]) => [name, [value].flat()])
  const answer = await clientry.app({
    method,
    path,
    query: typeof query === 'string' ? query : new URLSearchParams({ ...query }).toString(),
    headers: {
      authorization: [`Bearer ${await token(scopes, claims)}`],
      'content-type': [Array.isArray(body) ? 'application/json-patch+json' : 'application/json'],
      ...Object.fromEntries(named),
    },
    body: bytesOf(body),
    deadline: Date.now() + withinMs,
  })
  const { body: text, ...rest } = answer
  return { ...rest, text, body: /^\{/.test(text) ? (JSON.parse(text) as JsonObject) : {} }
}

/** What there is of a stream so far. */
export async function streamed({ stream }: Pick<HttpResponse, 'stream'>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of stream?.(AbortSignal.abort()) ?? []) parts.push(part)
  return Buffer.concat(parts).toString()
}

const bytesOf = (body: Sent['body']): Uint8Array | undefined =>
  body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body))
