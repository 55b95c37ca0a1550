/** What each call does, as Microsoft Graph v1.0 does it, as far as applications go. */

import { parseJson } from '../../core/json/json-text.ts'
import { copyOf, isRecord } from '../copy.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { Access, Caller } from './access.ts'
import { type Directory, isKept } from './directory.ts'
import { type Application, decoded, newApplication } from './members.ts'
import { addPassword, removePassword } from './passwords.ts'
import { newPrincipal } from './principals.ts'
import { filtered, pageOf, selectedOf } from './queries.ts'
import {
  denied,
  failure,
  invalid,
  noResource,
  refusalAnswer,
  refuse,
  sameIdentifier,
  unauthenticated,
  unknownPath,
} from './refusal.ts'
import { checkApplication } from './validate.ts'

export interface State {
  readonly applications: Directory
  /** Removed ones by their ids. */
  readonly deleted: Map<string, Application>
  readonly principals: Map<string, Application>
  /** Object ids of owners by the id of the application. */
  readonly owners: Map<string, readonly string[]>
  readonly access: Access
  readonly tenantId: string
  readonly publisherDomain: string
  /** Answers to reads of owners, by object id. */
  readonly people: ReadonlyMap<string, Application>
  /** Epoch milliseconds. */
  now(): number
  newId(what: 'id' | 'appId' | 'keyId' | 'principal'): string
  newSecret(): string
}

interface Route {
  readonly noun: string
  readonly id: string
  readonly sub: string
  readonly last: string
}

const CONTEXT = 'https://graph.microsoft.com/v1.0/$metadata#'

function routeOf({ path }: EmulatorRequest): Route | undefined {
  const [, version, noun = '', id = '', sub = '', last = ''] = path.split('/').map(decode)
  if (version !== 'v1.0') return undefined
  if (noun === 'directory') return { noun: `directory/${id}`, id: sub, sub: last, last: '' }
  const [, name = '', key = '', text = ''] = /^(\w+)\((\w+)='(.*)'\)$/.exec(noun) ?? []
  return name === ''
    ? { noun, id, sub: sub.replace('microsoft.graph.', ''), last }
    : { noun: `${name}(${key})`, id: text, sub: id, last: sub }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const isToken = ({ path }: EmulatorRequest) => /^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path)

/** `PATCH /applications/{id}`; for a path that is not served, method and path as they came. */
export function operationOf(request: EmulatorRequest): string {
  const { method, path, query } = request
  if (isToken(request)) return `${method} /token`
  const route = routeOf(request)
  if (route === undefined) return `${method} ${path}`
  const [, filtering] = /^(\w+) eq /.exec(query.get('$filter') ?? '') ?? []
  const id = route.id === '' ? (filtering === undefined ? '' : `?${filtering}`) : '/{id}'
  const isKeyed = route.noun.includes('(')
  return `${method} /${route.noun}${isKeyed ? '' : id}${route.sub && `/${route.sub}`}`
}

/** The application that a request is about. */
export function applicationOf(
  { applications }: State,
  request: EmulatorRequest,
): Application | undefined {
  const { id = '' } = routeOf(request) ?? {}
  const [, appId] = /^appId eq '(.*)'$/.exec(request.query.get('$filter') ?? '') ?? []
  return applications.all().find((one) => one.id === id || one.appId === (appId ?? id))
}

/** Answers every call but those of the control routes. */
export function answerTo(state: State, request: EmulatorRequest, name: string): EmulatorAnswer {
  if (name === 'POST /token') return state.access.token(request)
  const caller = state.access.callerOf(request)
  if (caller === undefined) return unauthenticated()
  state.applications.turn()
  const units = name.startsWith('GET /applications') && isList(request) ? '2' : '1'
  const answer = attempt(() => carriedOut(state, request, name, caller))
  return { ...answer, headers: { ...answer.headers, 'x-ms-resource-unit': units } }
}

const isList = (request: EmulatorRequest) =>
  (routeOf(request)?.id ?? '') === '' && !request.query.has('$select')

function attempt(work: () => EmulatorAnswer): EmulatorAnswer {
  try {
    return work()
  } catch (thrown) {
    const refusal = refusalAnswer(thrown)
    if (refusal === undefined) throw thrown
    return refusal
  }
}

function carriedOut(
  state: State,
  request: EmulatorRequest,
  name: string,
  caller: Caller,
): EmulatorAnswer {
  if (caller.permission === 'none') return denied()
  const route = routeOf(request)
  if (route === undefined) return unknownPath()
  switch (route.noun) {
    case 'applications':
      return onApplications(state, request, route, caller)
    case 'applications(appId)':
      return onApplications(state, request, byAppId(state, route), caller)
    case 'applications(uniqueName)':
      return upsert(state, request, route, caller)
    case 'directory/deletedItems':
      return onDeleted(state, request, route)
    case 'servicePrincipals':
      return name === 'POST /servicePrincipals' ? createPrincipal(state, request) : unknownPath()
    default:
      return unknownPath()
  }
}

