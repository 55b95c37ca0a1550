/**
 * What patches are made of: asks, each with the native settings that it may change by its nature. They
 * are written out by hand for each provider, from its own documentation and not from our mappings, so
 * that a row that touches more than it says is seen.
 */

import type { FieldName } from '../../../src/core/client.ts'
import type { Json, JsonObject } from '../../../src/core/json/json.ts'

/** A part of a patch. */
export interface Ask {
  readonly client: { readonly [F in FieldName]?: Json }
  /** Paths (dotted) of native members; whatever is at or below one may change, nothing else. */
  readonly touches: readonly string[]
}

/** Asks of which a patch has one at most; groups with a word in common do not stand together. */
export interface Group {
  readonly about: readonly string[]
  /** Asks that the provider takes and that change this record; none where there are none. */
  asks(record: JsonObject): readonly Ask[]
}

/** Native members; `undefined`: not there. */
export type Members = Readonly<Record<string, Json | undefined>>

/** How a provider's frame is tried. */
export interface Frame {
  /** Values of native members that a state may have instead of those of the full record. */
  readonly states: Readonly<Record<string, readonly (Json | undefined)[]>>
  /** Members that stand or fall together, each row a whole. */
  readonly together: readonly (readonly Members[])[]
  readonly groups: readonly Group[]
  /** Asks about what the provider keeps elsewhere, given the names of the places that hold the client. */
  elsewhere?(names: readonly string[]): readonly Ask[]
  /** Fields of which this very server takes one value only, and why. */
  readonly settled?: Partial<Readonly<Record<FieldName, string>>>
}

/** One field and one native member. */
export function ask(client: Ask['client'], ...touches: readonly string[]): Ask {
  return { client, touches }
}

/** A text, number or flag: other values than the present one, and `null` where that clears one. */
export function value(
  field: FieldName,
  native: string,
  values: readonly Json[],
  clears: 'clears' | 'stays' = 'stays',
): Group {
  return {
    about: [field],
    asks: (record) => {
      const now = at(record, native)
      const asks = values.filter((one) => one !== now)
      const all = clears === 'clears' && now !== undefined ? [...asks, null] : asks
      return all.map((one) => ask({ [field]: one }, native))
    },
  }
}

/** A list in every form: whole, `add`, `remove`, both, empty and cleared; `keeps` stays in it. */
export function list(
  field: FieldName,
  native: string,
  values: readonly string[],
  { keeps }: { readonly keeps?: 'first' } = {},
): Group {
  return {
    about: [field],
    asks: (record) => listAsks(field, native, values, textsAt(record, native), keeps),
  }
}

function listAsks(
  field: FieldName,
  native: string,
  values: readonly string[],
  now: readonly string[],
  keeps: 'first' | undefined,
): readonly Ask[] {
  const others = values.filter((one) => !now.includes(one))
  const held = keeps === 'first' ? now.slice(0, 1) : []
  const loose = now.slice(held.length)
  const forms: Json[] = [
    ...(others.length > 0
      ? [{ add: others }, { add: others.slice(0, 1) }, [...now, ...others]]
      : []),
    ...(others.length > 0 ? [{ add: [...now, ...others] }, [...held, ...others]] : []),
    ...(loose.length > 0 ? [{ remove: loose.slice(0, 1) }, { remove: loose }, [...held]] : []),
    ...(loose.length > 0 && others.length > 0 ? [{ remove: loose, add: others.slice(-1) }] : []),
    ...(loose.length > 0 && held.length === 0 ? [null, []] : []),
  ]
  return forms.map((form) => ask({ [field]: form }, native))
}

/** A setting without a field of its own: other values than the present one, and `null`. */
export function setting(
  native: string,
  values: readonly Json[],
  clears: 'clears' | 'stays' = 'stays',
): Group {
  return {
    about: [native],
    asks: (record) => {
      const now = at(record, native)
      const asks = values.filter((one) => JSON.stringify(one) !== JSON.stringify(now))
      const all = clears === 'clears' && now !== undefined ? [...asks, null] : asks
      return all.map((one) => raw(native, one))
    },
  }
}

/** A merge patch over one path of the provider's own record. */
export function raw(path: string, one: Json): Ask {
  const patch = path.split('.').reduceRight<Json>((inner, name) => ({ [name]: inner }), one)
  return ask({ providerSettings: patch }, path)
}

/** A member that no program knows, where a client has it: one of its members, or all of it. */
export function future(native: string): Group {
  return {
    about: [native],
    asks: ({ [native]: now }) => {
      if (now === undefined) return []
      if (typeof now !== 'object' || Array.isArray(now)) return [raw(native, ['other', 2])]
      return [raw(`${native}.added`, { more: [1, 2] }), raw(`${native}.flag`, 'another')]
    },
  }
}

/** The value at a dotted path. */
export function at(record: JsonObject, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null ? (inner as JsonObject)[name] : undefined,
      record,
    )
}

export const textsAt = (record: JsonObject, path: string): readonly string[] => {
  const held = at(record, path)
  return Array.isArray(held) ? (held as string[]) : []
}
