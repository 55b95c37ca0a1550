/** What a copy took over, setting by setting: every one of the source is told exactly once. */

import { FIELDS, type FieldName } from '../client.ts'
import type { Json } from '../json.ts'
import { isRecord, memberOf, same, without } from '../json.ts'
import type { MappedField, Mapping, Native, Row } from '../mapping.ts'
import { MAPPED_FIELDS, showField } from '../mapping.ts'
import { covers, withoutPaths } from '../paths.ts'
import { type Copied, type Copying, isTold } from './copy.ts'
import { OWN_FIELDS, shownOf } from './set.ts'

/** One setting. */
export interface CopiedSetting {
  /** Path below the client: `callbacks`, `providerSettings.addons`. */
  readonly field: string
  /** Where it differs: at the source, and at the copy. */
  readonly before?: Json
  readonly after?: Json
  /** Items of a list that the copy does not have. */
  readonly removed?: readonly Json[]
  /** A clause: why it differs. */
  readonly why?: string
}

export const FATES = ['carried', 'derived', 'lost', 'new', 'left'] as const

/**
 * `carried`: the same there. `derived`: another value stands in for it. `lost`: it, or a part of it, is
 * not there. `new`: the copy has one of its own. `left`: a setting of the source's provider that nobody
 * has set.
 */
export type Fate = (typeof FATES)[number]

export type CopyReport = { readonly [F in Fate]: readonly CopiedSetting[] }

interface Told extends CopiedSetting {
  readonly fate: Fate
}

/** Compares the copy with its source; `asked`: fields that the request sets itself. */
export function reportCopy(
  copying: Copying,
  copied: Copied,
  next: Native,
  asked: readonly FieldName[],
): CopyReport {
  const fields = MAPPED_FIELDS.flatMap((field) => ofField(copying, copied, next, field, asked))
  const told = [...fields, ...ofSettings(copying, copied, next, asked), ...ofSecrets(copying)]
  return Object.fromEntries(
    FATES.map((fate) => [
      fate,
      told.filter((one) => one.fate === fate).map(({ fate: _, ...setting }) => setting),
    ]),
  ) as unknown as CopyReport
}

function ofField(
  { source, target }: Copying,
  { reasons }: Copied,
  next: Native,
  field: MappedField,
  asked: readonly FieldName[],
): readonly Told[] {
  const { empty } = FIELDS[field]
  const before = shownOf(source.mapping, field, source.native)
  const after = shownOf(target.mapping, field, next)
  const why = reasons.get(field) ?? ownReason(target.mapping, field)
  if (OWN_FIELDS.includes(field)) {
    return same(before, empty as Json) ? [] : [{ fate: 'new', field, why: OWN }]
  }
  if (!isTold(source.mapping, field)) {
    if (same(after, empty as Json)) return []
    return [{ fate: 'new', field, after, why: asked.includes(field) ? ASKED : UNTOLD }]
  }
  if (sameSet(before, after)) return same(before, empty as Json) ? [] : [{ fate: 'carried', field }]
  if (asked.includes(field)) return [{ fate: 'derived', field, before, after, why: ASKED }]
  const removed = Array.isArray(before) && Array.isArray(after) ? without(before, after) : []
  const gone = removed.length === 0 ? {} : { removed }
  const implied = field === 'responseTypes' && isImplied(before, grantsOf(target.mapping, next))
  const lost = !implied && isLoss(target.mapping, field, before, after)
  const fate = lost ? 'lost' : 'derived'
  return [{ fate, field, before, after, ...gone, why }]
}

const OWN = 'every client has its own; it is never copied'
const ASKED = 'the request sets it'
const UNTOLD = 'the provider of the source does not know it; a new client of this kind starts so'
const OTHER = 'it follows from the other settings there'

function ownReason(mapping: Mapping, field: MappedField): string {
  const row = mapping.fields[field] as Row<unknown>
  return 'why' in row ? row.why : OTHER
}

/** Response types by the grant type that they go with (RFC 7591 section 2.1). */
const GRANT_OF_RESPONSE: Readonly<Record<string, string>> = {
  code: 'authorization_code',
  token: 'implicit',
  id_token: 'implicit',
}

const grantsOf = (mapping: Mapping, native: Native): readonly string[] =>
  showField(mapping, 'grantTypes', native)