function byAppId({ applications }: State, route: Route): Route {
  const match = applications.listed().find(({ appId }) => appId === route.id)
  return { ...route, id: match === undefined ? route.id : String(match.id) }
}

function onApplications(
  state: State,
  request: EmulatorRequest,
  route: Route,
  caller: Caller,
): EmulatorAnswer {
  const { method } = request
  if (route.id === '') {
    if (method === 'GET') return list(state, request)
    return method === 'POST' ? create(state, bodyOf(request), caller) : unknownPath()
  }
  if (!state.applications.isKnown(route.id)) return noResource(route.id)
  if (method === 'GET' && route.sub === '') return read(state, request, route.id)
  const owners = state.owners.get(route.id) ?? []
  if (method === 'GET' && route.sub === 'owners') return ownersOf(state, owners)
  const { permission, objectId } = caller
  if (permission === 'Application.ReadWrite.OwnedBy' && !owners.includes(objectId)) return denied()
  return change(state, request, route)
}

/** A write to an application that the caller may write to. */
function change(state: State, request: EmulatorRequest, route: Route): EmulatorAnswer {
  const { applications } = state
  const { id, sub, last } = route
  const before = applications.latest(id)
  if (before === undefined) return noResource(id)
  switch (`${request.method} ${sub}`) {
    case 'PATCH ': {
      const after = { ...before, ...decoded(bodyOf(request), before) }
      checkIdentifiers(state, after)
      checkApplication(after, before)
      applications.write(id, after)
      return { status: 204 }
    }
    case 'DELETE ':
      applications.write(id, undefined)
      state.deleted.set(id, { ...before, deletedDateTime: secondsOf(state.now()) })
      return { status: 204 }
    case 'POST addPassword': {
      const { record, answer } = addPassword(state, before, bodyOf(request))
      applications.write(id, record)
      const context = { '@odata.context': `${CONTEXT}microsoft.graph.passwordCredential` }
      return { status: 200, body: { ...context, ...answer } }
    }
    case 'POST removePassword':
      applications.write(id, removePassword(before, bodyOf(request)))
      return { status: 204 }
    case 'POST owners': {
      const [owner = ''] = /[^/]+$/.exec(String(memberOf(bodyOf(request), '@odata.id'))) ?? []
      state.owners.set(id, [...(state.owners.get(id) ?? []), owner])
      return { status: 204 }
    }
    case 'DELETE owners':
      state.owners.set(
        id,
        (state.owners.get(id) ?? []).filter((owner) => owner !== last),
      )
      return { status: 204 }
  }
  return unknownPath()
}

function list({ applications }: State, { query, headers }: EmulatorRequest): EmulatorAnswer {
  const page = pageOf(filtered(applications.listed(), query), query)
  const next = new URLSearchParams(query)
  next.set('$skiptoken', page.next ?? '')
  const link = `http://${headers.host ?? '127.0.0.1'}/v1.0/applications?${next}`
  const selected = selectedOf(query)
  const names = selected === undefined ? '' : `(${selected.join(',')})`
  return {
    status: 200,
    body: {
      '@odata.context': `${CONTEXT}applications${names}`,
      ...(page.next === undefined ? {} : { '@odata.nextLink': link }),
      value: page.items.map((one) => view(one, selected)),
    },
  }
}

function read({ applications }: State, { query }: EmulatorRequest, id: string): EmulatorAnswer {
  const record = applications.shown(id)
  if (record === undefined) return noResource(id)
  const selected = selectedOf(query)
  const names = selected === undefined ? '' : `(${selected.join(',')})`
  const context = { '@odata.context': `${CONTEXT}applications${names}/$entity` }
  return { status: 200, body: { ...context, ...view(record, selected) } }
}

/** As reads show it: times of creations to the second. */
function view(record: Application, selected?: readonly string[]): Application {
  const { createdDateTime: time } = record
  const whole = { ...copyOf(record), createdDateTime: String(time).replace(/\.\d+Z$/, 'Z') }
  if (selected === undefined) return whole
  return Object.fromEntries(Object.entries(whole).filter(([name]) => selected.includes(name)))
}

