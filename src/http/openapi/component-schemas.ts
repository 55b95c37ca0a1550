/**
 * The schemas of all bodies as JSON Schema, for the OpenAPI description. The build of the Lambda bundle puts
 * the result in the place of this module, so that a function carries no schema converter.
 */

import * as z from 'zod/mini'
import { isRecord, type JsonObject } from '../../core/json/json.ts'
import { SCHEMAS } from '../schemas/schemas.ts'
import { withConditions } from './conditions-of-bodies.ts'
import { patchSchemas } from './patch-schemas.ts'

/** By the names of the bodies; a body in another one is a reference. */
export function componentSchemas(): Readonly<Record<string, JsonObject>> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    // Members that are not described may come: what is refused is said by `additionalProperties`.
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      // Bounds of whole numbers in JavaScript, not of ours.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      // Generators of clients make a text of it, and then refuse `true`.
      if (jsonSchema.const === true) delete jsonSchema.const
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    },
  })
  const components = Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [
      name,
      plainValues(schema as JsonObject) as JsonObject,
    ]),
  )
  return withConditions({
    ...components,
    // A member that no client has is refused; those of an answer that is sent back are left out.
    ClientPatch: { ...components.ClientPatch, additionalProperties: false },
    ...patchSchemas(components.ClientPatchRequest ?? {}),
  })
}

/**
 * A text, number or truth value that may be null, as one schema with two types: generators of Python clients make nothing of a
 * choice where a member is required or is a value of a map.
 */
function plainValues(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plainValues)
  if (!isRecord(schema)) return schema
  const { anyOf: choice, ...rest } = schema
  const [first, second] = Array.isArray(choice) && choice.length === 2 ? choice : []
  const isNullable = isRecord(first) && isPlain(first) && isRecord(second) && second.type === 'null'
  const own = isNullable ? { ...rest, ...first, type: [first.type, 'null'] } : schema
  return Object.fromEntries(Object.entries(own).map(([name, one]) => [name, plainValues(one)]))
}

const isPlain = ({ type, ...rest }: Record<string, unknown>) =>
  PLAIN_TYPES.has(type) && !('enum' in rest) && !('const' in rest)

const PLAIN_TYPES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean'])
