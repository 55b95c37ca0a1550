/** Planning in tests: a patch as a caller would send it, on a record. */

import type { Json, JsonObject } from '../src/core/json/json.ts'
import type { Mapping } from '../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../src/core/patch/patch.ts'
import { checkPatch, type Plan, planChange } from '../src/core/plan/plan.ts'

/** Plans as the flow does: checks first, then the plan. */
export function planOf(mapping: Mapping, native: JsonObject, client: JsonObject): Plan {
  const patch = parseMergePatch(client)
  checkPatch(mapping, patch)
  return planChange(mapping, native, patch)
}

/** A record with members set; `undefined` removes one. */
export function withMembers(
  record: JsonObject,
  members: Readonly<Record<string, Json | undefined>>,
): JsonObject {
  return Object.fromEntries(
    Object.entries({ ...record, ...members }).filter(([, value]) => value !== undefined),
  ) as JsonObject
}
