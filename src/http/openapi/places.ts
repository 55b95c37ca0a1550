/**
 * Where clients are, in the description of a development server, and what each provider takes there. Elsewhere it names no
 * provider: the description is public, and which providers there are is only for callers who may use them.
 */

import { OPERATIONS, type Operation } from '../../contract/operations.ts'
import { LEASE_FIELDS, useOfUris } from '../../core/client.ts'
import { isRecord, type JsonObject } from '../../core/json/json.ts'
import { missing } from '../../core/mapping/lenses.ts'
import { makingMapping } from '../../core/mapping/making.ts'
import { MAPPED_FIELDS, type Mapping } from '../../core/mapping/mapping.ts'
import { isLens, type Row } from '../../core/mapping/row.ts'
import type { UriPolicy, UriUse } from '../../core/uri/uri-rule.ts'
import { PART, when } from './conditions-of-bodies.ts'
import { patchAt, secretAt } from './provider-patch.ts'
import { uriPattern } from './uri-pattern.ts'

export interface DescribedPlaces {
  readonly providers: readonly DescribedProvider[]
}

export interface DescribedProvider {
  readonly id: string
  /** The one that is meant where a request names none. */
  readonly isDefault: boolean
  /** Absent where the provider has none. */
  readonly userPools?: readonly string[]
  /** It takes registration access tokens (RFC 7592). */
  readonly adopts: boolean
  readonly mapping: Mapping
}

/**
 * The description with the values of `provider` and `userPoolId` in queries and bodies of requests, and with what holds of
 * a body at each provider.
 */
export function withPlaces(api: JsonObject, { providers }: DescribedPlaces): JsonObject {
  const values = new Map([
    ['provider', providers.map(({ id }) => id)],
    ['userPoolId', providers.flatMap(({ userPools = [] }) => userPools)],
  ])
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (!isRecord(value)) return value
    const { in: place, name } = value
    const parameter = place === 'query' && typeof name === 'string' ? values.get(name) : undefined
    if (parameter !== undefined && parameter.length > 0) {
      return { ...value, schema: { type: 'string', enum: [...parameter] } }
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]))
  }
  const walked = walk(api) as JsonObject
  const components = isRecord(walked.components) ? walked.components : {}
  const schemas = isRecord(components.schemas) ? components.schemas : {}
  const members = Object.entries(schemas).map(([name, schema]) => [
    name,
    SENT.has(name) && isRecord(schema) ? placed(name, schema, values, providers) : schema,
  ])
  return { ...walked, components: { ...components, schemas: Object.fromEntries(members) } }
}

/** The bodies of requests. What is said of them here must not be said of an answer, which shows what is there. */
const SENT: ReadonlySet<string> = new Set([
  'JsonPatchRequest',
  ...Object.values<Operation>(OPERATIONS).flatMap(({ body }) => (body === undefined ? [] : [body])),
])

function placed(
  name: string,
  schema: JsonObject,
  values: ReadonlyMap<string, readonly string[]>,
  providers: readonly DescribedProvider[],
): JsonObject {
  const { properties, items, allOf = [] } = schema
  if (isRecord(items)) return { ...schema, items: placed('', items, values, providers) }
  if (!isRecord(properties)) return schema
  const entries = Object.entries(properties).map(([member, of]) => {
    const enumeration = values.get(member) ?? []
    if (enumeration.length > 0) return [member, named(member, enumeration)]
    return [member, isRecord(of) ? placed('', of, values, providers) : of]
  })
  const conditions =
    properties.provider === undefined ? [] : providers.map((one) => conditionOf(name, one))
  const all = [...(Array.isArray(allOf) ? allOf : []), ...conditions]
  return {
    ...schema,
    properties: Object.fromEntries(entries),
    ...(all.length === 0 ? {} : { allOf: all }),
  }
}

/** A user pool that is `null` in a body is none. */
const named = (member: string, values: readonly string[]): JsonObject =>
  member === 'userPoolId'
    ? { type: ['string', 'null'], enum: [...values, null] }
    : { type: 'string', enum: values }

/** What holds where a body names this provider, or none and this one is meant. */
function conditionOf(
  name: string,
  { id, isDefault, userPools, adopts, mapping }: DescribedProvider,
): JsonObject {
  const here = { properties: { provider: { const: id } } }
  const registration = { registrationAccessToken: false, registrationClientUri: false }
  const { properties, ...more } = BODIES_AT[name]?.(mapping) ?? {}
  const consequence = {
    ...more,
    properties: {
      ...(userPools === undefined
        ? { userPoolId: { type: 'null' } }
        : { userPoolId: { enum: userPools } }),
      ...(name === 'AdoptionRequest' && !adopts && registration),
      ...(isRecord(properties) && properties),
    },
  }
  return when(isDefault ? here : { ...here, required: ['provider'] }, consequence)
}

/** The lists that have leased values there, and what the rules of URIs take in each. */
function leasedAt(mapping: Mapping): JsonObject {
  const fields = LEASE_FIELDS.filter((field) => isLens(mapping.fields[field]))
  const uses = [...new Set(fields.map(useOfUris))].filter((use) => use !== undefined)
  return {
    anyOf: uses.map((use) => ({
      ...PART,
      properties: {
        field: { enum: fields.filter((field) => useOfUris(field) === use) },
        value: uriAt(use, mapping.uris),
      },
    })),
  }
}

const uriAt = (use: UriUse, policy: UriPolicy): JsonObject => ({
  pattern: uriPattern(use, policy),
  maxLength: policy.maxLength,
})

/** What is left out of a new client was never there, so that there is nothing to clear; some of it is set afterwards. */
function making(mapping: Mapping): JsonObject {
  const made = makingMapping(mapping)
  const rows = MAPPED_FIELDS.map((field) => {
    const row = made.fields[field] as Row<unknown>
    return [field, 'afterCreation' in row ? missing('it is set afterwards') : row]
  })
  const fields = Object.fromEntries(rows) as Mapping['fields']
  return patchAt({ ...made, fields, omitted: 'reset', uncleared: [] })
}

/** What bodies are at a provider. */
const BODIES_AT: Readonly<Record<string, (mapping: Mapping) => JsonObject>> = {
  ClientPatchRequest: (mapping) => ({ properties: { client: patchAt(mapping) } }),
  CreationRequest: (mapping) => ({
    properties: {
      client: {
        ...making(mapping),
        ...('needed' in mapping.fields.name && { required: ['name'] }),
      },
    },
  }),
  CopyRequest: (mapping) => ({ properties: { client: making(mapping) } }),
  ValuesRequest: (mapping) => ({
    properties: {
      managers: { additionalProperties: patchAt(mapping) },
      client: patchAt(mapping),
    },
  }),
  RotationRequest: (mapping) => ({ properties: { secret: secretAt(makingMapping(mapping)) } }),
  LeaseRequest: (mapping) => ({
    ...leasedAt(mapping),
    properties: { values: { items: leasedAt(mapping) } },
  }),
  MoveRequest: (mapping) => ({ properties: { to: uriAt('redirect', mapping.uris) } }),
}
