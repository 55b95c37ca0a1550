/**
 * Records whose settings lie in objects within objects, such as `settings.oauthClient.redirect_uris` of Okta. The engine
 * judges a change setting by setting, so that such an object is opened: the record has one member for each of its
 * settings, named by its path. Callers and the provider see the objects.
 */

import type { Json, JsonObject } from '../json/json.ts'
import { isRecord } from '../json/json.ts'
import { covers } from '../json/paths.ts'

/** The record with these objects (dotted paths, outer ones first) opened; an empty one stays. */
export function opened(record: JsonObject, objects: readonly string[]): JsonObject {
  return objects.reduce<JsonObject>((whole, path) => {
    const { [path]: inner, ...others } = whole
    if (!isRecord(inner) || Object.keys(inner).length === 0) return whole
    const members = Object.entries(inner).map(([name, value]) => [`${path}.${name}`, value])
    return { ...others, ...Object.fromEntries(members) }
  }, record)
}

/** The objects put together again. */
export function closed(record: JsonObject, objects: readonly string[]): JsonObject {
  const innermostFirst = [...objects].reverse()
  const whole: Tree = {}
  for (const [name, value] of Object.entries(record)) {
    const path = innermostFirst.find((one) => one !== name && covers(one, name))
    if (path === undefined) place(whole, [name], value)
    else place(whole, [...path.split('.'), name.slice(path.length + 1)], value)
  }
  return whole as JsonObject
}

type Tree = { [name: string]: Json | Tree }

function place(tree: Tree, [name = '', ...below]: readonly string[], value: Json): void {
  if (below.length === 0) {
    Object.defineProperty(tree, name, { value, ...AS_ANY_OTHER })
    return
  }
  const held = Object.hasOwn(tree, name) ? tree[name] : undefined
  const inner: Tree = isRecord(held) ? { ...(held as Tree) } : {}
  Object.defineProperty(tree, name, { value: inner, ...AS_ANY_OTHER })
  place(inner, below, value)
}

const AS_ANY_OTHER = { configurable: true, enumerable: true, writable: true }
