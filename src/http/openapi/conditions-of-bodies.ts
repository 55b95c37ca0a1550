/**
 * What members of a body need of each other, which its schema leaves to the handler: as conditions, which readers hold a
 * body against and generators of clients pass over.
 */

import type { BodyName } from '../../contract/bodies.ts'
import { isRecord, type JsonObject } from '../../core/json/json.ts'
import { DESCRIBING_MEMBERS, PRIVATE_MEMBERS, PUBLIC_MEMBERS } from '../../core/keys/public-key.ts'
import { querySchema, TIME } from './query-schemas.ts'

/** Says of some members only; those that stand elsewhere are no fault here. */
export const PART: JsonObject = { unevaluatedProperties: true }

/** Keywords of JSON Schema 2020-12 (core, section 10.2.2). */
export const when = (
  condition: JsonObject,
  consequence: JsonObject,
  otherwise: JsonObject = {},
): JsonObject =>
  Object.fromEntries([
    ['if', { ...PART, ...condition }],
    // As a pair: linters take an object that is written with it for a promise.
    ['then', { ...PART, ...consequence }],
    ...(Object.keys(otherwise).length === 0 ? [] : [['else', { ...PART, ...otherwise }]]),
  ]) as JsonObject

/** Members that must be there; each is named twice, since readers look for it among the properties. */
export const needs = (...names: readonly string[]): JsonObject => ({
  ...PART,
  properties: Object.fromEntries(names.map((name) => [name, {}])),
  required: names,
})

/** An id as a client can have it: no spaces, control characters and slashes of either kind. */
export const ID: JsonObject = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  pattern: '^[^\\u0000-\\u0020\\u007f-\\u009f/\\\\]+$',
}

/** One condition in the other: generators make nothing of several at once. */
const KEYS_BY_KIND = Object.entries(PUBLIC_MEMBERS).reduceRight<JsonObject>(
  (otherwise, [kty, members]) =>
    when(
      { properties: { kty: { const: kty } } },
      { ...needs(...members), propertyNames: { enum: [...members, ...DESCRIBING_MEMBERS] } },
      otherwise,
    ),
  {},
)

const TEXT_MEMBERS = [
  ...new Set(Object.values(PUBLIC_MEMBERS).flat()),
  ...DESCRIBING_MEMBERS,
].filter((name) => name !== 'kty' && name !== 'kid')

const PUBLIC_KEY: JsonObject = {
  type: 'object',
  description:
    'A JSON Web Key (RFC 7517) without any private member; without kid it is named by its thumbprint (RFC 7638).',
  properties: {
    kty: { type: 'string', enum: Object.keys(PUBLIC_MEMBERS) },
    kid: { type: 'string', pattern: '^[!-.0-\\[\\]-~]{1,128}$' },
    ...Object.fromEntries(TEXT_MEMBERS.map((name) => [name, { type: 'string' }])),
    key_ops: { type: 'array', items: { type: 'string' } },
    x5c: { type: 'array', items: { type: 'string' } },
    ...Object.fromEntries(PRIVATE_MEMBERS.map((name) => [name, false])),
  },
  required: ['kty'],
  ...KEYS_BY_KIND,
}

/** An entity tag, with or without its double quotes. */
const TAG: JsonObject = { type: 'string', pattern: '^("[!#-~]{1,100}"|[!#-~]{1,100})$' }

/** No control characters, and no wildcard. */
const ONE_URL: JsonObject = { pattern: '^[^*\\u0000-\\u001f\\u007f-\\u009f]*$' }

const CLIENT_OF_JOB: JsonObject = { properties: { id: ID, ifMatch: TAG } }

/** A larger number is none that JavaScript holds exactly, so it is refused. */
const SAFE: JsonObject = { maximum: Number.MAX_SAFE_INTEGER }

/** What finds the clients of a job is what finds those of a list. */
const SELECTION: JsonObject = {
  properties: { q: querySchema('q'), filter: querySchema('filter') },
}

/** By the body that they are added to. */
const CONDITIONS: { readonly [B in BodyName]?: JsonObject } = {
  JobRequest: {
    properties: {
      clients: { minItems: 1, items: CLIENT_OF_JOB },
      select: SELECTION,
      maxFailures: SAFE,
    },
    // Not in allOf, which makes generators of Python clients fail beside a number that may be null.
    ...when(
      needs('select'),
      { properties: { patch: {}, clients: false }, required: ['patch'] },
      {
        ...needs('clients'),
        anyOf: [needs('patch'), { ...PART, properties: { clients: { items: needs('patch') } } }],
      },
    ),
  },
  MoveRequest: { properties: { to: ONE_URL, narrowAt: TIME } },
  LeasedValue: { properties: { value: ONE_URL } },
  LeaseRequest: {
    properties: { value: ONE_URL },
    ...when(
      needs('values'),
      // In this place generators of clients make no set of it.
      { properties: { field: false, value: false, values: { uniqueItems: true } } },
      needs('field', 'value'),
    ),
  },
  AdoptionRequest: {
    properties: { registrationClientUri: { pattern: '^[Hh][Tt][Tt][Pp][Ss]?:' } },
    dependentRequired: { registrationClientUri: ['registrationAccessToken'] },
  },
  NewKeyRequest: { properties: { key: PUBLIC_KEY } },
  RotationRequest: {
    allOf: [
      when(
        { properties: { cutOver: { const: true } }, required: ['cutOver'] },
        { properties: { retireAfterSeconds: false } },
      ),
    ],
  },
  ReapRequest: { properties: { select: SELECTION, maxFailures: SAFE } },
  // PATCH /clients/{clientId} sets it.
  ValuesRequest: when(needs('client'), {
    properties: { client: { ...PART, properties: { secret: false } } },
  }),
  RollbackRequest: { properties: { to: SAFE } },
}

/** The schemas with their conditions. */
export function withConditions(
  schemas: Readonly<Record<string, JsonObject>>,
): Readonly<Record<string, JsonObject>> {
  const conditioned = Object.entries(CONDITIONS).map(([name, conditions]) => [
    name,
    merged(schemas[name] ?? {}, conditions),
  ])
  return { ...schemas, ...Object.fromEntries(conditioned) }
}

/** Objects member by member; what both have and is no object, is that of the conditions. */
function merged(schema: JsonObject, conditions: JsonObject): JsonObject {
  const members = Object.entries(conditions).map(([name, condition]) => {
    const own = schema[name]
    return [name, isRecord(own) && isRecord(condition) ? merged(own, condition) : condition]
  })
  return { ...schema, ...Object.fromEntries(members) }
}
