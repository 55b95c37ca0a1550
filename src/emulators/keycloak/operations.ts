/** What each call does, as the admin API v1 of 26.7.4 does it, as far as clients and their scopes go. */

import { parseJson } from '../../core/json/json-text.ts'
import { copyOf } from '../copy.ts'
import { answered } from '../refusal.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { Access, Role } from './access.ts'
import { byHash, type KeycloakClient } from './members.ts'
import type { Realm } from './realm.ts'
import {
  FORBIDDEN,
  failure,
  NO_CLIENT,
  NO_JSON,
  NO_REALM,
  NO_SCOPE,
  UNAUTHORIZED,
} from './refusal.ts'
import { create, rotate, textsIn, update, type Writing } from './write.ts'

const NO_ROUTE = failure(404, 'HTTP 404 Not Found')
const LISTS: Readonly<Record<string, 'defaultClientScopes' | 'optionalClientScopes'>> = {
  'default-client-scopes': 'defaultClientScopes',
  'optional-client-scopes': 'optionalClientScopes',
}

export interface State {
  readonly realms: ReadonlyMap<string, Realm>
  readonly access: Access
  /** Epoch milliseconds. */
  now(): number
}

interface Route {
  readonly realm: string
  /** Below the realm, decoded. */
  readonly parts: readonly string[]
}

