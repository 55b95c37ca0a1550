/** Which client of which provider a request is about, and whether its caller may do so. */

import { FIELDS, isFieldName } from '../core/client.ts'
import { ID_IN_QUERY } from '../core/client-path.ts'
import { ClientError } from '../core/errors.ts'
import type { Json } from '../core/json/json.ts'
import type { Mapping } from '../core/mapping/mapping.ts'
import type { Operation } from '../core/patch/json-patch.ts'
import type { Patch } from '../core/patch/patch.ts'
import { type Access, noSuchClient } from '../core/rights/access.ts'
import type { Permission } from '../core/rights/permissions.ts'
import type { Call, ClientRef, Place, UpstreamCall } from '../providers/call.ts'
import type { Provider } from '../providers/provider.ts'
import { type Looking, lookFor } from '../service/access/fresh-look.ts'
import { callerOf as callerText, callOf } from '../service/base/service.ts'
import { ANY_ISSUER, heldFor, insufficientScope, requirePermission } from './auth/permissions.ts'
import { actorOf, type Principal } from './auth/principal.ts'
import type { Exchange } from './exchange.ts'

/** A provider, or a user pool of one, and what the caller may do there. */
export interface Site {
  readonly place: Place
  readonly provider: Provider
  readonly principal: Principal
  /** The request knows that this server, or the provider, works by means of the client. */
  readonly ownClient: boolean
  /** By which limited grants are judged; absent: the caller has none there, and `may` is about every client. */
  readonly access: Access | undefined
  may(permission: Permission): boolean
}

export interface Target extends Site {
  readonly ref: ClientRef
}

/** Where a request may say that a client is or shall be. */
interface PlaceName {
  readonly provider?: Json | undefined
  readonly userPoolId?: Json | undefined
  /** As it stands in a body, or as a text in the query. */
  readonly ownClient?: Json | undefined
}

/** The names that a configuration may give, those of Cognito among them (UserPoolIdType, 55 characters). */
const POOL_ID = /^[\w.-]{1,64}$/
const MAX_ID_LENGTH = 255

/** The permission that the operation of a request asks for. */
export function permissionOf({ row: { permission } }: Pick<Exchange, 'row'>): Permission {
  if (permission !== 'public' && permission !== 'token') return permission
  throw new TypeError('the operation asks for no permission')
}

/**
 * Finds the client that the path names and checks the permission, which is that of the operation unless it is
 * about another place. Where grants of the caller are limited, it looks at the client first.
 * @throws ClientError `invalid_field`, `insufficient_scope`, `not_found`
 */
export async function targetOf(
  exchange: Exchange,
  name: PlaceName,
  permission = permissionOf(exchange),
): Promise<Target> {
  const site = siteOf(exchange, name, permission)
  const ref = { ...site.place, id: clientId(exchange, site.provider) }
  exchange.trace.ref = ref
  const { service } = exchange.settings
  const access = site.access && service.access?.(ref)
  if (access === undefined) return { ...site, ref }
  await lookFor(service, access, lookingFor(exchange, site.provider, ref))
  const { alternative = permission } = exchange.row
  if (!access.may(alternative) && !access.may(permission)) throw lacking(exchange, site, permission)
  return { ...site, ref, access, may: access.may }
}

/**
 * The client that is to be adopted. Where each is opened by a token of its own, none can be looked at without it: then
 * the adoption looks at it first.
 * @throws ClientError as `targetOf` does
 */
export async function adoptedTargetOf(exchange: Exchange, name: PlaceName): Promise<Target> {
  const site = siteOf(exchange, name)
  const ref = { ...site.place, id: clientId(exchange, site.provider) }
  const access = exchange.settings.service.access?.(ref)
  if (access === undefined || site.provider.adoption === undefined) return targetOf(exchange, name)
  exchange.trace.ref = ref
  return { ...site, ref, access, may: access.may }
}

/** A look at a client on behalf of the caller of a request. */
export function lookingFor(exchange: Exchange, provider: Provider, ref: ClientRef): Looking {
  const removedToo = OF_REMOVED.includes(exchange.operation)
  return { ref, provider, call: callFor(exchange), removedToo }
}

/** A call to a provider on behalf of the caller of a request. */
export function callFor({ settings, requestId, request, trace, principal }: Exchange): Call {
  const caller = callerText(actorOf(callerOf({ principal })))
  const { deadline } = request
  const onUpstream = (one: UpstreamCall) => trace.upstream.push(one)
  const context = { operationId: requestId, requestId, caller, deadline, onUpstream }
  return callOf(settings.service, context)
}

/** Operations that are about clients that were removed, too. */
const OF_REMOVED: readonly string[] = [
  'getClientHistory',
  'searchHistory',
  'getOperation',
  'copyClient',
  'restoreClient',
  'deleteClient',
]

