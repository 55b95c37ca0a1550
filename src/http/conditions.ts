/** Under what a change is to happen: `If-Match`, `Idempotency-Key`, and on whose behalf. */

import { ClientError } from '../core/errors.ts'
import type { Json } from '../core/json/json.ts'
import type { Key } from '../service/base/request.ts'
import { keyOf } from '../service/operation/idempotency.ts'
import { actorOf } from './auth/principal.ts'
import type { Exchange } from './exchange.ts'
import type { Site } from './target.ts'
import { single } from './wire/headers.ts'
import type { HttpRequest } from './wire/message.ts'

/**
 * RFC 9110 section 13.1.1; weak tags never match.
 * @throws ClientError `invalid_request`
 */
export function ifMatchOf({ request }: Exchange): readonly string[] | undefined {
  const value = single(request, 'if-match')
  if (value === undefined) return undefined
  if (value.trim() === '*') return ['*']
  const tags = value.split(',').map((tag) => tag.trim())
  if (!tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) {
    throw new ClientError(
      'invalid_request',
      'If-Match must hold entity tags in double quotes, or *.',
      { field: 'If-Match' },
    )
  }
  return tags.filter((tag) => tag.startsWith('"')).map((tag) => tag.slice(1, -1))
}

/**
 * The idempotency key of a request, if it has one, bound to its caller and to what is asked for.
 * @throws ClientError `invalid_request`
 */
export function keyOfRequest(
  exchange: Exchange,
  { principal }: Pick<Site, 'principal'>,
  asked: Json,
): Key | undefined {
  const name = keyName(exchange.request)
  if (name === undefined) return undefined
  const where = { ...exchange.trace.ref }
  const request = [exchange.operation, where, asked, [...(ifMatchOf(exchange) ?? [])]]
  return keyOf(exchange.settings.service.fingerprints, actorOf(principal), name, request)
}

/** The draft has a structured field, a text in double quotes; without them it is taken as well. */
function keyName(request: HttpRequest): string | undefined {
  const value = single(request, 'idempotency-key')
  if (value === undefined) return undefined
  const name = /^"(.*)"$/.exec(value)?.[1] ?? value
  if (/^[\x21\x23-\x7e]{1,255}$/.test(name)) return name
  throw new ClientError(
    'invalid_request',
    'Idempotency-Key must be 1 to 255 visible ASCII characters without double quotes inside.',
    { field: 'Idempotency-Key' },
  )
}
