/** What the schemas of the OpenAPI description are written with. */

import type { JsonObject } from '../../core/json/json.ts'

/** A reference to one of them. */
export const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` })

export type ObjectSchema = (properties: JsonObject, required: readonly string[]) => JsonObject

export type ListSchema = (items: JsonObject) => JsonObject