function create(state: State, body: unknown, { objectId }: Caller, key?: string): EmulatorAnswer {
  const request = decoded(body)
  if (request.displayName === undefined) return invalid('displayName')
  const id = state.newId('id')
  const createdDateTime = new Date(state.now()).toISOString().replace('Z', '0000Z')
  const { publisherDomain } = state
  const identity = { id, appId: state.newId('appId'), createdDateTime, publisherDomain }
  const record = newApplication(identity, request)
  const whole = key === undefined ? record : { ...record, uniqueName: key }
  checkIdentifiers(state, whole)
  checkApplication(whole)
  state.applications.write(id, whole)
  state.owners.set(id, [objectId])
  const context = { '@odata.context': `${CONTEXT}applications/$entity` }
  return {
    status: 201,
    headers: { location: locationOf(state, id, 'Application') },
    body: { ...context, ...copyOf(whole) },
  }
}

const locationOf = ({ tenantId }: State, id: string, type: string) =>
  `https://graph.microsoft.com/v2/${tenantId}/directoryObjects/${id}/Microsoft.DirectoryServices.${type}`

/** Microsoft Graph, "Upsert application". */
function upsert(
  state: State,
  request: EmulatorRequest,
  { id: key }: Route,
  caller: Caller,
): EmulatorAnswer {
  if (request.method !== 'PATCH') return unknownPath()
  const match = state.applications.all().find(({ uniqueName }) => uniqueName === key)
  if (match === undefined) {
    const { prefer } = request.headers
    if (prefer !== 'create-if-missing') return noResource(key)
    return create(state, bodyOf(request), caller, key)
  }
  return change(state, request, { noun: 'applications', id: String(match.id), sub: '', last: '' })
}

/** Unique in the tenant, removed applications included. */
function checkIdentifiers({ applications, deleted }: State, record: Application): void {
  const { id, identifierUris: own } = record
  const uris = Array.isArray(own) ? own : []
  const others = [...applications.all(), ...deleted.values()].filter((one) => one.id !== id)
  const isTaken = (uri: unknown) =>
    others.some(({ identifierUris: all }) => Array.isArray(all) && all.includes(uri))
  if (uris.some(isTaken)) refuse(sameIdentifier())
}

function ownersOf({ people }: State, owners: readonly string[]): EmulatorAnswer {
  const value = owners.map(
    (id) => people.get(id) ?? { '@odata.type': '#microsoft.graph.servicePrincipal', id },
  )
  return { status: 200, body: { '@odata.context': `${CONTEXT}directoryObjects`, value } }
}

const TYPE = 'microsoft.graph.application'

function onDeleted(state: State, { method }: EmulatorRequest, route: Route): EmulatorAnswer {
  const { applications, deleted, now } = state
  for (const [id, one] of deleted) if (!isKept(one, now())) deleted.delete(id)
  const { id, sub } = route
  if (method === 'GET' && (id === TYPE || id === '')) {
    const value = [...deleted.values()].map((one) => view(one))
    return { status: 200, body: { '@odata.context': `${CONTEXT}applications`, value } }
  }
  const record = deleted.get(id)
  if (record === undefined) return noResource(id)
  const body = {
    '@odata.context': `${CONTEXT}directoryObjects/$entity`,
    '@odata.type': `#${TYPE}`,
    ...view(record),
  }
  switch (`${method} ${sub}`) {
    case 'GET ':
      return { status: 200, body }
    case 'DELETE ':
      deleted.delete(id)
      return { status: 204 }
    case 'POST restore':
      deleted.delete(id)
      applications.write(id, { ...record, deletedDateTime: null })
      return { status: 200, body: { ...body, deletedDateTime: null } }
  }
  return unknownPath()
}

function createPrincipal(state: State, request: EmulatorRequest): EmulatorAnswer {
  const appId = String(memberOf(bodyOf(request), 'appId'))
  const application = state.applications.listed().find((one) => one.appId === appId)
  if (application === undefined) {
    // Microsoft Graph, "Create servicePrincipal"; the words are made up.
    const says = `The appId '${appId}' of the service principal does not reference a valid application object.`
    return failure(400, 'NoBackingApplicationObject', says)
  }
  const record = newPrincipal(application, {
    id: state.newId('principal'),
    tenantId: state.tenantId,
    at: secondsOf(state.now()),
  })
  state.principals.set(appId, record)
  const context = { '@odata.context': `${CONTEXT}servicePrincipals/$entity` }
  return {
    status: 201,
    headers: { location: locationOf(state, String(record.id), 'ServicePrincipal') },
    body: { ...context, ...record },
  }
}

const secondsOf = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

const memberOf = (body: unknown, name: string): unknown => (isRecord(body) ? body[name] : undefined)

function bodyOf({ body }: EmulatorRequest): unknown {
  try {
    return parseJson(body.toString())
  } catch {
    return refuse(invalid('body'))
  }
}