/**
 * Refuses a caller without a further permission at a place, or on the client that was looked at there.
 * @throws ClientError `insufficient_scope`
 */
export function requireAlso(exchange: Exchange, site: Site, permission: Permission): void {
  if (!site.may(permission)) throw lacking(exchange, site, permission)
}

const lacking = (
  { settings }: Exchange,
  { principal, place }: Pick<Site, 'principal' | 'place'>,
  permission: Permission,
) => insufficientScope(settings.permissions, { principal, providerId: place.provider, permission })

/**
 * Finds the place that a request names and checks the permission.
 * @throws ClientError `invalid_field`, `insufficient_scope`, `not_found`
 */
export function siteOf(
  exchange: Exchange,
  name: PlaceName,
  permission = permissionOf(exchange),
): Site {
  const { id } = writtenId(exchange)
  return locate(exchange, name, permission, (provider) => {
    exchange.trace.ref = {
      provider,
      ...(id === undefined ? {} : { id: id.slice(0, MAX_ID_LENGTH) }),
    }
  })
}

/**
 * The same for a further place, which is not where the client of the path is.
 * @throws ClientError as `siteOf` does
 */
export function otherSiteOf(exchange: Exchange, name: PlaceName): Site {
  return locate(exchange, name, permissionOf(exchange), () => {})
}

function locate(
  exchange: Exchange,
  name: PlaceName,
  permission: Permission,
  onProvider: (provider: string) => void,
): Site {
  const { alternative = permission } = exchange.row
  const principal = callerOf(exchange)
  const { service, permissions, defaultProvider } = exchange.settings
  const id = name.provider === undefined ? defaultProvider : name.provider
  const visible = visibleProviders(exchange)
  const provider = typeof id === 'string' ? service.providers.get(id) : undefined
  if (typeof id !== 'string' || provider === undefined || !visible.includes(id)) {
    // A provider that the caller may do nothing with is the same as one that does not exist.
    if (visible.length === 0)
      requirePermission(permissions, { principal, providerId: '', permission })
    throw new ClientError('invalid_field', `provider must be one of: ${visible.join(', ')}.`, {
      field: 'provider',
    })
  }
  onProvider(id)
  const held = heldAt(exchange, id)
  if (!held.has(alternative) && !held.has(permission)) {
    throw lacking(exchange, { principal, place: { provider: id } }, permission)
  }
  const poolsFor = (one: Permission) =>
    provider.userPools?.filter((userPoolId) => {
      const access = service.access?.({ provider: id, userPoolId })
      return access === undefined ? held.has(one) : access.reaches(one)
    }) ?? []
  const place = { provider: id, ...poolOf(provider, name.userPoolId, poolsFor('clients:read')) }
  const access = service.access?.(place)
  if (access !== undefined && !access.reaches(alternative) && !access.reaches(permission)) {
    // Byte for byte the answer for a pool that does not exist.
    throw noSuchClient()
  }
  const ownClient = ownClientOf(exchange, name)
  const may = access?.may ?? ((one) => held.has(one))
  return { place, provider, principal, ownClient, access, may }
}

/** What the caller may do by this operation at a provider, to some client there at least. */
export function heldAt({ settings, operation, principal }: Exchange, providerId: string) {
  const caller = callerOf({ principal })
  return heldFor(settings.permissions, caller, { providerId, operation })
}

/** In the body, or else in the query of those routes that have it. */
function ownClientOf({ query }: Exchange, { ownClient }: PlaceName): boolean {
  const confirmed = ownClient ?? query.ownClient === 'true'
  if (typeof confirmed === 'boolean') return confirmed
  if (ownClient === query.ownClient) return ownClient === 'true'
  throw new ClientError('invalid_field', 'ownClient must be true or false.', { field: 'ownClient' })
}

/** The caller of a route that is not public. */
export function callerOf({ principal }: Pick<Exchange, 'principal'>): Principal {
  if (principal !== undefined) return principal
  throw new ClientError('unauthenticated', 'The request needs an access token.')
}

/**
 * Who is asked for, by subject and issuer: the same subject of another issuer is someone else. Without an
 * issuer the caller's own is meant.
 */
export function actorIn(exchange: Exchange): {
  readonly actor?: string
  readonly actorIssuer?: string
} {
  const { actor, actorIssuer = callerOf(exchange).issuer } = exchange.query
  if (actor === undefined) return {}
  return actorIssuer === ANY_ISSUER ? { actor } : { actor, actorIssuer }
}

/** Providers with which the caller may do anything at all, in the order of the configuration. */
export function visibleProviders(exchange: Exchange): readonly string[] {
  const { service, permissions } = exchange.settings
  const principal = callerOf(exchange)
  return [...service.providers.keys()].filter(
    (id) => permissions.grantsAt(principal, id).length > 0,
  )
}

