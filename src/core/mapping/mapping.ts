/**
 * What a provider's mapping table consists of, and the engine's way back: from a native record to
 * the neutral client. The way there is `plan.ts`; the body of an update is `update-body.ts`.
 *
 * A native record is raw JSON as the provider sent it, members unknown to this program included.
 */

import type { Client, FieldName } from '../client.ts'
import { FIELD_NAMES, FIELDS } from '../client.ts'
import { ofItsType } from '../field-values.ts'
import type { Json, JsonObject } from '../json/json.ts'
import { same, withoutMembers } from '../json/json.ts'
import { covers, firstOf, withoutPaths } from '../json/paths.ts'
import type { ProviderLint } from '../lint/rule.ts'
import { once, onceForBoth } from '../once.ts'
import type { Registered } from '../search.ts'
import { replaceHidden, replaceHiddenAt } from '../secrecy/hidden.ts'
import type { MemberRules } from '../secrecy/place.ts'
import type { Secret } from '../secrecy/secret.ts'
import { secret } from '../secrecy/secret.ts'
import type { UriPolicy } from '../uri/uri-rule.ts'
import { closed } from './opened.ts'
import type { Native, Row, Rule, Suspension, Unseen, Warning } from './row.ts'
import { keysOf } from './row.ts'
import { pathsBarred } from './uses.ts'

export interface Mapping {
  /** One row for every neutral field, or it does not compile. */
  readonly fields: { readonly [F in MappedField]: Row<Client[F]> }
  /** What ids of its clients may hold although no path takes it; with a slash they can be URLs. Absent: neither. */
  readonly idsMayHold?: readonly (' ' | '/')[]
  /** Whether a client registered itself, where the provider shows that; absent: it never does. */
  readonly registered?: (native: Native) => Registered | undefined
  /**
   * Objects (dotted paths, outer ones first) whose members are settings by themselves; a record has these by their paths
   * (`opened.ts`). Absent: there are none.
   */
  readonly opened?: readonly string[]
  /** What the provider's update does with a member that the request leaves out. */
  readonly omitted: 'keep' | 'reset'
  /**
   * Members that an update takes beside the fields, as far as documented; others must be on the client already.
   * One that a field is made of was a raw setting before.
   */
  readonly settings: readonly string[]
  /** Members that a patch may set beside these: the configuration says so, or the client had them before. */
  readonly extraSettings?: readonly string[]
  /** Members that a creation takes and an update refuses. */
  readonly createOnlyKeys: readonly string[]
  /** Members that a creation takes as well and that no record has. */
  readonly commandKeys: readonly string[]
  /** Fields that are planned before all others. */
  readonly first?: readonly FieldName[]
  /** Members that the provider shows and does not accept back. */
  readonly readOnlyKeys: readonly string[]
  /** Members that are shown and are copies of others, with which they move. */
  readonly mirrorKeys: readonly string[]
  /** Members that are not settings: never shown, never part of a comparison. */
  readonly hiddenKeys: readonly string[]
  /** Members that move by themselves (time stamps): shown, never compared. */
  readonly volatileKeys: readonly string[]
  /** Members that an update takes and no read shows; absent: there are none. */
  readonly unseen?: Unseen
  /** Members (dotted for inner ones) whose values are secrets. */
  readonly secretPaths: readonly string[]
  /** Members (dotted for inner ones) by which a client proves who it is, beside its secrets. */
  readonly credentialPaths: readonly string[]
  /**
   * Members (dotted for inner ones) that give a client power of its own; of a list with items, only these items do.
   * Absent: none is known.
   */
  readonly privilegedPaths?: Readonly<Record<string, readonly string[]>>
  /** Members (dotted, `*` for any one name) that are no secrets although their names look so. */
  readonly publicPaths: readonly string[]
  /** What the configuration says beside that. */
  readonly members?: MemberRules
  /** Whether the metadata of a client may name its team, by which grants are limited; the configuration says so. */
  readonly namesTeam?: true
  /** Settings (dotted paths) that belong to the very client, which a copy does not take; each with a clause why. */
  readonly boundPaths?: Readonly<Record<string, string>>
  /** All texts that raw settings (dotted paths) may be, or have as items; absent: the provider judges. */
  readonly settingValues?: Readonly<Record<string, readonly string[]>>
  /** Objects whose members an update merges one by one, where the provider keeps what is omitted. */
  readonly mergedKeys: readonly string[]
  /** Where the provider keeps what is omitted: members (`*` for inner ones) that take a `null`. */
  readonly nullablePaths: readonly string[]
  /** Members that no update clears, whatever it does with what is left out; absent: there are none. */
  readonly uncleared?: readonly string[]
  readonly rules: readonly Rule[]
  readonly uris: UriPolicy
  /** Brings spellings of the same state together (absent and empty list), for comparison only. */
  normal(native: Native): Native
  /**
   * What a change was to come to, where `held` is what the provider shows after it: with what follows from the change
   * and cannot be planned. Absent: what was planned.
   */
  expected?(records: { readonly base: Native; readonly next: Native }, record: Native): Native
  /** What a reader of this record should know. */
  warnings?(native: Native): readonly Warning[]
  /** How a client is switched off for a while; absent: it cannot be. */
  readonly suspension?: Suspension
  /** What else comes of a change, and what its caller should know of it. */
  consequences?(base: Native, next: Native): readonly Warning[]
  /** What is worth a second look with this provider only. */
  readonly lint?: ProviderLint
}

