/** Under what a request is to happen: `If-Match`, `If-None-Match`, `Idempotency-Key`, and on whose behalf. */

import type { Operation } from '../contract/operations.ts'
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
 * The states of `If-Match`, RFC 9110 section 13.1.1: weak tags never match, and of a tag
 * `"<state>.<view>"` only the state counts.
 * @throws ClientError `invalid_request`
 */
export function ifMatchOf({ request }: Pick<Exchange, 'request'>): readonly string[] | undefined {
  const tags = entityTags(request, 'If-Match')
  return tags?.filter((tag) => !tag.startsWith('W/')).map(stateOfTag)
}

/**
 * The tags of `If-None-Match`, for the weak comparison of RFC 9110 section 13.1.2.
 * @throws ClientError `invalid_request`
 */
export function ifNoneMatchOf(request: HttpRequest): readonly string[] | undefined {
  return entityTags(request, 'If-None-Match')?.map((tag) => tag.replace(/^W\//, ''))
}

/** The state that an entity tag names, with or without its double quotes and its view. */
export function stateOfTag(tag: string): string {
  return tag.replace(/^"|"$/g, '').replace(/\.[^.]*$/, '')
}

/** RFC 9110 section 8.8.3, and what may stand around it in a list: any number of commas (5.6.1.2). */
const ENTITY_TAG = /[\t ]*((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")?[\t ]*(?:,|$)/y

/** A list of tags, with their quotes; `['*']` for any. Several lines are one list (RFC 9110 section 5.3). */
function entityTags(request: HttpRequest, name: string): readonly string[] | undefined {
  const lines = request.headers[name.toLowerCase()]
  if (lines === undefined) return undefined
  const value = lines.join(',')
  if (value.trim() === '*') return ['*']
  const tags: string[] = []
  for (let at = 0; at < value.length; at = ENTITY_TAG.lastIndex) {
    ENTITY_TAG.lastIndex = at
    const match = ENTITY_TAG.exec(value)
    if (match === null) {
      const says = `${name} must contain entity tags in double quotes, separated by commas, or *.`
      throw new ClientError('invalid_request', says, { field: name })
    }
    if (match[1] !== undefined) tags.push(match[1])
  }
  return tags
}

/** Conditions of RFC 9110 section 13 that an operation may take. */
const CONDITIONS = ['If-Match', 'If-None-Match'] as const

/**
 * Refuses conditions that a route would not heed: who sends one relies on it.
 * @throws ClientError `invalid_request`
 */
export function checkConditions(request: HttpRequest, { method, headers }: Operation): void {
  if (method === 'GET') return
  const name = CONDITIONS.find(
    (one) => request.headers[one.toLowerCase()] !== undefined && !headers.includes(one),
  )
  if (name === undefined) return
  throw new ClientError(
    'invalid_request',
    `${name} must be absent, because this request does not concern the state of a client.`,
    { field: name },
  )
}

/**
 * The idempotency key of a request, if it has one, bound to its caller and to what is asked for.
 * @throws ClientError `invalid_request`
 */
export function keyOfRequest(
  exchange: Exchange,
  { principal }: Pick<Site, 'principal'>,
  content: Json,
): Key | undefined {
  const name = exchange.approved ?? keyName(exchange.request)
  if (name === undefined) return undefined
  const where = { ...exchange.trace.ref }
  const noneMatch = ifNoneMatchOf(exchange.request)
  const request = [
    exchange.operation,
    where,
    content,
    [...(ifMatchOf(exchange) ?? [])],
    ...(noneMatch === undefined ? [] : [[...noneMatch]]),
  ]
  return keyOf(exchange.settings.service.fingerprints, actorOf(principal), name, request)
}

/**
 * The log of the idempotency key of a request, if it has one.
 * @throws ClientError `invalid_request`
 */
export function keyLogOf({ request, settings, principal }: Exchange): Pick<Key, 'log'> | undefined {
  const name = keyName(request)
  if (name === undefined || principal === undefined) return undefined
  return keyOf(settings.service.fingerprints, actorOf(principal), name, null)
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
