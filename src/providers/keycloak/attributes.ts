/** Fields that are attributes of a client: texts, in an object that an update merges, of which `null` removes one. */

import type { Json } from '../../core/json/json.ts'
import { inner } from '../../core/mapping/lenses.ts'
import type { Lens, Limits, Native, NativeChange } from '../../core/mapping/row.ts'

/** The values that a client has. */
export const attributesOf = (native: Native): Readonly<Record<string, Json>> =>
  inner(native, 'attributes')

/** A record's attributes with some of them set; `undefined` removes one. */
export function withAttributes(
  native: Native,
  values: Readonly<Record<string, string | undefined>>,
): NativeChange {
  const all = { ...attributesOf(native), ...values }
  return {
    attributes: Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  }
}

/** Whether an attribute is on. */
export const isOn = (native: Native, name: string, absent = false): boolean => {
  const value = attributesOf(native)[name]
  return value === undefined ? absent : value === 'true'
}

interface Extras {
  readonly limits?: Limits
  readonly note?: string
}

/** A text. */
export function attribute(name: string, extras: Extras = {}): Lens<string | null> {
  return {
    support: 'native',
    keys: [`attributes.${name}`],
    get: (native) => {
      const value = attributesOf(native)[name]
      return value === '' ? undefined : (value as string | undefined)
    },
    put: (value, native) => withAttributes(native, { [name]: value ?? undefined }),
    ...extras,
  }
}

/** True or false; off is written out, as the admin console does. */
export function attributeFlag(name: string, note?: string): Lens<boolean> {
  return {
    support: 'native',
    keys: [`attributes.${name}`],
    get: (native) => isOn(native, name),
    put: (value, native) => withAttributes(native, { [name]: String(value ?? false) }),
    ...(note === undefined ? {} : { note }),
  }
}

/** Seconds; none: as the realm has it. */
export function lifetime(name: string, note: string): Lens<number | null> {
  return {
    support: 'native',
    keys: [`attributes.${name}`],
    get: (native) => {
      const value = attributesOf(native)[name]
      // Anything else is stored too, and fails at the token endpoint: it is not hidden.
      return (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value) as number
    },
    put: (seconds, native) =>
      withAttributes(native, { [name]: seconds === null ? undefined : String(seconds) }),
    note,
  }
}
