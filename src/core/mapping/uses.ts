/**
 * What may be done with a native member, by its class: one table for every use of a record. A member may be used so
 * where each of its classes lets it; one that no table knows is of the class `unknown`.
 */

import { firstOf } from '../json/paths.ts'
import { once } from '../once.ts'
import { keysOf, type Row } from './row.ts'

/**
 * `created`: sent when a client is made. `sent`: a part of an update. `compared`: with the plan, and with what was known
 * before. `fingerprinted`: a part of the tag. `exported`: written into a client file. `copied`: taken over by a copy.
 * `restored`: by a rollback, an undo or the end of a suspension. `cleared`: taken away by `null`.
 */
export const USES = [
  'created',
  'sent',
  'compared',
  'fingerprinted',
  'exported',
  'copied',
  'restored',
  'cleared',
] as const

export type Use = (typeof USES)[number]

type Cells = Readonly<Record<Use, boolean>>

const EVERY: Cells = {
  created: true,
  sent: true,
  compared: true,
  fingerprinted: true,
  exported: true,
  copied: true,
  restored: true,
  cleared: true,
}
/** It follows from something else, or from nothing at all. */
const SHOWN: Cells = {
  created: false,
  sent: false,
  compared: false,
  fingerprinted: false,
  exported: false,
  copied: false,
  restored: false,
  cleared: false,
}

/** The classes that decide; what a class of `members.ts` has no row for says nothing about a use. */
export const CLASS_USES = {
  field: EVERY,
  setting: EVERY,
  /** Auth0 refuses to change it later, so a copy is the only other client that can have it. */
  'create-only': { ...EVERY, sent: false, restored: false, cleared: false },
  command: { ...SHOWN, created: true },
  /** Another writer's change of it is a change all the same. */
  'read-only': { ...SHOWN, compared: true, fingerprinted: true },
  mirror: SHOWN,
  volatile: SHOWN,
  hidden: SHOWN,
  /** Files and copies are read by others than those who may see it. */
  secret: { ...EVERY, exported: false, copied: false },
  bound: { ...EVERY, copied: false },
  /** It came with a record and goes back with it (G1); whether a file, or another client, may have it is not known. */
  unknown: { ...EVERY, exported: false, copied: false },
} as const satisfies Readonly<Record<string, Cells>>

export type UsedClass = keyof typeof CLASS_USES

/** The part of a mapping that says of which classes its members are. */
export interface Classed {
  readonly fields: Readonly<Record<string, Row<unknown>>>
  readonly settings: readonly string[]
  readonly extraSettings?: readonly string[]
  readonly createOnlyKeys: readonly string[]
  readonly commandKeys: readonly string[]
  readonly readOnlyKeys: readonly string[]
  readonly mirrorKeys: readonly string[]
  readonly volatileKeys: readonly string[]
  readonly hiddenKeys: readonly string[]
  readonly secretPaths: readonly string[]
  readonly boundPaths?: Readonly<Record<string, string>>
  readonly opened?: readonly string[]
}

/** Where the members of a class are in a mapping: names, or dotted paths. */
const PATHS: Readonly<
  Record<Exclude<UsedClass, 'unknown'>, (mapping: Classed) => readonly string[]>
> = {
  field: ({ fields }) => Object.values(fields).flatMap(keysOf),
  setting: ({ settings, extraSettings = [] }) => [...settings, ...extraSettings],
  'create-only': ({ createOnlyKeys }) => createOnlyKeys,
  command: ({ commandKeys }) => commandKeys,
  'read-only': ({ readOnlyKeys }) => readOnlyKeys,
  mirror: ({ mirrorKeys }) => mirrorKeys,
  volatile: ({ volatileKeys }) => volatileKeys,
  hidden: ({ hiddenKeys }) => hiddenKeys,
  secret: ({ secretPaths }) => secretPaths,
  bound: ({ boundPaths = {} }) => Object.keys(boundPaths),
}

const CLASSES = Object.keys(PATHS) as readonly (keyof typeof PATHS)[]

interface Barred {
  readonly paths: readonly string[]
  readonly names: ReadonlySet<string>
}

/** What a use leaves out; one object for one mapping. */
const barred = once((mapping: Classed): Readonly<Record<Use, Barred>> => {
  const of = (use: Use): Barred => {
    const classes = CLASSES.filter((one) => !CLASS_USES[one][use])
    const names = new Set(classes.flatMap((one) => PATHS[one](mapping)))
    return { paths: [...names], names }
  }
  return Object.fromEntries(USES.map((use) => [use, of(use)])) as Record<Use, Barred>
})

/** The paths (dotted for inner members) that a record is without in a use. */
export const pathsBarred = (mapping: Classed, use: Use): readonly string[] =>
  barred(mapping)[use].paths

/** The members that are known, as wholes or by something in them; those of opened objects by their paths. */
const table = once((mapping: Classed): ReadonlySet<string> => {
  const paths = CLASSES.flatMap((one) => PATHS[one](mapping))
  const members = paths.map(firstOf)
  return new Set(mapping.opened === undefined ? members : [...paths, ...members])
})

/** Whether no table knows a member. */
export const isUnknown = (mapping: Classed, name: string): boolean => !table(mapping).has(name)

/** Whether a member may be used so as a whole. */
export function isFor(mapping: Classed, name: string, use: Use): boolean {
  if (isUnknown(mapping, name)) return CLASS_USES.unknown[use]
  return !barred(mapping)[use].names.has(name)
}
