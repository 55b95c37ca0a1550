/** Members of records named by dotted paths: `jwt_configuration.alg`. */

import type { Json, JsonObject } from './json.ts'
import { isRecord, memberOf } from './json.ts'

/** Whether a dotted path is another one or lies above it. */
export function covers(above: string, path: string): boolean {
  return path === above || path.startsWith(`${above}.`)
}

/** A record without the members named by dotted paths. */
export function withoutPaths(record: JsonObject, paths: readonly string[]): JsonObject {
  return replacePaths(record, paths, () => undefined)
}

/** A record in which the members named by dotted paths are replaced; `undefined` removes one. */
export function replacePaths(
  record: JsonObject,
  paths: readonly string[],
  replace: (value: Json) => Json | undefined,
): JsonObject {
  return paths.reduce((whole, path) => replacePath(whole, path.split('.'), replace), record)
}

function replacePath(
  record: JsonObject,
  [head = '', ...tail]: readonly string[],
  replace: (value: Json) => Json | undefined,
): JsonObject {
  const value = memberOf(record, head)
  if (value === undefined) return record
  if (tail.length > 0 && !isRecord(value)) return record
  const { [head]: _, ...others } = record
  if (tail.length === 0) {
    const next = replace(value)
    return next === undefined ? others : { ...record, [head]: next }
  }
  const next = replacePath(value as JsonObject, tail, replace)
  // An object that held nothing else goes with its last member.
  const emptied = Object.keys(next).length === 0 && Object.keys(value as JsonObject).length > 0
  return emptied ? others : { ...record, [head]: next }
}
