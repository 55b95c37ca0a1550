/**
 * What of a client's record is hidden: by the provider's list, by name and by shape. This is the one place
 * that decides; answers, plans, differences, histories, copies and the store all ask here.
 */

import type { Json, JsonObject } from '../json/json.ts'
import { isRecord } from '../json/json.ts'
import { isNumber } from '../json/json-number.ts'
import { covers } from '../json/paths.ts'
import type { Native, Row } from '../mapping/row.ts'
import {
  isAbout,
  isJwk,
  isPrivatePart,
  isSecretName,
  isSecretText,
  mayBeSecretText,
} from './secret-looks.ts'

/** What the configuration says about members, as dotted native paths; `*` stands for any one name. */
export interface MemberRules {
  /** Shown although name or shape look otherwise. What the provider documents as a secret stays hidden. */
  readonly public: readonly string[]
  readonly secret: readonly string[]
}

/** The part of a mapping that decides. */
export interface Rules {
  readonly fields: Readonly<Record<string, Row<unknown>>>
  readonly settings: readonly string[]
  readonly readOnlyKeys: readonly string[]
  readonly volatileKeys: readonly string[]
  readonly secretPaths: readonly string[]
  readonly publicPaths: readonly string[]
  readonly members?: MemberRules
}

/** What stands for a hidden value; `undefined`: nothing does, and its member goes. */
type Replace = (value: Json, path: readonly string[]) => Json | undefined

/** Fingerprints stand for secrets, and are as hidden in answers as what they stand for. */
const FINGERPRINT = /^fingerprint:[\w-]{12}$/

/** Whether a value is the fingerprint of a secret. */
export const isFingerprint = (value: Json) => typeof value === 'string' && FINGERPRINT.test(value)

/** A record in which every hidden value is replaced. A list that holds one is hidden whole, as it is written whole. */
export function replaceHidden(rules: Rules, record: Native, replace: Replace): Native
export function replaceHidden(rules: Rules, record: Json, replace: Replace): Json
export function replaceHidden(rules: Rules, record: Json, replace: Replace): Json {
  return isRecord(record) ? membersOf({ rules, replace }, record, [], false) : record
}

/** A value of one member, named by its path, in the same way; `undefined`: all of it is hidden. */
export function replaceHiddenAt(
  rules: Rules,
  path: readonly string[],
  value: Json,
  replace: Replace,
): Json | undefined {
  const above = path.slice(0, -1).map((_, index) => path.slice(0, index + 1))
  const inherited = above.reduce((named, one) => isNamed(rules, one, named), false)
  return valueAt({ rules, replace }, value, path, inherited)
}

/** The dotted paths of what is hidden in a record. */
export function hiddenPaths(rules: Rules, record: Json): readonly string[] {
  const paths: string[] = []
  replaceHidden(rules, record, (_, path) => {
    paths.push(path.join('.'))
    return undefined
  })
  return paths
}

interface Walk {
  readonly rules: Rules
  readonly replace: Replace
}

function membersOf(
  walk: Walk,
  record: JsonObject,
  path: readonly string[],
  named: boolean,
): JsonObject {
  // What lies below the name of a secret is hidden with it, whatever it looks like.
  const jwk = !named && isJwk(record)
  const kept: [string, Json][] = []
  for (const [name, value] of Object.entries(record)) {
    const next = jwk
      ? partOfKey(walk, name, value, [...path, name])
      : valueAt(walk, value, [...path, name], named)
    if (next !== undefined) kept.push([name, next])
  }
  return Object.fromEntries(kept)
}

/** What a JWK says beside its private parts is public, and looks as if drawn by chance. */
function partOfKey(
  walk: Walk,
  name: string,
  value: Json,
  path: readonly string[],
): Json | undefined {
  if (isPrivatePart(name, value)) return walk.replace(value, path)
  const isPlain = typeof value === 'string' && !isSecretName(name) && !isSecretText(value)
  const isChain = Array.isArray(value) && CERTIFICATES.includes(name)
  return isPlain || isChain ? value : valueAt(walk, value, path, false)
}

/** Certificates of a key (RFC 7517 section 4.7). */
const CERTIFICATES: readonly string[] = ['x5c']

function valueAt(
  walk: Walk,
  value: Json,
  path: readonly string[],
  inherited: boolean,
): Json | undefined {
  const { rules, replace } = walk
  const { secretPaths, members } = rules
  if (value === null || value === '') return value
  if (covered(secretPaths, path) || covered(members?.secret ?? [], path))
    return replace(value, path)
  if (covered(members?.public ?? [], path)) {
    return isRecord(value) ? listedOnly(walk, value, path) : value
  }
  const named = isNamed(rules, path, inherited)
  if (Array.isArray(value)) return listOf(walk, value, path, named)
  if (!isRecord(value))
    return isHiddenLeaf(rules, value, path, named) ? replace(value, path) : value
  const next = membersOf(walk, value, path, named)
  // An object that held nothing else goes with its last member.
  return Object.keys(next).length === 0 && Object.keys(value).length > 0 ? undefined : next
}

