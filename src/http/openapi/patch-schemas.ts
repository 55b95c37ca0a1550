/** The body of a PATCH that is a JSON Patch: operations (RFC 6902 section 4), alone or with the place of the client. */

import { FIELD_NAMES } from '../../core/client.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { MAX_OPERATIONS } from '../../core/patch/json-patch.ts'
import { needs, when } from './conditions-of-bodies.ts'

/** RFC 6901 section 3; the first token is an attribute of a client. */
const POINTER: JsonObject = {
  type: 'string',
  pattern: `^/(${FIELD_NAMES.join('|')})(/([^~/]|~[01])*)*$`,
}

const forOperations = (operations: readonly string[], consequence: JsonObject): JsonObject =>
  when({ properties: { op: { enum: [...operations] } } }, consequence)

/** One operation. Members beside these may come, and mean nothing (RFC 6902 section 4). */
const OPERATION: JsonObject = {
  type: 'object',
  properties: {
    op: { type: 'string', enum: ['add', 'remove', 'replace', 'move', 'copy', 'test'] },
    path: POINTER,
    from: { description: 'The place that is moved or copied.' },
    value: {},
  },
  required: ['op', 'path'],
  // Names that reach the prototype of an object in careless code are refused everywhere.
  propertyNames: { not: { enum: ['__proto__', 'constructor', 'prototype'] } },
  allOf: [
    forOperations(['add', 'replace', 'test'], needs('value')),
    forOperations(['move', 'copy'], { required: ['from'], properties: { from: POINTER } }),
  ],
}

const JSON_PATCH = { type: 'array', maxItems: MAX_OPERATIONS, items: OPERATION }

/** The schemas, by name; `request`: that of a JSON Merge Patch, from which the place of the client is taken. */
export function patchSchemas({ properties }: JsonObject): Readonly<Record<string, JsonObject>> {
  const { client: _, ...place } = properties as JsonObject
  return {
    JsonPatch: JSON_PATCH,
    JsonPatchRequest: {
      type: 'object',
      properties: { ...place, client: { $ref: '#/components/schemas/JsonPatch' } },
      required: ['client'],
      additionalProperties: false,
    },
  }
}
