/**
 * What Keycloak demands of a client, and what it answers with a 500 that names nothing or stores without a word
 * (measured on 26.7.4), as sentences for the caller.
 */

import { isRecord, type Json } from '../../core/json/json.ts'
import { texts } from '../../core/mapping/lenses.ts'
import { membersOf } from '../../core/mapping/members.ts'
import type { Rule } from '../../core/mapping/row.ts'
import { FLAG, type Shape, shapeRules, TEXTS } from '../../core/mapping/shapes.ts'
import { attributesOf } from './attributes.ts'
import { MAX_TEXT } from './lenses.ts'
import { MEMBERS } from './members.ts'

const FIT: readonly Rule[] = [
  {
    says: 'client.scopes and client.providerSettings.defaultClientScopes must have no scope in common: Keycloak gives a client each scope in one way only.',
    field: 'client.scopes',
    holds: ({ defaultClientScopes, optionalClientScopes }) => {
      const optional = texts(optionalClientScopes)
      return !texts(defaultClientScopes).some((scope) => optional.includes(scope))
    },
  },
  {
    says: 'client.secret cannot be set: the client is public (client.tokenEndpointAuthMethod is none), and Keycloak keeps no secret of it.',
    field: 'client.secret',
    holds: ({ publicClient, secret }) => publicClient !== true || secret === undefined,
  },
  {
    says: 'client.tokenEndpointAuthMethod cannot be none while client.providerSettings.authorizationServicesEnabled is true: Keycloak would delete the resources and policies of the client.',
    field: 'client.tokenEndpointAuthMethod',
    holds: (next) => next.publicClient !== true || next.authorizationServicesEnabled !== true,
  },
  {
    says: 'client.providerSettings.authorizationServicesEnabled needs client_credentials in client.grantTypes.',
    field: 'client.providerSettings.authorizationServicesEnabled',
    holds: (next) =>
      next.authorizationServicesEnabled !== true || next.serviceAccountsEnabled === true,
  },
  {
    says: 'client.providerSettings.attributes must have strings as values, such as "true" or "300".',
    field: 'client.providerSettings.attributes',
    holds: (next) => Object.values(attributesOf(next)).every((value) => typeof value === 'string'),
  },
  {
    says: 'client.providerSettings.protocolMappers must be a list of objects, each with the strings name, protocol and protocolMapper, and a config of strings.',
    field: 'client.providerSettings.protocolMappers',
    holds: ({ protocolMappers = [] }) =>
      Array.isArray(protocolMappers) && protocolMappers.every(isMapper),
  },
]

const isText = (value: Json | undefined) => typeof value === 'string'

function isMapper(value: Json): boolean {
  if (!isRecord(value)) return false
  const { name, protocol, protocolMapper, config = {} } = value
  const hasTexts = [name, protocol, protocolMapper].every(isText)
  return hasTexts && isRecord(config) && Object.values(config).every(isText)
}

const SHORT: Shape = [
  (value) => typeof value === 'string' && value.length <= MAX_TEXT,
  `a string of ${MAX_TEXT} characters at most`,
]
const NUMBER: Shape = [(value) => Number.isInteger(value), 'a whole number']
const OF_TEXTS: Shape = [
  (value) => isRecord(value) && Object.values(value).every(isText),
  'an object of strings',
]

/** What each raw setting holds, where that is no flag. */
const SHAPES: Readonly<Record<string, Shape>> = {
  adminUrl: SHORT,
  authenticationFlowBindingOverrides: OF_TEXTS,
  defaultClientScopes: TEXTS,
  nodeReRegistrationTimeout: NUMBER,
  notBefore: NUMBER,
  rootUrl: SHORT,
  type: SHORT,
}

const JUDGED_ABOVE = ['attributes', 'protocolMappers']

const SHAPED = shapeRules(
  membersOf(MEMBERS, 'setting').filter((name) => !JUDGED_ABOVE.includes(name)),
  (name) => SHAPES[name] ?? FLAG,
)

export const rules: readonly Rule[] = [...FIT, ...SHAPED]
