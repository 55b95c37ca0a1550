/** What calls do that make, change or remove an application, and those that give a removed one back or purge it. */

import { copyOf, isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { Caller } from './access.ts'
import { isKept } from './directory.ts'
import { type Application, decoded, newApplication } from './members.ts'
import { addPassword, removePassword } from './passwords.ts'
import { view } from './reads.ts'
import { invalid, noResource, sameIdentifier, unknownPath } from './refusal.ts'
import type { Route } from './route.ts'
import { bodyOf, CONTEXT, locationOf, memberOf, type State, secondsOf } from './tenant.ts'
import { checkApplication } from './validate.ts'

/** A write to an application that the caller may write to. */
export function change(state: State, request: EmulatorRequest, route: Route): EmulatorAnswer {
  const { applications } = state
  const { id, sub, last } = route
  const before = applications.latest(id)
  if (before === undefined) return noResource(id)
  switch (`${request.method} ${sub}`) {
    case 'PATCH ': {
      const body = bodyOf(request)
      const sent = state.otherwise ? otherwise(body, before) : body
      const after = { ...before, ...decoded(sent, before) }
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

/** What no source rules out either: parts are merged; isDisabled, and certificates without their key, are refused. */
function otherwise(body: unknown, before: Application): unknown {
  if (!isRecord(body)) return body
  const { isDisabled, keyCredentials } = body
  if (isDisabled !== undefined) return refuse(invalid('isDisabled'))
  const isKeyless = (one: unknown) => isRecord(one) && (one.key ?? null) === null
  if (Array.isArray(keyCredentials) && keyCredentials.some(isKeyless)) {
    return refuse(invalid('keyCredentials'))
  }
  const whole = Object.entries(body).map(([name, value]) => {
    const earlier = before[name]
    const isMerged = name === 'web' && isRecord(value) && isRecord(earlier)
    return [name, isMerged ? { ...earlier, ...value } : value]
  })
  return Object.fromEntries(whole)
}

/** A new application, which the caller owns. */
export function create(
  state: State,
  body: unknown,
  { objectId }: Caller,
  key?: string,
): EmulatorAnswer {
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

/** Microsoft Graph, "Upsert application". */
export function upsert(
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

const TYPE = 'microsoft.graph.application'

/** Answers calls of `/directory/deletedItems`. */
export function onDeleted(state: State, { method }: EmulatorRequest, route: Route): EmulatorAnswer {
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
