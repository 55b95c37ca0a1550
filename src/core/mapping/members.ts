/**
 * What is known of the native members of a provider, in one table: the lists of a mapping are made of it, so
 * that a member and all that is to be known of it stand in one place. What may be done with a class is in `uses.ts`.
 */

import type { Json } from '../json/json.ts'
import { canonicalJson, isRecord, withMembers } from '../json/json.ts'
import type { Mapping } from './mapping.ts'
import type { Native } from './row.ts'

export type MemberClass =
  /** A neutral field is made of it, and was from the start. */
  | 'field'
  /** An update takes it as a part of `providerSettings`, or did before a field was made of it. */
  | 'setting'
  /** A creation takes it, and an update refuses it. */
  | 'create-only'
  /** A creation takes it as well, and it is never shown: it says how the client is made. */
  | 'command'
  /** Shown, and refused in an update. */
  | 'read-only'
  /** Shown, and nothing but a copy of another setting: it moves with that. */
  | 'mirror'
  /** No setting: never shown, never part of a comparison. */
  | 'hidden'
  /** Moves by itself: shown, never compared. */
  | 'volatile'
  /** Its value is a secret. */
  | 'secret'
  /** A client proves by it who it is, or a key of its own is trusted by it. */
  | 'credential'
  /** It gives a client power of its own: over users, over other clients, or over what its tokens say. */
  | 'privileged'
  /** No secret, although its name looks so. */
  | 'public'
  /** An object whose members an update merges one by one. */
  | 'merged'
  /** Takes a `null` where the provider keeps what is omitted. */
  | 'nullable'
  /** An update takes it, and no read shows it. */
  | 'unseen'
  /** An empty one means the same as none. */
  | 'empty-is-absent'
  /** A list, or a text of words with spaces between, whose order means nothing. */
  | 'unordered'
  /** This program's own, for which a standard has no word. */
  | 'own'

/** It belongs to the very client, and a copy does not take it: a clause why. */
interface Bound {
  readonly bound: string
}

/** All texts that the provider takes there; of a list, those that it takes as items. */
interface Values {
  readonly values: readonly string[]
}

/** Of a list, the items that give a client power of its own: the list is privileged where one of them is added. */
interface Powers {
  readonly powers: readonly string[]
}

/**
 * Grants by which a client gets tokens without a user, with a user's password, or for another token (RFC 6749 sections
 * 4.3 and 4.4, RFC 7522, RFC 7523, RFC 8693; Auth0's password realm).
 */
export const POWERFUL_GRANTS: Powers = {
  powers: [
    'client_credentials',
    'password',
    'http://auth0.com/oauth/grant-type/password-realm',
    'urn:ietf:params:oauth:grant-type:saml2-bearer',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ],
}

/** By name; inner members with dots, `*` for any one name. */
export type MemberTable = Readonly<
  Record<string, readonly (MemberClass | Bound | Powers | Values)[]>
>

/** The members of a class, in the order of the table. */
export const membersOf = (table: MemberTable, one: MemberClass): readonly string[] =>
  Object.entries(table).flatMap(([name, classes]) => (classes.includes(one) ? [name] : []))

/** One table of several: what each of them knows of a member. */
export function joined(...tables: readonly MemberTable[]): MemberTable {
  const whole = new Map<string, MemberTable[string]>()
  for (const [name, classes] of tables.flatMap((table) => Object.entries(table))) {
    whole.set(name, [...(whole.get(name) ?? []), ...classes])
  }
  return Object.fromEntries(whole)
}

type Lists = Required<
  Pick<
    Mapping,
    | 'settings'
    | 'createOnlyKeys'
    | 'commandKeys'
    | 'readOnlyKeys'
    | 'mirrorKeys'
    | 'hiddenKeys'
    | 'volatileKeys'
    | 'secretPaths'
    | 'credentialPaths'
    | 'privilegedPaths'
    | 'publicPaths'
    | 'boundPaths'
    | 'settingValues'
    | 'mergedKeys'
    | 'nullablePaths'
  >
>

/** The lists of a mapping. */
export function listsOf(table: MemberTable): Lists {
  const bound = Object.entries(table).flatMap(([name, classes]) =>
    classes.flatMap((one) =>
      typeof one === 'object' && 'bound' in one ? [[name, one.bound]] : [],
    ),
  )
  const values = Object.entries(table).flatMap(([name, classes]) =>
    classes.flatMap((one) =>
      typeof one === 'object' && 'values' in one ? [[name, one.values]] : [],
    ),
  )
  const powers = Object.entries(table).flatMap(([name, classes]) =>
    classes.flatMap((one) =>
      one === 'privileged'
        ? [[name, []] as const]
        : typeof one === 'object' && 'powers' in one
          ? [[name, one.powers] as const]
          : [],
    ),
  )
  return {
    settings: membersOf(table, 'setting'),
    createOnlyKeys: membersOf(table, 'create-only'),
    commandKeys: membersOf(table, 'command'),
    readOnlyKeys: membersOf(table, 'read-only'),
    mirrorKeys: membersOf(table, 'mirror'),
    hiddenKeys: membersOf(table, 'hidden'),
    volatileKeys: membersOf(table, 'volatile'),
    secretPaths: membersOf(table, 'secret'),
    credentialPaths: membersOf(table, 'credential'),
    privilegedPaths: Object.fromEntries(powers),
    publicPaths: membersOf(table, 'public'),
    boundPaths: Object.fromEntries(bound),
    settingValues: Object.fromEntries(values),
    mergedKeys: membersOf(table, 'merged'),
    nullablePaths: membersOf(table, 'nullable'),
  }
}

/**
 * Brings together the spellings of one state: empty and absent, the order of what has none, and absence and what it
 * means (`absent`).
 */
export function normalBy(table: MemberTable, absent: Native = {}): (native: Native) => Native {
  const canBeEmpty = new Set(membersOf(table, 'empty-is-absent'))
  const canMove = new Set(membersOf(table, 'unordered'))
  const spelled = [...new Set([...canBeEmpty, ...canMove])]
  return (native) => {
    const whole: Native = { ...absent, ...native }
    const changed = new Map<string, Json | undefined>()
    for (const name of spelled) {
      const value = whole[name]
      if (value === undefined) continue
      if (canBeEmpty.has(name) && isEmpty(value)) changed.set(name, undefined)
      else if (canMove.has(name)) changed.set(name, inOrder(value))
    }
    return withMembers(whole, changed)
  }
}

function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0
  return isRecord(value) ? Object.keys(value).length === 0 : value === ''
}

function inOrder(value: Json): Json {
  if (typeof value === 'string') return value.split(' ').sort().join(' ')
  if (!Array.isArray(value)) return value
  const keyed = value.map((item): [string, Json] => [
    typeof item === 'string' ? item : canonicalJson(item),
    item,
  ])
  return keyed
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, item]) => item)
}