/** Whether response types follow from grant types, so that a provider needs no list of them. */
function isImplied(responses: Json, grants: readonly string[]): boolean {
  const grantOf = (type: Json) => GRANT_OF_RESPONSE[String(type)] ?? ''
  return Array.isArray(responses) && responses.every((type) => grants.includes(grantOf(type)))
}

/** The order of a list is no setting: providers give theirs back in one of their own. */
function sameSet(one: Json, other: Json): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return same(one, other)
  return without(one, other).length === 0 && without(other, one).length === 0
}

/** Whether something is gone, and not only put otherwise: a switch has no middle. */
function isLoss(mapping: Mapping, field: MappedField, before: Json, after: Json): boolean {
  const { empty } = FIELDS[field]
  if (same(before, empty as Json) && typeof before !== 'boolean') return false
  if (mapping.fields[field].support === 'missing' || same(after, empty as Json)) return true
  if (Array.isArray(before)) return Array.isArray(after) && without(before, after).length > 0
  if (!isRecord(before)) return typeof before === 'boolean'
  if (!isRecord(after)) return true
  const lost = ([name, value]: [string, Json]) =>
    FIELDS[field].kind === 'map'
      ? !same(value, memberOf(after, name) ?? null)
      : isSwitched(value, memberOf(after, name))
  return Object.entries(before).some(lost)
}

const isSwitched = (was: Json, is: Json | undefined) => typeof was === 'boolean' && was !== is

/** Settings that no attribute stands for, by their first member. */
function ofSettings(
  { source, target, alike }: Copying,
  { reasons }: Copied,
  next: Native,
  asked: readonly FieldName[],
): readonly Told[] {
  const { mapping, native, fresh } = source
  const own = new Set([...mapping.readOnlyKeys, ...mapping.volatileKeys])
  const [was, is, usual] = [
    restOf(mapping, mapping.normal(native)),
    alike ? restOf(target.mapping, target.mapping.normal(next)) : {},
    restOf(mapping, mapping.normal(fresh)),
  ]
  return Object.entries(restOf(mapping, native)).map(([name, before]): Told => {
    const field = `providerSettings.${name}`
    const value = memberOf(was, name) ?? null
    const after = memberOf(is, name) ?? null
    if (own.has(name)) return { fate: 'left', field, why: SHOWN }
    if (alike && same(value, after)) return { fate: 'carried', field }
    if (alike && asked.includes('providerSettings')) {
      return { fate: 'derived', field, before, after, why: ASKED }
    }
    if (!alike && isUnset(value, memberOf(usual, name))) {
      return { fate: 'left', field, why: USUAL }
    }
    const why = reasons.get(field) ?? boundReason(mapping, name) ?? (alike ? UNKNOWN : FOREIGN)
    return { fate: 'lost', field, before, after, why }
  })
}

const SHOWN = 'the provider shows it and takes none'
const USUAL = 'nobody has set it: any new client there has the same'
const FOREIGN = 'it is a setting of another sort of provider'
const UNKNOWN = 'this program does not know it, nor whether a new client may have it'

const restOf = (mapping: Mapping, native: Native) => showField(mapping, 'providerSettings', native)

/** Whether a value is what any new client has: by itself, or by having nothing. */
function isUnset(value: Json, usual: Json | undefined): boolean {
  if (usual !== undefined) return same(value, usual)
  if (Array.isArray(value)) return value.length === 0
  if (isRecord(value)) return Object.keys(value).length === 0
  return value === null || value === '' || value === false
}

function boundReason({ boundPaths = {} }: Mapping, name: string): string | undefined {
  return Object.entries(boundPaths).find(([path]) => covers(name, path))?.[1]
}

/** Secrets among such settings: they are not shown, and do not come along. */
function ofSecrets({ source: { mapping, native } }: Copying): readonly Told[] {
  const { fields, hiddenKeys, secretPaths } = mapping
  const own = 'keys' in fields.secret ? fields.secret.keys : []
  const others = secretPaths.filter(
    (path) => ![...own, ...hiddenKeys].some((taken) => covers(taken, path)),
  )
  return others
    .filter((path) => !same(withoutPaths(native, [path]), native))
    .map((path) => ({ fate: 'lost', field: `providerSettings.${path}`, why: SECRET }))
}

const SECRET = 'secrets are never copied'
