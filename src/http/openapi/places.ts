/**
 * Where clients are, in the description of a development server. Elsewhere it names no provider: the description is public, and
 * which providers there are is only for callers who may use them.
 */

import { isRecord, type JsonObject } from '../../core/json/json.ts'

export interface DescribedPlaces {
  readonly providers: readonly string[]
  readonly userPools: readonly string[]
}

/** The description with the values of `provider` and `userPoolId` in queries and bodies of requests. */
export function withPlaces(api: JsonObject, places: DescribedPlaces): JsonObject {
  const values = new Map([
    ['provider', places.providers],
    ['userPoolId', places.userPools],
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
  const named = Object.entries(schemas).map(([name, schema]) => [
    name,
    name.endsWith('Request') && isRecord(schema) ? withMembers(schema, values) : schema,
  ])
  return { ...walked, components: { ...components, schemas: Object.fromEntries(named) } }
}

function withMembers(
  schema: JsonObject,
  values: ReadonlyMap<string, readonly string[]>,
): JsonObject {
  const { properties } = schema
  if (!isRecord(properties)) return schema
  const entries = Object.entries(properties).map(([name, of]) => {
    const parameter = values.get(name)
    return [
      name,
      parameter === undefined || parameter.length === 0 ? of : { type: 'string', enum: parameter },
    ]
  })
  return { ...schema, properties: Object.fromEntries(entries) }
}