function poolOf(
  provider: Provider,
  userPoolId: Json | undefined,
  readable: readonly string[],
): { userPoolId?: string } {
  if (provider.userPools === undefined) {
    if (userPoolId === undefined || userPoolId === null) return {}
    throw badPool('must be absent: this provider has no user pools')
  }
  if (userPoolId === undefined || userPoolId === null) {
    // Who may read clients sees their pools in the list; to others pools are not to be guessed.
    const pools = readable.length > 0 ? `, one of: ${readable.join(', ')}` : ''
    throw badPool(`must name the user pool that holds the client${pools}`)
  }
  if (typeof userPoolId !== 'string' || !POOL_ID.test(userPoolId)) {
    throw badPool('must be a user pool id such as us-east-1_1234test')
  }
  // Byte for byte the answer for a client that does not exist: pools are not to be guessed.
  if (!provider.userPools.includes(userPoolId)) throw noSuchClient()
  return { userPoolId }
}

const badPool = (says: string) =>
  new ClientError('invalid_field', `userPoolId ${says}.`, { field: 'userPoolId' })

/** The id of the client as the request has it: in the path, or in the query. */
function writtenId({ params, query }: Exchange) {
  const inQuery = params.clientId === ID_IN_QUERY && query.id !== undefined
  return inQuery ? { id: query.id, inQuery } : { id: params.clientId, inQuery }
}

/** The client that a request names. */
function clientId(exchange: Exchange, { mapping }: Provider): string {
  const { id, inQuery } = writtenId(exchange)
  if (!inQuery && exchange.query.id !== undefined) {
    throw badId('id', `id may be in the query only where the path has ${ID_IN_QUERY} in its place.`)
  }
  if (!inQuery) return pathId(exchange, 'clientId')
  if (mapping.idsMayHold !== undefined) return checkedId(id, 'id', { mapping })
  throw badId('id', 'At this provider the id of a client must be in the path.')
}

/** An id from the path, decoded once. What no provider can have as an id never goes upstream. */
export function pathId({ params }: Exchange, name: 'clientId' | 'secretId' | 'kid'): string {
  return checkedId(params[name], name, { label: `${name} in the path` })
}

/**
 * An id as a provider can have it; `label` is how it is called. Without a mapping it is as it can stand in a path.
 * Spaces and slashes: RFC 6749 appendix A.1, and client ids that are URLs (OAuth Client ID Metadata Document).
 * @throws ClientError `invalid_field`
 */
export function checkedId(
  value: Json | undefined,
  field: string,
  { label = field, mapping }: { readonly label?: string; readonly mapping?: Mapping } = {},
): string {
  const id = typeof value === 'string' ? value : ''
  const exceptions: readonly string[] = mapping?.idsMayHold ?? []
  const bad =
    id.length > MAX_ID_LENGTH ||
    id === '.' ||
    id === '..' ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point
    /[\u0000-\u001f\u007f-\u009f\\]/.test(id) ||
    NOT_IN_PATHS.some(([one]) => id.includes(one) && !exceptions.includes(one))
  if (!bad && id !== '') return id
  const without = NOT_IN_PATHS.flatMap(([one, name]) =>
    exceptions.includes(one) ? [] : [`${name}, `],
  )
  throw badId(
    field,
    `${label} must be 1 to ${MAX_ID_LENGTH} characters without ${[...without, 'backslashes'].join('')} and control characters.`,
  )
}

const NOT_IN_PATHS = [
  [' ', 'spaces'],
  ['/', 'slashes'],
] as const

const badId = (field: string, says: string) => new ClientError('invalid_field', says, { field })

/**
 * Refuses operations whose outcome reveals what the client has, to callers who may not read it.
 * @throws ClientError `insufficient_scope`
 */
export function checkReading({ may }: Pick<Site, 'may'>, patch: Patch): void {
  if (patch.kind !== 'operations' || may('clients:read')) return
  const index = patch.operations.findIndex(reads)
  if (index < 0) return
  throw new ClientError(
    'insufficient_scope',
    `client[${index}] depends on the present values of the client, so it also needs the permission clients:read. Set or clear whole attributes, or add to them.`,
    { field: `client[${index}]` },
  )
}

/** Whether what comes of an operation depends on more than that there is a client. */
function reads({ op, path: [field = '', ...inner] }: Operation): boolean {
  if (op === 'test' || op === 'move' || op === 'copy') return true
  if (inner.length === 0) return false
  const adds = op === 'add' && inner.length === 1
  return !adds || !(inner[0] === '-' || takesMembers(field))
}

/** Whether an attribute always is an object, to which any member can be added. */
const takesMembers = (name: string): boolean =>
  isFieldName(name) && ['map', 'raw'].includes(FIELDS[name].kind)
