/** What a POST and a PUT of a client do (RepresentationToModel, as measured on 26.7.4). */

import { randomBytes, randomUUID } from 'node:crypto'
import { isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import { byHash, decoded, type KeycloakClient } from './members.ts'
import { BARE, ofOpenId, type Realm } from './realm.ts'
import { BROKEN, CONFLICT, failure } from './refusal.ts'
import { checked } from './validate.ts'

/** What a write needs to know. */
export interface Writing {
  readonly realm: Realm
  /** Epoch milliseconds. */
  now(): number
}

const ROTATION_SECONDS = { expires: 2_505_600, rotated: 172_800 }
const SERVICE_ACCOUNT = 'service_account'

const seconds = ({ now }: Writing, more = 0) => String(Math.floor(now() / 1_000) + more)

/** Texts of a client, such as its attributes. */
export const textsIn = (value: unknown): Record<string, string> =>
  isRecord(value) ? (value as Record<string, string>) : {}

const listIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : []

/** Makes a client and gives the id of its record. */
export function create(writing: Writing, body: unknown): string {
  const { realm } = writing
  const request = decoded(body)
  const id = String(request.id ?? randomUUID())
  const clientId = String(request.clientId ?? id)
  if (id.length > 36)
    refuse(failure(400, 'invalid_input', 'Client ID must not exceed 36 characters'))
  const exists = [...realm.clients.values()].some(
    (client) => client.id === id || client.clientId === clientId,
  )
  if (exists) refuse({ status: 409, body: { errorMessage: `Client ${clientId} already exists` } })
  const hasProtocol = request.protocol !== undefined
  const { redirectUris } = request
  const client = {
    ...BARE,
    ...(hasProtocol ? { publicClient: true, directAccessGrantsEnabled: true } : {}),
    webOrigins: originsOf(listIn(redirectUris)),
    fullScopeAllowed: request.consentRequired !== true,
    ...request,
    id,
    clientId,
    attributes: {
      realm_client: 'false',
      ...(hasProtocol
        ? {
            'backchannel.logout.session.required': 'true',
            'backchannel.logout.revoke.offline.tokens': 'false',
          }
        : {}),
      ...withoutBlanks({ ...textsIn(request.attributes), 'client.secret.creation.time': '' }),
    },
    ...scopesOf(realm, request),
  }
  const record = withMappers(client, request.protocolMappers)
  if (record.authorizationServicesEnabled === true) {
    if (record.publicClient === true || record.serviceAccountsEnabled !== true) refuse(BROKEN)
  } else delete record.authorizationServicesEnabled
  const whole = withSecret(writing, checked(record, realm.sessions), {})
  realm.clients.set(id, whole)
  return id
}

/** If one list is sent, the other is empty; names that the realm does not have are dropped. */
function scopesOf(realm: Realm, request: KeycloakClient): KeycloakClient {
  const { defaultClientScopes: first, optionalClientScopes: second } = request
  const none = first === undefined && second === undefined
  const account = request.serviceAccountsEnabled === true ? [SERVICE_ACCOUNT] : []
  const own = ofOpenId(realm, none ? realm.defaults.default : listIn(first))
  return {
    defaultClientScopes: [...new Set([...own, ...account])].sort(byHash),
    optionalClientScopes: [
      ...ofOpenId(realm, none ? realm.defaults.optional : listIn(second)),
    ].sort(byHash),
  }
}

/** Changes a client: what is left out is kept, but for two members. */
export function update(writing: Writing, before: KeycloakClient, body: unknown): void {
  const { realm } = writing
  const {
    id: _,
    defaultClientScopes: __,
    optionalClientScopes: ___,
    protocolMappers,
    ...request
  } = decoded(body)
  if (typeof request.clientId === 'string' && request.clientId.trim() === '') {
    refuse(failure(400, 'invalid_input', 'Client ID cannot be blank'))
  }
  const exists = [...realm.clients.values()].some(
    ({ id, clientId }) => id !== before.id && clientId === request.clientId,
  )
  if (exists) refuse(CONFLICT)
  const redirectUris = listIn(request.redirectUris ?? before.redirectUris)
  const origins = listIn(request.webOrigins ?? before.webOrigins)
  const filled = request.webOrigins === undefined && origins.length === 0
  const after: KeycloakClient = {
    ...before,
    ...request,
    webOrigins: filled ? originsOf(redirectUris) : origins,
    attributes: merged(before.attributes, request.attributes),
    authenticationFlowBindingOverrides: merged(
      before.authenticationFlowBindingOverrides,
      request.authenticationFlowBindingOverrides,
    ),
    defaultClientScopes: withAccount(before, request),
  }
  const next = withMappers(after, protocolMappers)
  const on = request.authorizationServicesEnabled === true
  const possible = next.publicClient !== true && next.serviceAccountsEnabled === true
  if (on && !possible && before.authorizationServicesEnabled !== true) refuse(BROKEN)
  if (!on || !possible) delete next.authorizationServicesEnabled
  realm.clients.set(String(before.id), withSecret(writing, checked(next, realm.sessions), before))
}

/** The scope of a service account comes and goes with it. */
function withAccount(before: KeycloakClient, request: KeycloakClient): readonly string[] {
  const scopes = listIn(before.defaultClientScopes)
  const { serviceAccountsEnabled: now = before.serviceAccountsEnabled } = request
  if (now === before.serviceAccountsEnabled) return scopes
  const others = scopes.filter((scope) => scope !== SERVICE_ACCOUNT)
  return now === true ? [...others, SERVICE_ACCOUNT].sort(byHash) : others
}

const withoutBlanks = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).filter(([, value]) => value.trim() !== ''))

