/**
 * Members of records named by dotted paths: `jwt_configuration.alg`. A name may have dots itself, as attributes of
 * Keycloak do: `attributes.logo.uri` is a member `logo.uri` of `attributes`, or `uri` in `logo` in it.
 */

import { once } from '../once.ts'
import type { Json, JsonObject } from './json.ts'
import { isRecord, withMembers } from './json.ts'

/** Whether a dotted path is another one or lies above it. */
export function covers(above: string, path: string): boolean {
  return path === above || path.startsWith(`${above}.`)
}

/** The member that a dotted path begins with. */
export const firstOf = (path: string) => path.split('.', 1)[0] ?? ''

/** A record without the members named by dotted paths. */
export function withoutPaths(record: JsonObject, paths: readonly string[]): JsonObject {
  return replacePaths(record, paths, () => undefined)
}

type Replace = (value: Json) => Json | undefined

/**
 * A record in which the members named by dotted paths are replaced; `undefined` removes one. What is no
 * record has no such members and stays as it is.
 */
export function replacePaths(
  record: JsonObject,
  paths: readonly string[],
  replace: Replace,
): JsonObject
export function replacePaths(record: Json, paths: readonly string[], replace: Replace): Json
export function replacePaths(record: Json, paths: readonly string[], replace: Replace): Json {
  return isRecord(record) ? replaceIn(record, treeOf(paths), replace) : record
}

/** Paths by what their first member may be; what is empty ends a path. */
interface PathTree extends ReadonlyMap<string, PathTree> {}

/** Lists of paths belong to mappings, which stay; the same ones come several times in each change. */
const treeOf = once((paths: readonly string[]): PathTree => {
  const below = new Map<string, string[]>()
  for (const path of paths) {
    for (const head of headsOf(path)) {
      below.set(head, [...(below.get(head) ?? []), path.slice(head.length + 1)])
    }
  }
  // A path that ends here takes along whatever lies below it.
  return new Map(
    [...below].map(([head, tails]) => [head, tails.includes('') ? new Map() : treeOf(tails)]),
  )
})

/** `a`, `a.b` and `a.b.c` for `a.b.c`. */
const headsOf = (path: string): readonly string[] => {
  const names = path.split('.')
  return names.map((_, index) => names.slice(0, index + 1).join('.'))
}

/**
 * Whether the parts of a dotted path, of which `*` is any one name, lead to a place in a record: `there`, or to it or
 * something above it.
 */
export function leadTo(
  parts: readonly string[],
  place: readonly string[],
  where: 'there' | 'or above',
): boolean {
  const [name, ...below] = place
  if (parts.length === 0) return where === 'or above' || name === undefined
  if (name === undefined) return false
  const count = parts[0] === '*' ? 1 : name.split('.').length
  if (parts[0] !== '*' && parts.slice(0, count).join('.') !== name) return false
  return leadTo(parts.slice(count), below, where)
}

function replaceIn(record: JsonObject, tree: PathTree, replace: Replace): JsonObject {
  const changed = new Map<string, Json | undefined>()
  for (const [name, below] of tree) {
    if (!Object.hasOwn(record, name)) continue
    const value = record[name] as Json
    const next = replaceBelow(value, below, replace)
    if (next !== value) changed.set(name, next)
  }
  return withMembers(record, changed)
}

function replaceBelow(value: Json, below: PathTree, replace: Replace): Json | undefined {
  if (below.size === 0) return replace(value)
  if (!isRecord(value)) return value
  const next = replaceIn(value, below, replace)
  // An object that held nothing else goes with its last member.
  return next !== value && Object.keys(next).length === 0 ? undefined : next
}
