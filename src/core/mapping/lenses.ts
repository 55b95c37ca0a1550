/**
 * The rows that most mappings are made of. A row that does not fit gets a lens of its own in the
 * mapping that needs it.
 */

import { ClientError } from '../errors.ts'
import type { Json } from '../json/json.ts'
import { isRecord } from '../json/json.ts'
import { doubleOf, isNumberLiteral } from '../json/json-number.ts'
import type { Lens, Limits, Missing, Native, NativeChange, View } from './row.ts'

interface Extras {
  readonly limits?: Limits
  readonly note?: string
}

/** A text, number or flag held in one native member; `null` removes the member or sets `cleared`. */
export function key<V extends string | number | boolean>(
  name: string,
  extras: Extras & { readonly cleared?: V } = {},
): Lens<V | null> {
  const { cleared, ...rest } = extras
  return {
    support: 'native',
    keys: [name],
    get: (native) => present<V>(native[name], cleared),
    put: (value) => ({ [name]: value ?? cleared }),
    ...rest,
  }
}

/** A text held in one native member that a client cannot be without. */
export function required(name: string, extras: Extras = {}): Lens<string | null> {
  return {
    ...key<string>(name, extras),
    needed: true,
    put: (value) => {
      if (value !== null) return { [name]: value }
      throw new ClientError(
        'invalid_field',
        'client.name cannot be cleared: a client needs a name.',
        {
          field: 'client.name',
        },
      )
    },
  }
}

/** A flag held in one native member, `absent` when the record does not say. */
export function flag(name: string, absent: boolean, extras: Extras = {}): Lens<boolean> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => (typeof native[name] === 'boolean' ? native[name] : absent),
    put: (value) => ({ [name]: value ?? absent }),
    ...extras,
  }
}

/**
 * A list of texts held in one native member. `empty` says how the provider holds no values: as an
 * empty list (`'keep'`) or by leaving the member out (`'omit'`).
 */
export function list(
  name: string,
  empty: 'keep' | 'omit',
  extras: Extras = {},
): Lens<readonly string[]> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => texts(native[name]),
    put: (value, native) => {
      const items = [...(value ?? []), ...othersThanTexts(native[name])]
      return { [name]: items.length === 0 ? emptyList(empty) : items }
    },
    ...extras,
  }
}

/** What a provider holds in such a list beside texts is shown to no one, so that no one can have meant it. */
const othersThanTexts = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value.filter((item) => typeof item !== 'string') : []

const emptyList = (empty: 'keep' | 'omit'): Json | undefined => (empty === 'keep' ? [] : undefined)

/** A list of words held in one text with spaces between, such as `scope` (RFC 6749 section 3.3). */
export function words(name: string, extras: Extras = {}): Lens<readonly string[]> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => {
      const value = native[name]
      return typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : []
    },
    put: (value) => ({
      [name]: value === null || value.length === 0 ? undefined : value.join(' '),
    }),
    ...extras,
  }
}

/** A member inside a native object; the object itself is kept. */
export function member<V extends string | number | boolean>(
  parent: string,
  name: string,
  extras: Extras = {},
): Lens<V | null> {
  return {
    support: 'native',
    keys: [`${parent}.${name}`],
    get: (native) => present<V>(inner(native, parent)[name], undefined),
    put: (value, native): NativeChange => {
      const { [name]: _, ...others } = inner(native, parent)
      return { [parent]: value === null ? others : { ...others, [name]: value } }
    },
    ...extras,
  }
}

/** Shown as the provider holds it, and never changed. */
export function shown<V extends string | number | boolean>(name: string, why: string): View<V> {
  return { support: 'read-only', keys: [name], get: (native) => present<V>(native[name]), why }
}

/** Made of other settings by the mapping, and never changed. */
export function view<V>(
  keys: readonly string[],
  get: (native: Native) => V | undefined,
  why: string,
): View<V> {
  return { support: 'read-only', keys, get, why }
}

/** The provider cannot hold the field, for the reason given as a clause. */
export function missing<V>(why: string): Missing<V> {
  return { support: 'missing', why }
}

/** The provider cannot hold the field; it behaves as if it always had this value. */
export function fixed<V>(value: V, why: string): Missing<V> {
  return { support: 'missing', value, why }
}

/** The texts of a native list; anything else shows as no values. */
export function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** A native object, or an empty one. */
export function inner(native: Native, name: string): Readonly<Record<string, Json>> {
  const value = native[name]
  return isRecord(value) ? value : {}
}

function present<V extends string | number | boolean>(
  value: Json | undefined,
  cleared?: V,
): V | undefined {
  // No field takes an empty text; some providers show one for what was never set.
  if (value === null || value === '' || value === cleared) return undefined
  const number = isNumberLiteral(value) ? doubleOf(value) : value
  return number as V | undefined
}