const merged = (before: unknown, request: unknown) =>
  withoutBlanks({ ...textsIn(before), ...textsIn(request) })

/** Replaced as a set by protocol and name: one of the same name keeps its id, one that is left out is deleted. */
function withMappers(client: KeycloakClient, request: unknown): KeycloakClient {
  if (request === undefined) return client
  const { protocolMappers: mappersBefore = [], ...rest } = client
  const former = listIn(mappersBefore) as readonly unknown[]
  const mappers = listIn(request).map((mapper: unknown) => {
    if (!isRecord(mapper) || typeof mapper.protocolMapper !== 'string') return refuse(BROKEN)
    const same = former.find(
      (one) =>
        isRecord(one) &&
        one.name === mapper.name &&
        one.protocol === mapper.protocol &&
        one !== mapper,
    )
    const id = isRecord(same) ? same.id : (mapper.id ?? randomUUID())
    const { consentRequired = false, config = {} } = mapper
    return { ...mapper, id, consentRequired, config }
  })
  return mappers.length === 0 ? rest : { ...rest, protocolMappers: mappers }
}

/** Origins of http(s) URIs. */
function originsOf(uris: readonly string[]): readonly string[] {
  const origins = uris.flatMap((uri) => /^https?:\/\/[^/?#]+/.exec(uri)?.slice(0, 1) ?? [])
  return [...new Set(origins)].sort(byHash)
}

/** A public client forgets its secret; one that is public no longer is given another. */
function withSecret(
  writing: Writing,
  client: KeycloakClient,
  before: KeycloakClient,
): KeycloakClient {
  const { secret, ...rest } = client
  if (client.publicClient === true) return rest
  const { rotatesSecrets } = writing.realm
  const ownSecret = before.publicClient === true && secret === before.secret ? undefined : secret
  const attributes = textsIn(client.attributes)
  const generated = ownSecret === undefined || ownSecret === null ? newSecret() : undefined
  const times = {
    ...(generated === undefined ? {} : { 'client.secret.creation.time': seconds(writing) }),
    ...(rotatesSecrets && attributes['client.secret.expiration.time'] === undefined
      ? { 'client.secret.expiration.time': seconds(writing, ROTATION_SECONDS.expires) }
      : {}),
  }
  const remaining = rotatesSecrets ? attributes : withoutRotation(attributes)
  return { ...client, secret: generated ?? ownSecret, attributes: { ...remaining, ...times } }
}

/** Without the policy, the next update ends the former secret. */
const withoutRotation = (attributes: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => !/^client\.secret\.(?:rotated|expiration)/.test(name),
    ),
  )

const newSecret = () => randomBytes(64).toString('base64url')

/** Makes another secret; under a policy the former one goes on for a while. */
export function rotate(writing: Writing, client: KeycloakClient): string {
  const value = newSecret()
  const { rotatesSecrets } = writing.realm
  const overlap =
    rotatesSecrets && client.publicClient !== true
      ? {
          'client.secret.expiration.time': seconds(writing, ROTATION_SECONDS.expires),
          'client.secret.rotated': String(client.secret),
          'client.secret.rotated.creation.time': seconds(writing),
          'client.secret.rotated.expiration.time': seconds(writing, ROTATION_SECONDS.rotated),
        }
      : {}
  const attributes = {
    ...textsIn(client.attributes),
    'client.secret.creation.time': seconds(writing),
    ...overlap,
  }
  writing.realm.clients.set(String(client.id), { ...client, secret: value, attributes })
  return value
}