/** The mapping with further members that a patch may set. What is hidden does not depend on them. */
export const withExtraSettings = (mapping: Mapping, names: readonly string[]): Mapping =>
  names.length === 0
    ? mapping
    : { ...mapping, extraSettings: [...(mapping.extraSettings ?? []), ...names] }

/** Fields that have a row; the raw rest (`providerSettings`) is what no row is made of. */
export type MappedField = Exclude<FieldName, 'providerSettings'>

/** Whether a field has a row. */
export const isMapped = (field: FieldName): field is MappedField => FIELDS[field].kind !== 'raw'

export const MAPPED_FIELDS = FIELD_NAMES.filter(isMapped)

/** One field as the provider holds it, no matter who may see that; plans are made of it. */
export function showField<F extends FieldName>(
  mapping: Mapping,
  field: F,
  native: Native,
): Client[F] {
  if (!isMapped(field)) return restOf(mapping, native) as Client[F]
  const row = mapping.fields[field] as Row<Client[F]>
  if (row.support === 'missing') return row.value ?? FIELDS[field].empty
  return ofItsType(field, row.get(native)) ?? FIELDS[field].empty
}

/** What of a record is of another type than its field, and so is shown as nothing. */
export function unreadable(mapping: Mapping, native: Native): readonly Warning[] {
  return MAPPED_FIELDS.filter((field) => {
    const row = mapping.fields[field] as Row<unknown>
    const value = row.support === 'missing' ? undefined : (row.get(native) ?? undefined)
    return value !== undefined && ofItsType(field, value) === undefined
  }).map((field) => ({
    code: 'unreadable_value',
    field: `client.${field}`,
    message: `client.${field} is shown as empty, because the provider has a value of another type there. It stays as it is until client.${field} is set.`,
  }))
}

/** One field as callers see it: without what is hidden in it. */
export function visibleField<F extends FieldName>(
  mapping: Mapping,
  field: F,
  native: Native,
): Client[F] {
  const value = showField(mapping, field, native)
  if (!isMapped(field)) return closed(value as JsonObject, mapping.opened ?? []) as Client[F]
  if (FIELDS[field].kind !== 'map') return value
  const [key = ''] = keysOf(mapping.fields[field])
  const visible = replaceHiddenAt(mapping, key.split('.'), value as Json, () => undefined)
  return (visible ?? {}) as Client[F]
}

/** The neutral client that a native record stands for, as callers see it. */
export const showClient = onceForBoth(
  (mapping: Mapping, native: Native): Client =>
    Object.fromEntries(
      FIELD_NAMES.map((field) => [field, visibleField(mapping, field, native)]),
    ) as unknown as Client,
)

/** The raw rest of a record: what no neutral field is made of, without what is hidden. */
function restOf(mapping: Mapping, native: Native): JsonObject {
  return replaceHidden(mapping, settingsOf(mapping, native), () => undefined)
}

/** The same with the secrets that are in it. */
export function settingsOf(mapping: Mapping, native: Native): JsonObject {
  return withoutPaths(native, takenPaths(mapping))
}

/** The documented settings that no field stands for. */
export const rawSettings = (mapping: Mapping): readonly string[] => {
  const { settings, extraSettings = [] } = mapping
  return withoutFields(mapping, [...new Set([...settings, ...extraSettings])])
}

/** The settings that no field stands for and that only a creation takes. */
export const creationSettings = (mapping: Mapping): readonly string[] =>
  withoutFields(mapping, mapping.createOnlyKeys)

