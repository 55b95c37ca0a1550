/**
 * Members of a client by their types (ory/hydra v2.3.0, client/client.go), as records are shown, and what a value
 * of a request makes of one.
 */

import { isNumberLiteral } from '../../core/json/json-number.ts'
import { copyOf, isRecord } from '../copy.ts'

export type HydraClient = Record<string, unknown>

/** `omitted`: not shown while it is empty. */
type Kind = 'text' | 'omitted text' | 'texts' | 'omitted texts' | 'flag' | 'omitted flag'
type OwnKind = 'lifespan' | 'null flag' | 'keys' | 'json' | 'number'

export const MEMBERS: Readonly<Record<string, Kind | OwnKind>> = {
  client_id: 'text',
  client_name: 'text',
  client_secret: 'omitted text',
  redirect_uris: 'texts',
  grant_types: 'texts',
  response_types: 'texts',
  scope: 'text',
  audience: 'texts',
  owner: 'text',
  policy_uri: 'text',
  allowed_cors_origins: 'texts',
  tos_uri: 'text',
  client_uri: 'text',
  logo_uri: 'text',
  contacts: 'texts',
  client_secret_expires_at: 'number',
  subject_type: 'text',
  sector_identifier_uri: 'omitted text',
  jwks_uri: 'omitted text',
  jwks: 'keys',
  token_endpoint_auth_method: 'omitted text',
  token_endpoint_auth_signing_alg: 'omitted text',
  request_uris: 'omitted texts',
  request_object_signing_alg: 'omitted text',
  userinfo_signed_response_alg: 'omitted text',
  frontchannel_logout_uri: 'omitted text',
  frontchannel_logout_session_required: 'omitted flag',
  post_logout_redirect_uris: 'omitted texts',
  backchannel_logout_uri: 'omitted text',
  backchannel_logout_session_required: 'omitted flag',
  metadata: 'json',
  registration_access_token: 'omitted text',
  registration_client_uri: 'omitted text',
  access_token_strategy: 'omitted text',
  skip_consent: 'flag',
  skip_logout_consent: 'null flag',
  authorization_code_grant_access_token_lifespan: 'lifespan',
  authorization_code_grant_id_token_lifespan: 'lifespan',
  authorization_code_grant_refresh_token_lifespan: 'lifespan',
  client_credentials_grant_access_token_lifespan: 'lifespan',
  implicit_grant_access_token_lifespan: 'lifespan',
  implicit_grant_id_token_lifespan: 'lifespan',
  jwt_bearer_grant_access_token_lifespan: 'lifespan',
  refresh_token_grant_id_token_lifespan: 'lifespan',
  refresh_token_grant_access_token_lifespan: 'lifespan',
  refresh_token_grant_refresh_token_lifespan: 'lifespan',
}

export const LIFESPANS = Object.keys(MEMBERS).filter((name) => MEMBERS[name] === 'lifespan')

/** What a client holds that names nothing. */
const EMPTY: Readonly<Record<Kind | OwnKind, unknown>> = {
  text: '',
  'omitted text': '',
  texts: [],
  'omitted texts': [],
  flag: false,
  'omitted flag': false,
  lifespan: null,
  'null flag': null,
  keys: {},
  json: {},
  number: 0,
}

/** A client of these members; unknown ones are dropped, and what is missing is empty. */
export function whole(members: HydraClient): HydraClient {
  const ownMembers = Object.entries(MEMBERS).map(([name, kind]) => [
    name,
    copyOf(Object.hasOwn(members, name) ? members[name] : EMPTY[kind]),
  ])
  const { created_at, updated_at } = members
  return { ...Object.fromEntries(ownMembers), created_at, updated_at }
}

/** The record as a read shows it. */
export function shown(client: HydraClient): HydraClient {
  return Object.fromEntries(
    Object.entries(client).filter(([name, value]) => {
      if (name === 'client_secret' || name.startsWith('registration_')) return false
      if (MEMBERS[name]?.startsWith('omitted ') !== true) return true
      return Array.isArray(value) ? value.length > 0 : value !== '' && value !== false
    }),
  )
}

/**
 * The value that a member holds after a request gives it: `undefined` for one that leaves it as it is.
 * @throws TypeError for a value of another type
 */
export function decoded(name: string, value: unknown): unknown {
  const kind = MEMBERS[name]
  if (kind === undefined) return undefined
  if (kind === 'json') return copyOf(value)
  if (value === null) return kind.endsWith('texts') ? [] : kind === 'keys' ? null : undefined
  if (kind.endsWith('texts')) return textsOf(name, value)
  if (kind === 'lifespan') return lifespanOf(name, value)
  if (kind === 'keys') return keysOf(name, value)
  const type = kind === 'number' ? 'number' : kind.endsWith('flag') ? 'boolean' : 'string'
  const fits = type === 'number' ? typeof value === 'number' || isNumberLiteral(value) : false
  return fits || typeof value === type ? value : wrong(name, value)
}

function wrong(name: string, value: unknown): never {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  throw new TypeError(`json: cannot unmarshal ${type} into Go struct field Client.${name}`)
}

function textsOf(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return wrong(name, value)
  return value.map((one) => (one === null ? '' : typeof one === 'string' ? one : wrong(name, one)))
}

/** Members of a JSON Web Key that are kept (go-jose), as far as public keys have them. */
const KEY_MEMBERS = ['use', 'kty', 'kid', 'crv', 'alg', 'x', 'y', 'n', 'e', 'x5c', 'x5u', 'x5t']

/** A set without the member `keys` leaves the keys as they are. */
function keysOf(name: string, value: unknown): unknown {
  if (!isRecord(value)) return wrong(name, value)
  const { keys } = value
  if (keys === undefined || keys === null) return undefined
  if (!Array.isArray(keys)) return wrong(name, keys)
  return {
    keys: keys.map((key) => {
      const names = KEY_MEMBERS.filter((member) => isRecord(key) && Object.hasOwn(key, member))
      return Object.fromEntries(names.map((member) => [member, copyOf(key[member])]))
    }),
  }
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** A duration in the form in which Go writes it. */
function lifespanOf(name: string, value: unknown): string {
  if (typeof value !== 'string') return wrong(name, value)
  if (!/^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s))+)$/.test(value)) {
    throw new TypeError(`time: invalid duration '${value}'`)
  }
  const parts = [...value.matchAll(/(\d+\.?\d*|\.\d+)(h|ms|m|s)/g)]
  const sum = parts.reduce(
    (all, [, count, unit = '']) => all + Number(count) * (UNITS[unit] ?? 0),
    0,
  )
  return `${value.startsWith('-') && sum > 0 ? '-' : ''}${durationOf(sum)}`
}

function durationOf(milliseconds: number): string {
  if (milliseconds > 0 && milliseconds < 1_000) return `${milliseconds}ms`
  const hours = Math.floor(milliseconds / 3_600_000)
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000)
  const seconds = `${(milliseconds % 60_000) / 1_000}s`
  if (hours > 0) return `${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}
