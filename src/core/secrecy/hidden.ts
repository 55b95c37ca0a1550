/**
 * What of a client's record is hidden: by the provider's list, by name and by shape. This is the one place
 * that decides; answers, plans, differences, histories, copies and the store all ask here.
 */

import type { Json, JsonObject } from '../json/json.ts'
import { isRecord, withMembers } from '../json/json.ts'
import { isNumber } from '../json/json-number.ts'
import type { Native } from '../mapping/row.ts'
import { type Place, placeBelow, placeOf, type Rules, rootPlace } from './place.ts'
import {
  isJwk,
  isPrivatePart,
  isSecretName,
  isSecretText,
  mayBeSecretText,
} from './secret-looks.ts'

/** What stands for a hidden value; `undefined`: nothing does, and its member goes. */
type Replace = (value: Json, path: readonly string[]) => Json | undefined

/** Fingerprints stand for secrets, and are as hidden in answers as what they stand for. */
const FINGERPRINT = /^fingerprint:[\w-]{12}$/

/** Whether a value is the fingerprint of a secret. */
export const isFingerprint = (value: Json) => typeof value === 'string' && FINGERPRINT.test(value)

/**
 * A record in which every hidden value is replaced; itself where none is. A list that holds one is hidden whole,
 * as it is written whole.
 */
export function replaceHidden(rules: Rules, record: Native, replace: Replace): Native
export function replaceHidden(rules: Rules, record: Json, replace: Replace): Json
export function replaceHidden(rules: Rules, record: Json, replace: Replace): Json {
  if (!isRecord(record)) return record
  return membersOf({ rules, replace }, record, rootPlace(rules), false)
}

/** A value of one member, named by its path, in the same way; `undefined`: all of it is hidden. */
export function replaceHiddenAt(
  rules: Rules,
  path: readonly string[],
  value: Json,
  replace: Replace,
): Json | undefined {
  const above = path.slice(0, -1).map((_, index) => placeOf(rules, path.slice(0, index + 1)))
  const inherited = above.reduce((underSecret, place) => isNamed(place, underSecret), false)
  return valueAt({ rules, replace }, value, placeOf(rules, path), inherited)
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

function membersOf(walk: Walk, record: JsonObject, place: Place, underSecret: boolean): JsonObject {
  // What lies below the name of a secret is hidden with it, whatever it looks like.
  const jwk = !underSecret && isJwk(record)
  const changed = new Map<string, Json | undefined>()
  for (const name of Object.keys(record)) {
    const value = record[name] as Json
    const inner = placeBelow(walk.rules, place, name)
    const next = jwk
      ? partOfKey(walk, name, value, inner)
      : valueAt(walk, value, inner, underSecret)
    if (next !== value) changed.set(name, next)
  }
  return withMembers(record, changed)
}

/** What a JWK says beside its private parts is public, and looks as if drawn by chance. */
function partOfKey(walk: Walk, name: string, value: Json, place: Place): Json | undefined {
  if (isPrivatePart(name, value)) return walk.replace(value, place.path)
  const isPlain = typeof value === 'string' && !isSecretName(name) && !isSecretText(value)
  const isChain = Array.isArray(value) && CERTIFICATES.includes(name)
  return isPlain || isChain ? value : valueAt(walk, value, place, false)
}

/** Certificates of a key (RFC 7517 section 4.7). */
const CERTIFICATES: readonly string[] = ['x5c']

function valueAt(walk: Walk, value: Json, place: Place, inherited: boolean): Json | undefined {
  if (value === null || value === '') return value
  if (place.isSecret) return walk.replace(value, place.path)
  if (place.isShown) return isRecord(value) ? listedOnly(walk, value, place) : value
  const underSecret = isNamed(place, inherited)
  if (Array.isArray(value)) return listOf(walk, value, place, underSecret)
  if (!isRecord(value)) {
    return isHiddenLeaf(value, place, underSecret) ? walk.replace(value, place.path) : value
  }
  const next = membersOf(walk, value, place, underSecret)
  // An object that held nothing else goes with its last member.
  return next !== value && Object.keys(next).length === 0 ? undefined : next
}

/** What the configuration shows is shown whole, but for the provider's own secrets in it. */
function listedOnly(walk: Walk, value: JsonObject, place: Place): JsonObject {
  const changed = new Map<string, Json | undefined>()
  for (const [name, inner] of Object.entries(value)) {
    const at = placeBelow(walk.rules, place, name)
    const visible = isRecord(inner) ? listedOnly(walk, inner, at) : inner
    const next = at.isListed ? walk.replace(inner, at.path) : visible
    if (next !== inner) changed.set(name, next)
  }
  return withMembers(value, changed)
}

function listOf(
  walk: Walk,
  list: readonly Json[],
  place: Place,
  underSecret: boolean,
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
    if (isRecord(item)) membersOf(look, item, place, underSecret)
    else if (Array.isArray(item)) listOf(look, item, place, underSecret)
    else if (item !== null && isHiddenLeaf(item, place, underSecret)) hidden = true
  }
  return hidden ? walk.replace(list, place.path) : list
}

function isHiddenLeaf(value: Json, place: Place, underSecret: boolean): boolean {
  if (typeof value !== 'string') return underSecret && isNumber(value)
  if (value === '') return false
  if (underSecret || isSecretText(value) || FINGERPRINT.test(value)) return true
  return !place.isPlain && mayBeSecretText(value)
}

/** Whether names make it a secret: its own, or one `above` it. */
const isNamed = (place: Place, above: boolean) => (above || place.hasSecretName) && !place.isExempt
