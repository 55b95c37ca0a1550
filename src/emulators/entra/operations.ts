/** What each call does, as Microsoft Graph v1.0 does it, as far as applications go. */

import { isRecord } from '../copy.ts'
import { answered } from '../refusal.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { Caller } from './access.ts'
import { type Application, isPersonal } from './members.ts'
import { onPrincipals, upsertPrincipal } from './principals.ts'
import { list, ownersOf, read } from './reads.ts'
import { denied, noResource, unauthenticated, unknownPath } from './refusal.ts'
import { type Route, routeOf } from './route.ts'
import { bodyOf, type State } from './tenant.ts'
import { change, create, onDeleted, upsert } from './writes.ts'

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
  const units = name.startsWith('GET /applications') && isList(request) ? 2 : 1
  const tooMany = state.limiter.refusal({ units, ...writingOf(state, request) })
  if (tooMany !== undefined) return tooMany
  const answer = answered(() => carriedOut(state, request, caller))
  return { ...answer, headers: { ...answer.headers, 'x-ms-resource-unit': String(units) } }
}

/** Whether it writes, and to an application that personal accounts can use. */
function writingOf(state: State, request: EmulatorRequest) {
  const isWrite = request.method !== 'GET'
  const { noun, id } = routeOf(request) ?? { noun: '', id: '' }
  if (!isWrite || !noun.startsWith('applications')) return { isWrite, isPersonal: false }
  const isNew = id === '' || noun === 'applications(uniqueName)'
  const written = applicationOf(state, request) ?? (isNew ? bodyOf(request) : undefined)
  return { isWrite, isPersonal: isRecord(written) && isPersonal(written) }
}

const isList = (request: EmulatorRequest) =>
  (routeOf(request)?.id ?? '') === '' && !request.query.has('$select')

function carriedOut(state: State, request: EmulatorRequest, caller: Caller): EmulatorAnswer {
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
      return onPrincipals(state, request)
    case 'servicePrincipals(appId)':
      return upsertPrincipal(state, request, route)
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
