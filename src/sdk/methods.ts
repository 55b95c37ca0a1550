/** Turns the arguments of a method into the request of its route. */

import type { BodyName } from '../contract/bodies.ts'
import { OPERATIONS, type Operation, type OperationName } from '../contract/operations.ts'
import { ID_IN_QUERY, needsQuery } from '../core/client-path.ts'
import type { Json } from '../core/json/json.ts'
import { holdsNonFinite } from '../core/json/json-number.ts'
import { stringifyJson } from '../core/json/json-text.ts'
import type { Answer, ClientArgument, ReadOptions, WriteOptions } from './api.ts'
import { ClientryError } from './error.ts'
import { type Outgoing, send, type Wire } from './send.ts'

/** A connection: where the server is, and what requests go out by. */
export interface Connection extends Wire {
  /** Without a slash at its end. */
  readonly url: string
  /** A name for a write that has none of its own. */
  newKey(): string
}

/** Any method before its arguments have a type. */
export type Method = (...args: readonly unknown[]) => Promise<Answer<unknown>>

/** The method of each operation. */
export function methodsOf(connection: Connection): Readonly<Record<OperationName, Method>> {
  const methods = Object.entries(OPERATIONS).map(([name, operation]): [string, Method] => [
    name,
    async (...args) => send(connection, outgoing(connection, operation, args)),
  ])
  return Object.fromEntries(methods) as Record<OperationName, Method>
}

function outgoing(
  { url, newKey }: Connection,
  { method, path, query, body: bodyName }: Operation,
  args: readonly unknown[],
): Outgoing {
  const rest = [...args]
  const values = new Map<string, unknown>()
  let inQuery: string | undefined
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const { id, ...where } = addressOf(rest.shift() as ClientArgument)
    for (const [member, value] of Object.entries(where)) values.set(member, value)
    if (name !== 'clientId' || !needsQuery(id)) return segment(name, id)
    inQuery = id
    return ID_IN_QUERY
  })
  const body = bodyName === undefined ? undefined : bodyOf(bodyName, rest.shift())
  const options = (rest.shift() ?? {}) as WriteOptions & ReadOptions
  for (const [member, value] of Object.entries(options)) values.set(member, value)
  values.set('id', inQuery)
  const pairs = query.flatMap((name): [string, string][] => {
    const value = values.get(name)
    return value === undefined ? [] : [[name, String(value)]]
  })
  const search = new URLSearchParams(pairs).toString()
  return {
    method,
    url: `${url}${filled}${search === '' ? '' : `?${search}`}`,
    headers: {
      accept: 'application/json, text/plain',
      ...(body === undefined ? {} : { 'content-type': body.type }),
      ...(method === 'GET' ? {} : conditions(options, newKey)),
    },
    ...(body === undefined ? {} : { body: body.text }),
    signal: options.signal,
  }
}

const addressOf = (client: ClientArgument) => (typeof client === 'string' ? { id: client } : client)

/** Dots alone would walk up the path, in whatever spelling (WHATWG URL, path state). */
function segment(name: string, id: string): string {
  if (id !== '' && id !== '.' && id !== '..') return encodeURIComponent(id)
  throw new ClientryError('invalid_field', `${name} must be an id.`, { field: name })
}

function conditions({ ifMatch, idempotencyKey, dryRun }: WriteOptions, newKey: () => string) {
  return {
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    // A plan has no effect that could happen twice.
    ...(dryRun === true ? {} : { 'idempotency-key': idempotencyKey ?? newKey() }),
  }
}

/** A patch of a client travels as the member `client`; everything else is the body as it is. */
function bodyOf(name: BodyName, value: unknown) {
  const isPatch = name === 'ClientPatchRequest'
  const body = (isPatch ? { client: value } : value) as Json
  if (holdsNonFinite(body)) {
    const says =
      'The body must not contain NaN or an infinity, which JSON cannot express and would turn into null.'
    throw new ClientryError('invalid_field', says)
  }
  const type = isPatch && Array.isArray(value) ? 'application/json-patch+json' : 'application/json'
  return { type, text: stringifyJson(body) }
}