function routeOf({ path }: EmulatorRequest): Route | undefined {
  const [, top, second, third, ...rest] = path.split('/').map(decode)
  if (top === 'admin' && second === 'realms' && third !== undefined) {
    return { realm: third, parts: rest }
  }
  return undefined
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const isToken = ({ path }: EmulatorRequest) =>
  /^\/realms\/[^/]+\/protocol\/openid-connect\/token$/.test(path)

/** `PUT /clients/{id}`; for a path that is not served, method and path as they came. */
export function operationOf(request: EmulatorRequest): string {
  const { method, path, query } = request
  if (isToken(request)) return `${method} /token`
  const [noun = '', id, sub, inner] = routeOf(request)?.parts ?? []
  if (noun === 'clients' && id === undefined) {
    return `${method} /clients${query.get('clientId')?.trim() ? '?clientId' : ''}`
  }
  if (noun === '') return routeOf(request) === undefined ? `${method} ${path}` : `${method} /`
  if (noun !== 'clients') return `${method} /${noun}`
  if (sub === undefined) return `${method} /clients/{id}`
  if (inner === undefined) return `${method} /clients/{id}/${sub}`
  const last = LISTS[sub] === undefined ? inner : '{scope}'
  return `${method} /clients/{id}/${sub}/${last}`
}

/** The client that a request is about. */
export function clientOf({ realms }: State, request: EmulatorRequest): KeycloakClient | undefined {
  const { realm: name = '', parts = [] } = routeOf(request) ?? {}
  const clients = realms.get(name)?.clients
  const [, id] = parts
  if (id !== undefined) return clients?.get(id)
  const clientId = request.query.get('clientId')
  return [...(clients?.values() ?? [])].find((client) => client.clientId === clientId)
}

/** Answers every call but those of the control routes. */
export function answerTo(state: State, request: EmulatorRequest, name: string): EmulatorAnswer {
  if (name === 'POST /token') return state.access.token(request)
  const route = routeOf(request)
  if (route === undefined) return NO_ROUTE
  const role = state.access.roleOf(request)
  if (role === undefined) return UNAUTHORIZED
  const realm = state.realms.get(route.realm)
  if (realm === undefined) return NO_REALM
  if (name === 'GET /') return realmBody(realm, role, state.access.viewsRealm(request))
  return answered(() => carriedOut({ realm, now: state.now }, request, name, role))
}

function carriedOut(
  writing: Writing,
  request: EmulatorRequest,
  name: string,
  role: Role,
): EmulatorAnswer {
  const { realm } = writing
  const reads = request.method === 'GET'
  if (name === 'GET /clients' || name === 'GET /clients?clientId') return list(realm, request, role)
  if (role === 'none' || (!reads && role !== 'manage-clients')) {
    if (role === 'query-clients' && name.includes('{id}') && !isThere(realm, request)) {
      return NO_CLIENT
    }
    return FORBIDDEN
  }
  if (name === 'GET /client-scopes') return { status: 200, body: scopesIn(realm) }
  const [, which] = /^GET \/default-(default|optional)-client-scopes$/.exec(name) ?? []
  if (which === 'default' || which === 'optional') {
    return { status: 200, body: scopesIn(realm, realm.defaults[which]) }
  }
  if (name === 'POST /clients') {
    const id = create(writing, bodyOf(request))
    const { host = '127.0.0.1' } = request.headers
    const location = `http://${host}/admin/realms/${encodeURIComponent(realm.name)}/clients/${id}`
    return { status: 201, headers: { location } }
  }
  if (!name.includes('/clients/{id}')) return NO_ROUTE
  const client = realm.clients.get(idOf(request))
  if (client === undefined) return NO_CLIENT
  if (role === 'query-clients') return FORBIDDEN
  return onClient(writing, request, name, client)
}

const idOf = (request: EmulatorRequest) => routeOf(request)?.parts[1] ?? ''
const isThere = ({ clients }: Realm, request: EmulatorRequest) => clients.has(idOf(request))

function onClient(
  writing: Writing,
  request: EmulatorRequest,
  name: string,
  client: KeycloakClient,
): EmulatorAnswer {
  const { realm } = writing
  const attributes = textsIn(client.attributes)
  switch (name) {
    case 'GET /clients/{id}':
      return { status: 200, body: clientBody(client) }
    case 'PUT /clients/{id}':
      update(writing, client, bodyOf(request))
      return { status: 204 }
    case 'DELETE /clients/{id}':
      return remove(realm, client)
    case 'GET /clients/{id}/client-secret':
      return { status: 200, body: { type: 'secret', value: client.secret } }
    case 'POST /clients/{id}/client-secret':
      return { status: 200, body: { type: 'secret', value: rotate(writing, client) } }
    case 'GET /clients/{id}/client-secret/rotated': {
      const value = attributes['client.secret.rotated']
      if (value === undefined) return failure(404, 'Client does not have a rotated secret')
      return { status: 200, body: { type: 'secret', value } }
    }
    case 'DELETE /clients/{id}/client-secret/rotated': {
      const entries = Object.entries(attributes).filter(
        ([key]) => !key.startsWith('client.secret.rotated'),
      )
      realm.clients.set(String(client.id), { ...client, attributes: Object.fromEntries(entries) })
      return { status: 204 }
    }
  }
  return onScopes(realm, request, client) ?? NO_ROUTE
}

/** One scope in one of the two lists; one that is in the other stays there, with a 204. */
function onScopes(
  realm: Realm,
  request: EmulatorRequest,
  client: KeycloakClient,
): EmulatorAnswer | undefined {
  const [, , sub = '', id] = routeOf(request)?.parts ?? []
  const list = LISTS[sub]
  if (list === undefined) return undefined
  const listOf = (member: string) => client[member] as readonly string[]
  if (id === undefined) return { status: 200, body: scopesIn(realm, listOf(list)) }
  const [name, scope] = [...realm.scopes].find(([, one]) => one.id === id) ?? []
  if (name === undefined) return NO_SCOPE
  const lists = Object.values(LISTS)
  if (request.method === 'DELETE') {
    const without = lists.map((one) => [one, listOf(one).filter((item) => item !== name)])
    realm.clients.set(String(client.id), { ...client, ...Object.fromEntries(without) })
    return { status: 204 }
  }
  if (request.method !== 'PUT') return undefined
  const has = lists.some((one) => listOf(one).includes(name))
  if (!has && scope?.protocol === client.protocol) {
    const added = [...listOf(list), name].sort(byHash)
    realm.clients.set(String(client.id), { ...client, [list]: added })
  }
  return { status: 204 }
}

const PROTECTED = ['account', 'account-console', 'admin-cli', 'broker', 'security-admin-console']

function remove(realm: Realm, client: KeycloakClient): EmulatorAnswer {
  const clientId = String(client.clientId)
  if (clientId === 'realm-management') return FORBIDDEN
  if (PROTECTED.includes(clientId)) {
    return failure(400, 'invalid_request', 'Could not delete client')
  }
  realm.clients.delete(String(client.id))
  return { status: 204 }
}

/** The record as a read shows it. */
const clientBody = (client: KeycloakClient): KeycloakClient => ({
  ...copyOf(client),
  access: { view: true, configure: true, manage: true },
})

/** Who has any role of the realm sees its name, and what else there is with `view-realm`. */
function realmBody({ name, codeSeconds }: Realm, role: Role, isWhole: boolean): EmulatorAnswer {
  if (role === 'none' && !isWhole) return FORBIDDEN
  const rest = isWhole ? { enabled: true, accessCodeLifespan: codeSeconds } : {}
  return { status: 200, body: { realm: name, ...rest } }
}

/**
 * A server's cache gives the scopes of a client in another order than its database does (seen on 26.7.4): here every
 * second answer is from the cache.
 */
function list(realm: Realm, { query }: EmulatorRequest, role: Role): EmulatorAnswer {
  if (role === 'none') return FORBIDDEN
  if (role === 'query-clients') return { status: 200, body: [] }
  const clientId = query.get('clientId')?.trim() === '' ? null : query.get('clientId')
  const all = [...realm.clients.values()]
    .filter((client) => clientId === null || client.clientId === clientId)
    .sort((one, other) => (String(one.clientId) < String(other.clientId) ? -1 : 1))
  const first = Number(query.get('first') ?? 0)
  const max = Number(query.get('max') ?? -1)
  const page = all.slice(first, max < 0 ? undefined : first + max)
  realm.lists += 1
  const body = page.map(clientBody)
  return { status: 200, body: realm.lists % 2 === 0 ? body.map(fromCache) : body }
}

const fromCache = (client: KeycloakClient): KeycloakClient => ({
  ...client,
  ...Object.fromEntries(
    Object.values(LISTS).map((name) => [name, [...(client[name] as readonly string[])].reverse()]),
  ),
})

const scopesIn = ({ scopes }: Realm, names?: readonly string[]) =>
  [...scopes]
    .filter(([name]) => names === undefined || names.includes(name))
    .map(([name, { id, protocol }]) => ({ id, name, protocol }))

function bodyOf({ body }: EmulatorRequest): unknown {
  try {
    return parseJson(body.toString())
  } catch {
    return refusedBody()
  }
}

const refusedBody = (): never => {
  throw Object.assign(new TypeError('refused'), { answer: NO_JSON })
}