/** What the configuration shows is shown whole, but for the provider's own secrets in it. */
function listedOnly(walk: Walk, value: JsonObject, path: readonly string[]): JsonObject {
  const kept = Object.entries(value).map(([name, inner]): [string, Json | undefined] => {
    const at = [...path, name]
    if (covered(walk.rules.secretPaths, at)) return [name, walk.replace(inner, at)]
    return [name, isRecord(inner) ? listedOnly(walk, inner, at) : inner]
  })
  return Object.fromEntries(kept.filter((one): one is [string, Json] => one[1] !== undefined))
}

function listOf(
  walk: Walk,
  list: readonly Json[],
  path: readonly string[],
  named: boolean,
): Json | undefined {
  let hidden = false
  const look: Walk = {
    ...walk,
    replace: () => {
      hidden = true
      return undefined
    },
  }
  for (const item of list) {
    if (isRecord(item)) membersOf(look, item, path, named)
    else if (Array.isArray(item)) listOf(look, item, path, named)
    else if (item !== null && isHiddenLeaf(walk.rules, item, path, named)) hidden = true
  }
  return hidden ? walk.replace(list, path) : list
}

function isHiddenLeaf(rules: Rules, value: Json, path: readonly string[], named: boolean): boolean {
  if (isNumber(value)) return named
  if (typeof value !== 'string' || value === '') return false
  if (named || isSecretText(value) || FINGERPRINT.test(value)) return true
  return mayBeSecretText(value) && !isAbout(path.at(-1) ?? '') && !isKnown(rules, path)
}

/** Whether names make it a secret: its own, or one `above` it. */
function isNamed(rules: Rules, path: readonly string[], above: boolean): boolean {
  if (!above && !isSecretName(path.at(-1) ?? '')) return false
  return !isOneOf(rules.publicPaths, path) && !holdsAttribute(rules, path)
}

/** Whether an attribute is made of a member, or of one in it. */
function holdsAttribute(rules: Rules, path: readonly string[]): boolean {
  const dotted = path.join('.')
  return attributePaths(rules).some((key) => covers(dotted, key))
}

/** Whether it is known what a member is for: the provider documents it, or an attribute stands for it. */
function isKnown(rules: Rules, path: readonly string[]): boolean {
  if (path.length === 1 && knownMembers(rules).has(path[0] ?? '')) return true
  if (isOneOf(rules.publicPaths, path)) return true
  const dotted = path.join('.')
  return attributePaths(rules).some((key) => covers(key, dotted))
}

const knownMembers = once(
  ({ settings, readOnlyKeys, volatileKeys }: Rules) =>
    new Set<string>([...settings, ...readOnlyKeys, ...volatileKeys]),
)

/** Whether the value of a member may be kept as it is: the provider documents it, and nothing unknown lies in it. */
export function isPublicMember(rules: Rules, name: string, value: Json): boolean {
  const isFlat =
    !isRecord(value) && !(Array.isArray(value) && value.some((one) => typeof one === 'object'))
  return isFlat && (knownMembers(rules).has(name) || attributePaths(rules).includes(name))
}

/** The native members that attributes are made of. */
export const attributePaths = once(({ fields }: Rules): readonly string[] =>
  Object.values(fields).flatMap((row) => (row.support === 'missing' ? [] : row.keys)),
)

/** Made once for one mapping, since what walks along it comes for each client. */
function once<K extends object, T>(make: (key: K) => T): (key: K) => T {
  const made = new WeakMap<K, T>()
  return (key) => {
    const before = made.get(key)
    if (before !== undefined) return before
    const value = make(key)
    made.set(key, value)
    return value
  }
}

const covered = (paths: readonly string[], path: readonly string[]) =>
  namesOf(paths).some((names) => names.length <= path.length && matches(names, path))

const isOneOf = (paths: readonly string[], path: readonly string[]) =>
  namesOf(paths).some((names) => names.length === path.length && matches(names, path))

const matches = (names: readonly string[], path: readonly string[]) =>
  names.every((name, index) => name === '*' || name === path[index])

/** Dotted paths taken apart; their lists belong to mappings, which stay. */
const namesOf = once((paths: readonly string[]) => paths.map((one) => one.split('.')))
