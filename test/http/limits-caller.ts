/** A caller with one scope, who sends any request. */

import { expect } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import type { HttpResponse } from '../../src/http/wire/message.ts'
import type { Asked } from './grants-requests.ts'
import type { JobWorld } from './jobs-world.ts'

/** Sends a request; whatever is wrong with it is no fault of the server. */
export async function askedAs(
  world: JobWorld,
  scope: string,
  { method, path, query = {}, body, headers = {} }: Asked,
): Promise<HttpResponse> {
  const answer = await world.clientry.app({
    method,
    path,
    query: new URLSearchParams(query as Record<string, string>).toString(),
    headers: {
      authorization: [`Bearer ${await world.token([scope], { sub: 'limited' })}`],
      'content-type': [headers['content-type'] ?? 'application/json'],
      'x-request-id': ['the-same'],
      ...(headers['if-match'] && { 'if-match': [headers['if-match']] }),
      ...(headers['last-event-id'] && { 'last-event-id': [headers['last-event-id']] }),
    },
    body: body === undefined ? undefined : Buffer.from(bytesOf(body)),
    deadline: Date.now() + 60_000,
  })
  expect(answer.status, answer.body).toBeLessThan(500)
  return answer
}

/** A form is a text already. */
const bytesOf = (body: Json): string => (typeof body === 'string' ? body : JSON.stringify(body))
