/**
 * What is known of the native members of a provider, in one table: the lists of a mapping are made of it, so
 * that a member and all that is to be known of it stand in one place.
 */

import type { Mapping } from './mapping.ts'

export type MemberClass =
  /** A neutral field is made of it, and was from the start. */
  | 'field'
  /** An update takes it as a part of `providerSettings`, or did before a field was made of it. */
  | 'setting'
  /** Shown, and refused in an update. */
  | 'read-only'
  /** No setting: never shown, never part of a comparison. */
  | 'hidden'
  /** Moves by itself: shown, never compared. */
  | 'volatile'
  /** Its value is a secret. */
  | 'secret'
  /** A client proves by it who it is, or a key of its own is trusted by it. */
  | 'credential'
  /** No secret, although its name looks so. */
  | 'public'
  /** An object whose members an update merges one by one. */
  | 'merged'
  /** Takes a `null` where the provider keeps what is omitted. */
  | 'nullable'
  /** An empty one means the same as none. */
  | 'empty-is-absent'
  /** A list whose order means nothing. */
  | 'unordered'
  /** This program's own, for which a standard has no word. */
  | 'own'

/** It belongs to the very client, and a copy does not take it: a clause why. */
interface Bound {
  readonly bound: string
}

/** By name; inner members with dots, `*` for any one name. */
export type MemberTable = Readonly<Record<string, readonly (MemberClass | Bound)[]>>

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
    | 'readOnlyKeys'
    | 'hiddenKeys'
    | 'volatileKeys'
    | 'secretPaths'
    | 'credentialPaths'
    | 'publicPaths'
    | 'boundPaths'
    | 'mergedKeys'
    | 'nullablePaths'
  >
>

/** The lists of a mapping. */
export function listsOf(table: MemberTable): Lists {
  const bound = Object.entries(table).flatMap(([name, classes]) =>
    classes.flatMap((one) => (typeof one === 'string' ? [] : [[name, one.bound]])),
  )
  return {
    settings: membersOf(table, 'setting'),
    readOnlyKeys: membersOf(table, 'read-only'),
    hiddenKeys: membersOf(table, 'hidden'),
    volatileKeys: membersOf(table, 'volatile'),
    secretPaths: membersOf(table, 'secret'),
    credentialPaths: membersOf(table, 'credential'),
    publicPaths: membersOf(table, 'public'),
    boundPaths: Object.fromEntries(bound),
    mergedKeys: membersOf(table, 'merged'),
    nullablePaths: membersOf(table, 'nullable'),
  }
}
