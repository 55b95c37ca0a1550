/** How two clients differ, but for what each has of its own. */

import { FIELDS, isFieldName } from '../../core/client.ts'
import {
  isRecord,
  type Json,
  type JsonObject,
  memberOf,
  same,
  without,
} from '../../core/json/json.ts'
import { opened } from '../../core/mapping/opened.ts'
import type { Client, FieldChange, Provider } from '../../sdk/types.ts'
import type { Capabilities } from '../render.ts'

/** Members of an answer that are not attributes of the client. */
const BESIDE: readonly string[] = ['provider', 'userPoolId', 'secretRedacted', 'warnings']

/** What two clients never share. */
export interface Own {
  /** Attributes that each client has of its own, or that no one can set. */
  isField(name: string): boolean
  /** Settings that a place or a client has of its own. */
  isSetting(name: string): boolean
  /** Objects whose members are settings by themselves. */
  readonly opened: readonly string[]
}

/** What is of no two clients: ids and times, what a provider only shows, and what names keys of the very client. */
export function ownOf(providers: readonly Provider[]): Own {
  const capabilities = providers.map((body) => body as unknown as Capabilities & Provider)
  return {
    isField: (name) => {
      if (!isFieldName(name)) return BESIDE.includes(name)
      const isSet = ({ fields }: Capabilities) => fields[name]?.writable || fields[name]?.creatable
      return FIELDS[name].own !== 'no' || !capabilities.some(isSet)
    },
    isSetting: (name) =>
      capabilities.some(
        ({ readOnlySettings, boundSettings }) =>
          readOnlySettings.includes(name) || boundSettings.includes(name),
      ),
    opened: [...new Set(capabilities.flatMap(({ openedSettings = [] }) => openedSettings))],
  }
}

/** How another client differs from one. */
export function differences(one: Client, other: Client, own: Own): readonly FieldChange[] {
  const [before, after] = [one, other].map((client) => client as unknown as JsonObject)
  if (before === undefined || after === undefined) return []
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((name) => !own.isField(name))
    .flatMap((field) => {
      const sides = [memberOf(before, field) ?? null, memberOf(after, field) ?? null] as const
      return isFieldName(field) && FIELDS[field].kind === 'raw'
        ? settingChanges(field, sides, own)
        : changeOf(field, sides)
    })
}

type Sides = readonly [before: Json, after: Json]

/** Of raw settings, one for each member. */
function settingChanges(field: string, sides: Sides, own: Own): readonly FieldChange[] {
  const [before = {}, after = {}] = sides.map((side) =>
    opened(isRecord(side) ? side : {}, own.opened),
  )
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !own.isSetting(name))
    .flatMap((name) =>
      changeOf(`${field}.${name}`, [memberOf(before, name) ?? null, memberOf(after, name) ?? null]),
    )
}

function changeOf(field: string, [before, after]: Sides): readonly FieldChange[] {
  if (!Array.isArray(before) || !Array.isArray(after)) {
    return same(before, after) ? [] : [{ field, before, after }]
  }
  const [added, removed] = [without(after, before), without(before, after)]
  return added.length + removed.length === 0 ? [] : [{ field, before, after, added, removed }]
}
