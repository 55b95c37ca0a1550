/** Members of a client by their types (ClientRepresentation of 26.7.4), and what a value of a request makes of one. */

import { isNumberLiteral } from '../../core/json/json-number.ts'
import { copyOf, isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import { failure, NO_JSON } from './refusal.ts'

export type KeycloakClient = Record<string, unknown>

type Kind = 'text' | 'flag' | 'number' | 'texts' | 'map' | 'json' | 'ignored'

export const MEMBERS: Readonly<Record<string, Kind>> = {
  id: 'text',
  clientId: 'text',
  name: 'text',
  description: 'text',
  type: 'text',
  rootUrl: 'text',
  adminUrl: 'text',
  baseUrl: 'text',
  surrogateAuthRequired: 'flag',
  enabled: 'flag',
  alwaysDisplayInConsole: 'flag',
  clientAuthenticatorType: 'text',
  secret: 'text',
  redirectUris: 'texts',
  webOrigins: 'texts',
  notBefore: 'number',
  bearerOnly: 'flag',
  consentRequired: 'flag',
  standardFlowEnabled: 'flag',
  implicitFlowEnabled: 'flag',
  directAccessGrantsEnabled: 'flag',
  serviceAccountsEnabled: 'flag',
  authorizationServicesEnabled: 'flag',
  publicClient: 'flag',
  frontchannelLogout: 'flag',
  protocol: 'text',
  attributes: 'map',
  authenticationFlowBindingOverrides: 'map',
  fullScopeAllowed: 'flag',
  nodeReRegistrationTimeout: 'number',
  protocolMappers: 'json',
  defaultClientScopes: 'texts',
  optionalClientScopes: 'texts',
  access: 'ignored',
  registeredNodes: 'ignored',
  registrationAccessToken: 'ignored',
  origin: 'ignored',
}

/** Columns of the database; a longer text breaks the update. */
export const MAX_TEXT = 255

/** The members of a request, by their types; `null` and what is missing are left out. */
export function decoded(body: unknown): KeycloakClient {
  if (!isRecord(body)) return refuse(NO_JSON)
  const members = Object.entries(body).filter(([name, value]) => {
    if (MEMBERS[name] === undefined) refuse(unrecognized(name))
    return value !== null && MEMBERS[name] !== 'ignored'
  })
  return Object.fromEntries(members.map(([name, value]) => [name, valueFor(name, value)]))
}

const unrecognized = (name: string) =>
  failure(
    400,
    `Invalid json representation for ClientRepresentation. Unrecognized field "${name}" at line 1 column 2.`,
  )

function valueFor(name: string, value: unknown): unknown {
  switch (MEMBERS[name]) {
    case 'flag':
      if (value === 'true' || value === 'false') return value === 'true'
      return typeof value === 'boolean' ? value : refuse(NO_JSON)
    case 'number':
      return typeof value === 'number' || isNumberLiteral(value) ? value : refuse(NO_JSON)
    case 'text':
      return textOf(value)
    case 'texts':
      if (!Array.isArray(value)) return refuse(NO_JSON)
      return [...new Set(value.filter((one) => one !== null && one !== '').map(textOf))].sort(
        byHash,
      )
    case 'map':
      if (!isRecord(value)) return refuse(NO_JSON)
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, one === null ? '' : textOf(one)]),
      )
    default:
      return copyOf(value)
  }
}

/** Numbers and flags become texts. */
function textOf(value: unknown): string {
  if (isRecord(value) && !isNumberLiteral(value)) return refuse(NO_JSON)
  return Array.isArray(value) ? refuse(NO_JSON) : String(value)
}

/** The server gives lists back in the order of a hash, which is the same in each read. */
export const byHash = (one: string, other: string): number =>
  hash(one) - hash(other) || (one < other ? -1 : 1)

const hash = (text: string) =>
  [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 65_521, 7)
