/** The part of a copy's report that is about settings without an attribute of their own. */

import type { Json } from '../json/json.ts'
import { isRecord, memberOf, same } from '../json/json.ts'
import { covers } from '../json/paths.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { fieldOfPath, showField } from '../mapping/mapping.ts'
import type { Native } from '../mapping/row.ts'
import { isFor, isUnknown } from '../mapping/uses.ts'
import type { FieldPatches } from '../patch/patch.ts'
import { hiddenPaths } from '../secrecy/hidden.ts'
import type { Copied, Copying } from './copying.ts'
import { ASKED, type ReportedSetting } from './fate.ts'

/** Settings that no attribute stands for, by their first member. */
export function ofSettings(
  { source, target, alike }: Copying,
  { reasons }: Copied,
  next: Native,
  request: FieldPatches,
): readonly ReportedSetting[] {
  const { mapping, native, fresh } = source
  const { providerSettings: wish } = request
  const [was, is, usual] = [
    restOf(mapping, mapping.normal(native)),
    alike ? restOf(target.mapping, target.mapping.normal(next)) : {},
    restOf(mapping, mapping.normal(fresh)),
  ]
  return Object.entries(restOf(mapping, native)).map(([name, before]): ReportedSetting => {
    const field = `providerSettings.${name}`
    const value = memberOf(was, name) ?? null
    const after = memberOf(is, name) ?? null
    if (isShown(mapping, name)) return { fate: 'left', field, why: SHOWN }
    if (alike && same(value, after)) return { fate: 'carried', field }
    if (alike && isRecord(wish) && Object.hasOwn(wish, name)) {
      return { fate: 'derived', field, before, after, why: ASKED }
    }
    if (!alike && isUnset(value, memberOf(usual, name))) {
      return { fate: 'left', field, why: USUAL }
    }
    const why = reasons.get(field) ?? boundReason(mapping, name) ?? (alike ? UNKNOWN : FOREIGN)
    return { fate: 'lost', field, before, after, why }
  })
}

/** Whether no creation takes it, as is known. */
const isShown = (mapping: Mapping, name: string) =>
  !isUnknown(mapping, name) && !isFor(mapping, name, 'created')

const SHOWN = 'the provider shows it and does not accept a value'
const USUAL = 'it is not set: any new client there has the same value'
const FOREIGN = 'it is a setting of another type of provider'
const UNKNOWN = 'this version does not know it, so it is unknown whether a new client may have it'

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

/** What is hidden in the source: it is not shown, and does not come along. */
export function ofSecrets({ source: { mapping, native } }: Copying): readonly ReportedSetting[] {
  const { fields, hiddenKeys } = mapping
  const own = 'keys' in fields.secret ? fields.secret.keys : []
  return hiddenPaths(mapping, native)
    .filter((path) => ![...own, ...hiddenKeys].some((key) => covers(key, path)))
    .map((path) => ({ fate: 'lost', field: attributePath(mapping, path), why: SECRET }))
}

/** A native path below the client: a part of an attribute, or of the raw settings. */
function attributePath(mapping: Mapping, path: string): string {
  const field = fieldOfPath(mapping, path)
  const inner = path.slice(path.indexOf('.') + 1)
  return field === undefined ? `providerSettings.${path}` : `${field}.${inner}`
}

const SECRET = 'secrets are never copied'
