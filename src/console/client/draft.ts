/**
 * What someone is about to change: by field, and of lists and maps only the values that they name. It is about no state of the
 * client in particular, so it outlasts what others change meanwhile.
 */

import type { Client, ClientPatch, FieldName, Json, JsonObject } from '../../sdk/index.ts'
import { sameJson } from '../frame/json-text.ts'
import { FIELD_ROWS } from './fields.ts'

export type FieldEdit =
  | { readonly kind: 'set'; readonly value: Json }
  | { readonly kind: 'list'; readonly add: readonly string[]; readonly remove: readonly string[] }
  /** By member; `null` clears it. */
  | { readonly kind: 'members'; readonly set: JsonObject }

export type Draft = { readonly [F in FieldName]?: FieldEdit }

/** The draft with one field edited, or no longer edited. */
export function withEdit(draft: Draft, field: FieldName, edit: FieldEdit | undefined): Draft {
  const { [field]: _, ...rest } = draft
  return edit === undefined || isEmpty(edit) ? rest : { ...rest, [field]: edit }
}

function isEmpty(edit: FieldEdit): boolean {
  if (edit.kind === 'list') return edit.add.length === 0 && edit.remove.length === 0
  return edit.kind === 'members' && Object.keys(edit.set).length === 0
}

/** The request that the draft stands for. */
export function patchOf(draft: Draft): ClientPatch {
  const members = Object.entries(draft).map(([field, edit]): [string, Json] => [
    field,
    memberOf(edit),
  ])
  return Object.fromEntries(members) as ClientPatch
}

function memberOf(edit: FieldEdit): Json {
  if (edit.kind === 'set') return edit.value
  if (edit.kind === 'members') return edit.set
  return {
    ...(edit.add.length === 0 ? {} : { add: edit.add }),
    ...(edit.remove.length === 0 ? {} : { remove: edit.remove }),
  }
}

/** One field that others have changed since. */
export interface Difference {
  readonly field: FieldName
  readonly before: Json
  readonly after: Json
}

const FIELDS = Object.keys(FIELD_ROWS) as readonly FieldName[]

/** What differs between two readings of a client. */
export function differencesOf(before: Client, after: Client): readonly Difference[] {
  const [old, now] = [before, after] as unknown as readonly [JsonObject, JsonObject]
  return FIELDS.filter((field) => field !== 'secret' && !sameJson(old[field], now[field])).map(
    (field) => ({ field, before: old[field] ?? null, after: now[field] ?? null }),
  )
}
