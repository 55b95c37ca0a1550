/**
 * What names alone say about a place in a record: whether a list, the name of a member or a name of the
 * configuration makes what stands there a secret. It is the same for every record of a mapping, so it is worked
 * out once for each path.
 */

import { isRecord, type Json } from '../json/json.ts'
import { covers, firstOf, leadTo } from '../json/paths.ts'
import type { ConfiguredClass } from '../mapping/configured-class.ts'
import type { Row } from '../mapping/row.ts'
import { once } from '../once.ts'
import { isRemembered, looksOf } from './secret-looks.ts'

/** What the configuration says about members, as dotted native paths; `*` stands for any one name. */
export interface MemberRules {
  /** Shown although name or shape look otherwise. What the provider documents as a secret stays hidden. */
  readonly public: readonly string[]
  readonly secret: readonly string[]
  /** What members are that this version does not know; nothing is hidden or shown by that. */
  readonly classes?: Readonly<Record<string, ConfiguredClass>>
}

/** The part of a mapping that decides. */
export interface Rules {
  readonly fields: Readonly<Record<string, Row<unknown>>>
  readonly settings: readonly string[]
  readonly createOnlyKeys: readonly string[]
  readonly commandKeys: readonly string[]
  readonly readOnlyKeys: readonly string[]
  readonly mirrorKeys: readonly string[]
  readonly volatileKeys: readonly string[]
  readonly secretPaths: readonly string[]
  readonly publicPaths: readonly string[]
  readonly members?: MemberRules
}

/** A path in the records of one mapping. */
export interface Place {
  readonly path: readonly string[]
  /** The provider documents it, or something above it, as a secret. */
  readonly isListed: boolean
  /** It is listed, or the configuration says so. */
  readonly isSecret: boolean
  /** The configuration shows it. */
  readonly isShown: boolean
  /** The name of the member itself is one of a secret. */
  readonly hasSecretName: boolean
  /** No name makes it a secret: it is documented as public, or an attribute is made of it or of a member in it. */
  readonly isExempt: boolean
  /** Its name only says something about a secret, or it is known what it is for. */
  readonly isPlain: boolean
  /** Members of it that have been looked at. */
  below?: Map<string, Place>
}

/** Places that are remembered for one mapping; names that callers choose must not fill the memory. */
const MAX_PLACES = 5_000

interface Places {
  readonly root: Place
  left: number
}

/** The record itself. */
export const rootPlace = (rules: Rules): Place => placesOf(rules).root

/** A member of a place. */
export function placeBelow(rules: Rules, place: Place, name: string): Place {
  const entry = place.below?.get(name)
  if (entry !== undefined) return entry
  const inner = judgedPlace(rules, [...place.path, name])
  const places = placesOf(rules)
  if (places.left > 0 && isRemembered(name)) {
    places.left -= 1
    place.below ??= new Map()
    place.below.set(name, inner)
  }
  return inner
}

/** The place that a path leads to. */
export const placeOf = (rules: Rules, path: readonly string[]): Place =>
  path.reduce((place, name) => placeBelow(rules, place, name), rootPlace(rules))

/** Whether the value of a member may be kept as it is: the provider documents it, and nothing unknown lies in it. */
export function isPublicMember(rules: Rules, name: string, value: Json): boolean {
  const isFlat =
    !isRecord(value) && !(Array.isArray(value) && value.some((one) => typeof one === 'object'))
  return isFlat && knownMembers(rules).has(name)
}

/** The native members that attributes are made of. */
export const attributePaths = once(({ fields }: Rules): readonly string[] =>
  Object.values(fields).flatMap((row) => (row.support === 'missing' ? [] : row.keys)),
)

const placesOf = once(
  (rules: Rules): Places => ({ root: judgedPlace(rules, []), left: MAX_PLACES }),
)

function judgedPlace(rules: Rules, path: readonly string[]): Place {
  const { isSecret, isAbout } = looksOf(path.at(-1) ?? '')
  const isListed = isCovered(rules.secretPaths, path)
  const isPublic = isOneOf(rules.publicPaths, path)
  const { holds, isPart } = attributesAt(rules, path)
  const isDocumented = path.length === 1 && knownMembers(rules).has(path[0] ?? '')
  return {
    path,
    isListed,
    isSecret: isListed || isCovered(rules.members?.secret ?? NONE, path),
    isShown: isCovered(rules.members?.public ?? NONE, path),
    hasSecretName: isSecret,
    isExempt: isPublic || holds,
    // It is known what a member is for: the provider documents it, or an attribute stands for it.
    isPlain: isAbout || isPublic || isDocumented || isPart,
  }
}

const NONE: readonly string[] = []

/** Whether an attribute is made of a member or of one in it, and whether of it or of one above it. */
function attributesAt(rules: Rules, path: readonly string[]) {
  const [head = ''] = path
  const keys = attributesBelow(rules).get(firstOf(head))
  if (keys === undefined) return { holds: false, isPart: false }
  const dotted = path.join('.')
  return {
    holds: keys.some((key) => covers(dotted, key)),
    isPart: keys.some((key) => covers(key, dotted)),
  }
}

/** The same members by what stands before their first dot. */
const attributesBelow = once((rules: Rules): ReadonlyMap<string, readonly string[]> => {
  const keys = attributePaths(rules)
  return new Map(keys.map((key) => [firstOf(key), keys.filter((one) => covers(firstOf(key), one))]))
})

/** The members that the provider documents and the configuration does not judge, and those that attributes are made of. */
const knownMembers = once((rules: Rules) => {
  const { settings, createOnlyKeys, commandKeys, readOnlyKeys, mirrorKeys, volatileKeys, members } =
    rules
  const others = [
    ...createOnlyKeys,
    ...commandKeys,
    ...readOnlyKeys,
    ...mirrorKeys,
    ...volatileKeys,
  ]
  const documented = [...settings, ...others].filter(
    (name) => !Object.hasOwn(members?.classes ?? {}, name),
  )
  return new Set([...documented, ...attributePaths(rules)])
})

const isCovered = (paths: readonly string[], path: readonly string[]) =>
  namesOf(paths).some((names) => leadTo(names, path, 'or above'))

const isOneOf = (paths: readonly string[], path: readonly string[]) =>
  namesOf(paths).some((names) => leadTo(names, path, 'there'))

const namesOf = once((paths: readonly string[]) => paths.map((one) => one.split('.')))
