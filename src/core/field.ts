/**
 * What a row of the table of fields consists of: how the field is written and checked, and what its
 * texts are for where they are URIs.
 */

import * as z from 'zod/mini'
import type { UriUse } from './uri/uri-rule.ts'

/** How a field is written: decides patching (`list`, `map`, `object` merge), forms and diffs. */
export type FieldKind =
  | 'string'
  | 'secret'
  | 'boolean'
  | 'integer'
  | 'list'
  | 'map'
  | 'object'
  | 'raw'

interface Attribute<V> {
  /** What a patch may set it to; a list is described by its whole value. */
  readonly schema: z.ZodMiniType
  /** What is shown where a provider holds nothing. */
  readonly empty: V
  /** One sentence for the documentation. */
  readonly says: string
}

/** A text or list says what its values are for where they are URIs, which are then judged. */
interface TextAttribute<V, K extends FieldKind> extends Attribute<V> {
  readonly kind: K
  readonly uri: UriUse | 'none'
}

interface OtherAttribute<V> extends Attribute<V> {
  readonly kind: Exclude<FieldKind, 'string' | 'list'>
  readonly uri?: never
}

/** @internal Left out of the SDK's types, which need no schema library. */
export type Field<V> = [V] extends [readonly string[]]
  ? TextAttribute<V, 'list'>
  : [V] extends [string | null]
    ? TextAttribute<V, 'string'>
    : OtherAttribute<V>

/** More values than any provider holds in one list (Auth0 and Cognito: 100; Entra: 256). */
export const MAX_LIST_ITEMS = 1_000
export const MAX_TEXT_LENGTH = 2_048
/** Ten years, the longest lifetime that a supported provider takes (Cognito refresh tokens). */
export const MAX_LIFETIME_SECONDS = 315_360_000

const text = z.string().check(z.minLength(1), z.maxLength(MAX_TEXT_LENGTH))

interface Uris {
  /** What the values are for where they are URIs. */
  readonly uri: UriUse | 'none'
}

/** @internal A text. */
export const textField = (says: string, { uri }: Uris): Field<string | null> => ({
  kind: 'string',
  schema: text,
  empty: null,
  says,
  uri,
})

/** @internal A list of texts. */
export const listField = (says: string, { uri }: Uris): Field<readonly string[]> => ({
  kind: 'list',
  schema: z.array(text).check(z.maxLength(MAX_LIST_ITEMS)),
  empty: [],
  says,
  uri,
})

/** @internal True or false, and what is shown where a provider does not say. */
export const flagField = (says: string, empty: boolean): Field<boolean> => ({
  kind: 'boolean',
  schema: z.boolean(),
  empty,
  says,
})

/** @internal A time in seconds. */
export const secondsField = (says: string): Field<number | null> => ({
  kind: 'integer',
  schema: z.int().check(z.gte(1), z.lte(MAX_LIFETIME_SECONDS)),
  empty: null,
  says,
})
