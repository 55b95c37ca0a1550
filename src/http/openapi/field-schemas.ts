/**
 * The JSON Schema of each field, made of the schema that validates it. The build of the Lambda bundle
 * puts the result in the place of this module, so that a function carries no schema converter.
 */

import * as z from 'zod/mini'
import { FIELD_NAMES, FIELDS } from '../../core/client.ts'
import type { JsonObject } from '../../core/json/json.ts'

/** By field name, in the order of the fields. */
export function fieldSchemas(): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    FIELD_NAMES.map((field) => {
      const { $schema: _, ...schema } = z.toJSONSchema(FIELDS[field].schema) as JsonObject
      return [field, schema]
    }),
  )
}