/** What gives a client power of its own, as paths below the client, with the items of lists that do. */
export const privilegedSettings = (
  mapping: Mapping,
): readonly { readonly path: string; readonly values?: readonly string[] }[] =>
  Object.entries(mapping.privilegedPaths ?? {}).map(([name, values]) => ({
    path: fieldOfPath(mapping, name) ?? `providerSettings.${name}`,
    ...(values.length === 0 ? {} : { values }),
  }))

/**
 * Settings (dotted paths) that no other client can have as they are shown: those that name credentials of the very
 * client, and those with a secret in them.
 */
export function boundSettings(mapping: Mapping): readonly string[] {
  const { boundPaths = {}, credentialPaths, secretPaths } = mapping
  const holders = secretPaths
    .filter((path) => path.includes('.') && fieldOfPath(mapping, path) === undefined)
    .map((path) => path.slice(0, path.lastIndexOf('.')))
  const bound = Object.keys(boundPaths).filter((name) => credentialPaths.includes(name))
  return [...new Set([...bound, ...holders])]
}

/** Settings whose members can each be there or not, as attributes of Keycloak. */
export const settingMaps = (mapping: Mapping): readonly string[] =>
  rawSettings(mapping).filter((name) => mapping.nullablePaths.includes(`${name}.*`))

/** What the absence of settings means, where the provider takes a value for the same. */
export function defaultSettings(mapping: Mapping): JsonObject {
  const settings = rawSettings(mapping)
  const absent = Object.entries(normalOf(mapping, {}))
  return Object.fromEntries(absent.filter(([name]) => settings.includes(name)))
}

function withoutFields(mapping: Mapping, names: readonly string[]): readonly string[] {
  const mappedKeys = MAPPED_FIELDS.flatMap((field) => keysOf(mapping.fields[field]))
  return names.filter((name) => !mappedKeys.includes(name))
}

/** The settings that no field stands for and that are only shown. */
export const shownSettings = (mapping: Mapping): readonly string[] => {
  const { readOnlyKeys, mirrorKeys, volatileKeys, hiddenKeys } = mapping
  const keys = new Set([...readOnlyKeys, ...mirrorKeys, ...volatileKeys])
  return [...keys].filter(
    (name) => !hiddenKeys.includes(name) && fieldOfPath(mapping, name) === undefined,
  )
}

/** One list for one mapping: what walks along it prepares it once. */
const takenPaths = once(({ fields, hiddenKeys }: Mapping): readonly string[] => [
  ...MAPPED_FIELDS.flatMap((field) => keysOf(fields[field])),
  ...hiddenKeys,
])

/** The fields that a native path (dotted) belongs to: by the path itself, one above or one below it. */
export function fieldsOfPath(mapping: Mapping, path: string): readonly MappedField[] {
  const near = fieldsByMember(mapping).get(firstOf(path)) ?? []
  return near
    .filter(({ keys }) => keys.some((key) => covers(key, path) || covers(path, key)))
    .map(({ field }) => field)
}

/** The fields that are made of a member or of something in it, with all their keys. */
const fieldsByMember = once(({ fields }: Mapping) => {
  const byMember = new Map<string, { field: MappedField; keys: readonly string[] }[]>()
  for (const field of MAPPED_FIELDS) {
    const keys = keysOf(fields[field])
    for (const member of new Set(keys.map(firstOf))) {
      byMember.set(member, [...(byMember.get(member) ?? []), { field, keys }])
    }
  }
  return byMember
})

/** The first of them. */
export function fieldOfPath(mapping: Mapping, path: string): MappedField | undefined {
  return fieldsOfPath(mapping, path)[0]
}

/** The comparable state: spellings brought together, what moves by itself left out. */
export const stateOf = onceForBoth(
  (mapping: Mapping, native: Native): Native =>
    withoutMembers(normalOf(mapping, native), pathsBarred(mapping, 'fingerprinted')),
)

/** A record with its spellings brought together. */
export const normalOf = onceForBoth(
  (mapping: Mapping, native: Native): Native => mapping.normal(native),
)

/** Whether two records mean the same settings. */
export function sameState(mapping: Mapping, one: Native, other: Native): boolean {
  return same(stateOf(mapping, one), stateOf(mapping, other))
}

/** Wraps a native text as a secret; mappings use it for the `secret` row. */
export function secretOf(value: Json | undefined): Secret | undefined {
  return typeof value === 'string' && value !== '' ? secret(value) : undefined
}
