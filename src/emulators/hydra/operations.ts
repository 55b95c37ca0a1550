/** What each call does, as the admin API of v2.3.0 does it; the PUT of a client is not served. */

import { randomBytes, randomUUID } from 'node:crypto'
import { parseJson } from '../../core/json/json-text.ts'
import { isRecord } from '../copy.ts'
import { refusalAnswer } from '../refusal.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import { list } from './list.ts'
import { decoded, type HydraClient, LIFESPANS, shown, whole } from './members.ts'
import { over, patched } from './patch.ts'
import { failure, malformed, NOT_FOUND, UNRECOGNIZABLE } from './refusal.ts'
import { validated } from './validate.ts'

const CLIENTS = '/admin/clients'
const NO_ROUTE: EmulatorAnswer = { status: 404, body: undefined }

export interface State {
  readonly clients: Map<string, HydraClient>
  /** How many there were. */
  writes: number
  /** Epoch milliseconds. */
  now(): number
}

/** `PATCH /admin/clients/{id}`; for a path that is not served, method and path as they came. */
export function operationOf({ method, path }: EmulatorRequest): string {
  if (path === CLIENTS) return `${method} ${CLIENTS}`
  const [id, rest, ...more] = below(path)
  if (id === undefined || more.length > 0) return `${method} ${path}`
  if (rest === undefined) return `${method} ${CLIENTS}/{id}`
  return rest === 'lifespans' ? `${method} ${CLIENTS}/{id}/lifespans` : `${method} ${path}`
}

const below = (path: string): readonly string[] =>
  path.startsWith(`${CLIENTS}/`) ? path.slice(CLIENTS.length + 1).split('/') : []

/** The decoded id of the path; one that cannot be decoded is one that does not exist. */
export function idOf({ path }: EmulatorRequest): string {
  const [id = ''] = below(path)
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

/** Answers every call but those of the control routes. */
export function answerTo(state: State, request: EmulatorRequest, name: string): EmulatorAnswer {
  try {
    return carriedOut(state, request, name)
  } catch (thrown) {
    const refusal = refusalAnswer(thrown)
    if (refusal !== undefined) return refusal
    if (!(thrown instanceof TypeError)) throw thrown
    return name.startsWith('PATCH ') ? UNRECOGNIZABLE : malformed(thrown.message)
  }
}

function carriedOut(state: State, request: EmulatorRequest, name: string): EmulatorAnswer {
  if (name === `GET ${CLIENTS}`) return list(state.clients, request)
  if (name === `POST ${CLIENTS}`) return create(state, bodyOf(request))
  if (!name.includes('{id}')) return NO_ROUTE
  const id = idOf(request)
  const client = state.clients.get(id)
  if (client === undefined) return NOT_FOUND
  switch (name) {
    case `GET ${CLIENTS}/{id}`:
      return { status: 200, body: shown(client) }
    case `DELETE ${CLIENTS}/{id}`:
      state.clients.delete(id)
      return { status: 204 }
    case `PATCH ${CLIENTS}/{id}`:
      return patch(state, client, bodyOf(request))
    case `PUT ${CLIENTS}/{id}/lifespans`:
      return setLifespans(state, client, bodyOf(request))
  }
  return NO_ROUTE
}

function bodyOf({ body }: EmulatorRequest): unknown {
  try {
    return parseJson(body.toString())
  } catch {
    throw new TypeError('unexpected EOF')
  }
}

/** Keeps a client that was changed; the answer echoes a secret that the change has set. */
function save(state: State, before: HydraClient, after: HydraClient): EmulatorAnswer {
  if (after.client_id !== before.client_id) return NOT_FOUND
  const { client_secret: secret } = after
  const nextSecret = secret === '' ? before.client_secret : secret
  // Read back from the database, jwks is there always.
  const stored = { ...after, client_secret: nextSecret, jwks: after.jwks ?? {} }
  state.clients.set(String(before.client_id), { ...stored, updated_at: timeOf(state) })
  const echo = secret === '' || secret === before.client_secret ? {} : { client_secret: secret }
  return { status: 200, body: { ...shown(after), ...echo } }
}

const patch = (state: State, client: HydraClient, body: unknown) =>
  save(state, client, validated(patched(client, body)))

function setLifespans(state: State, client: HydraClient, body: unknown): EmulatorAnswer {
  if (!isRecord(body)) throw new TypeError('json: cannot unmarshal into Go value of type Lifespans')
  const lifespans = LIFESPANS.map((name) => [name, decoded(name, body[name] ?? null) ?? null])
  return save(state, client, validated({ ...client, ...Object.fromEntries(lifespans) }))
}

/** Members that the answer to a creation shows as `null` where the request does not name them. */
const NULL_AT_FIRST = ['redirect_uris', 'grant_types', 'response_types', 'contacts']

function create(state: State, body: unknown): EmulatorAnswer {
  if (!isRecord(body)) throw new TypeError('json: cannot unmarshal into Go value of type Client')
  const request = over({ ...whole({}), jwks: null }, body)
  const secret = String(request.client_secret) || randomBytes(13).toString('hex')
  const id = String(request.client_id) || randomUUID()
  const checked = validated({ ...request, client_id: id, client_secret: secret })
  if (state.clients.has(id)) {
    return failure(
      409,
      'Unable to insert or update resource because a resource with that value exists already',
    )
  }
  const now = state.now()
  const created = new Date(now - (now % 1_000)).toISOString().replace('.000Z', 'Z')
  const client: HydraClient = {
    ...checked,
    jwks: checked.jwks ?? {},
    created_at: created,
    updated_at: timeOf(state),
  }
  state.clients.set(id, client)
  const isPublic = client.token_endpoint_auth_method === 'none'
  const nulls = NULL_AT_FIRST.filter((name) => !Object.hasOwn(body, name))
  return {
    status: 201,
    headers: { location: `${CLIENTS}/${encodeURIComponent(id)}` },
    body: {
      ...shown(client),
      ...Object.fromEntries(nulls.map((name) => [name, null])),
      ...(isPublic ? {} : { client_secret: secret }),
      registration_access_token: `ory_at_${randomBytes(16).toString('hex')}`,
      registration_client_uri: `http://127.0.0.1/oauth2/register/${id}`,
    },
  }
}

/** Microseconds, as the server writes them; no two writes have the same. */
function timeOf(state: State): string {
  state.writes += 1
  const rest = String(state.writes % 1_000).padStart(3, '0')
  return new Date(state.now()).toISOString().replace('Z', `${rest}Z`)
}
