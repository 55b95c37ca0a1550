/**
 * The parts of a provider's mapping table: how one field is read and written there, the conditions on a whole
 * record, and what stands for a suspension. The table itself is `mapping.ts`.
 *
 * A native record is raw JSON as the provider sent it, members unknown to this program included.
 */

import type { FieldName } from '../client.ts'
import type { Json, JsonObject } from '../json/json.ts'
import type { FieldPatches } from '../patch/patch.ts'

export type Native = JsonObject

/** Native members to set; `undefined` removes one, which is a provider's way back to its default. */
export type NativeChange = Readonly<Record<string, Json | undefined>>

/** Counts and lengths that a provider itself enforces. */
export interface Limits {
  readonly maxItems?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly maxKeys?: number
  /** The only values that the provider takes; for a list, its only items. */
  readonly values?: readonly string[]
  /** A regular expression that the text must match as a whole, and the same in words. */
  readonly pattern?: { readonly expression: RegExp; readonly says: string }
  /** The most that a number inside of an object may be, by its name; `put` judges it. */
  readonly members?: Readonly<Record<string, number>>
}

/** The provider shows the field and lets it change. */
export interface Lens<V> {
  /** `native`: held as such. `derived`: made of other settings of the provider. */
  readonly support: 'native' | 'derived'
  /** Native members (dotted for inner ones) that it is made of; the rest is `providerSettings`. */
  readonly keys: readonly string[]
  get(native: Native): V | undefined
  /** Native members beside its keys from which its value follows; they stay settings of their own. */
  readonly follows?: readonly string[]
  /** `null` asks for the provider's default. Throws `ClientError` for what it cannot express. */
  put(value: V | null, native: Native): NativeChange
  readonly limits?: Limits
  /** No client is without it. */
  readonly needed?: true
  /** No creation takes it: the provider keeps it where only a client that is there can be named. */
  readonly afterCreation?: true
  /** Anything that a caller should know about this provider's way. */
  readonly note?: string
}

/** The provider shows the field and does not let it change. */
export interface View<V> {
  readonly support: 'read-only'
  readonly keys: readonly string[]
  get(native: Native): V | undefined
  /** As in `Lens`. */
  readonly follows?: readonly string[]
  /** A clause: why it cannot be changed. */
  readonly why: string
  /** How it is set while the client is made; absent: neither then. */
  readonly made?: Lens<V>
}

/** The provider cannot hold the field at all. */
export interface Missing<V> {
  readonly support: 'missing'
  /** What is shown in its place, where that is not the field's empty value. */
  readonly value?: V
  /** A clause: why the provider cannot hold it. */
  readonly why: string
}

export type Row<V> = Lens<V> | View<V> | Missing<V>

/** A condition on the whole resulting record that the provider enforces. */
export interface Rule {
  /** The sentence for the caller when it is broken. */
  readonly says: string
  /** The neutral field (or path) that the caller should look at. */
  readonly field: string
  holds(next: Native): boolean
}

/** Something that is not wrong, and that the caller should know. */
export interface Warning {
  readonly code: string
  readonly message: string
  readonly field?: string
  /** The body of a PATCH of the same client that ends it. */
  readonly mend?: JsonObject
}

/** A value of a list that names something which the provider does not have. */
export interface Dangling {
  readonly field: FieldName
  readonly value: string
}

/** The dangling values of one field in a sentence, with the PATCH that removes them from a client that has them. */
export interface DanglingText {
  readonly field: FieldName
  readonly message: string
  /** Absent where the client holds none of them: then it is the request that names them. */
  readonly mend?: FieldPatches
}

/** Whether a row takes changes. */
export function isLens<V>(row: Row<V>): row is Lens<V> {
  return 'put' in row
}

/** The native members (dotted for inner ones) that a row is made of. */
export const keysOf = (row: Row<unknown>): readonly string[] =>
  row.support === 'missing' ? [] : row.keys

/** Members that an update takes and no read shows, such as a secret of which the provider keeps a hash. */
export interface Unseen {
  readonly keys: readonly string[]
  /**
   * The member that moves with every write, to less than a second: where it has moved and all that is shown has not, what
   * is not shown has been written.
   */
  readonly stamp: string
}

export interface Suspension {
  /** What goes on in a suspended client; noun phrases. */
  readonly doesNotStop: readonly string[]
  /** Absent where the provider has the setting, and `disabled` is a lens. */
  readonly emulation?: Emulation
}

export interface Emulation {
  /** The native members that are taken away and held. */
  readonly keys: readonly string[]
  /** The record with them taken away; itself where they are. Valid wherever the record is. */
  suspended(native: Native): Native
}
