/** What a file asks of a client that is not there yet, in the parts in which a provider takes it. */

import { FIELDS, type FieldName } from '../../core/client.ts'
import { isRecord, type Json, type JsonObject, memberOf } from '../../core/json/json.ts'
import { withoutPaths } from '../../core/json/paths.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import type { Capabilities } from '../render.ts'

export interface CreationParts {
  readonly patch: FieldPatches
  /** What the provider takes only once the client is there. */
  readonly afterwards: FieldPatches
  /** Dotted paths, below `providerSettings`, of what no other client can have. */
  readonly left: readonly string[]
}

/** The parts; of a list in parts, the values to be there. */
export function creationParts(
  managed: FieldPatches,
  { fields, boundSettings = [] }: Capabilities,
): CreationParts {
  const settings = isRecord(managed.providerSettings) ? managed.providerSettings : {}
  const omitted = boundSettings.filter((path) => !isEmpty(at(settings, path)))
  const isLater = (field: FieldName) => fields[field]?.afterCreation === true
  const members = Object.entries(managed).map(([name, value]): [FieldName, Json] => {
    const field = name as FieldName
    if (FIELDS[field].kind === 'list' && isRecord(value)) return [field, value.add ?? []]
    return [field, field === 'providerSettings' ? withoutPaths(settings, omitted) : value]
  })
  const later = members.filter(([field, value]) => isLater(field) && !isEmpty(value))
  // What is left out says how the client authenticates, so that the default of the kind is not meant.
  const { writable = false, creatable = false } = fields.tokenEndpointAuthMethod ?? {}
  const isSettable = writable || creatable
  const keyed = omitted.length > 0 && isSettable && managed.tokenEndpointAuthMethod === undefined
  return {
    patch: {
      ...Object.fromEntries(members.filter(([field]) => !isLater(field))),
      ...(keyed ? { tokenEndpointAuthMethod: null } : {}),
    },
    afterwards: Object.fromEntries(later),
    left: omitted,
  }
}

function at(settings: JsonObject, path: string): Json {
  return path
    .split('.')
    .reduce<Json>(
      (value, name) => (isRecord(value) ? (memberOf(value, name) ?? null) : null),
      settings,
    )
}

const isEmpty = (value: Json) =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0)
