/**
 * What a row of the table of fields consists of: how the field is written and checked, and the facts
 * about it that the rest of the program goes by. A row states each of them, or it does not compile: a fact
 * that is left out would leave the field out of a rule.
 */

import * as z from 'zod/mini'
import type { OwnPermission } from './rights/permissions.ts'
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

/** What is stated of every field. */
export interface Facts {
  /** What a change of it takes beside `clients:write`: others have imposed it, or it proves who a client is. */
  readonly permission: Exclude<OwnPermission, 'access:grant'> | 'none'
  /**
   * How it decides which access tokens a client gets: by words that may be scopes or audiences, or by
   * grant types. Where tokens go follows from `uri`, and who gets them from `permission`.
   */
  readonly access: 'words' | 'grants' | 'none'
  /** What each client has of its own, and no two have in common. */
  readonly own: 'id' | 'secret' | 'time' | 'no'
  /**
   * How a copy takes it over. `words`: they mean something at their own provider only. `prose`: a part of a
   * text for people is better than nothing. `implied`: it follows from other fields where a provider does not
   * have it.
   */
  readonly copy: 'value' | 'words' | 'prose' | 'implied' | 'never'
}

/** How clients are found by it: by a part of its text, by a filter on a whole value, or not at all. */
type Search = 'text' | 'filter' | 'none'

/** What a text or a list states beside that: what its values are for where they are URIs, which are all searched. */
type Words = Facts &
  (
    | { readonly uri: UriUse; readonly search?: never }
    | { readonly uri: 'none'; readonly search: Search }
  )

/** A list also states what depends on it. Values of URL lists alone can be leased. */
type ListWords = Words & {
  /** Whether no one gets a token by way of a client once it is empty. */
  readonly lifeline: boolean
} & (
    | { readonly uri: UriUse; readonly lease: boolean }
    | { readonly uri: 'none'; readonly lease: false }
  )

type FlagFacts = Facts & { readonly uri?: never; readonly search: Exclude<Search, 'text'> }

type OtherFacts = Facts & { readonly uri?: never; readonly search?: never }

interface Attribute<V, K extends FieldKind> {
  readonly kind: K
  /** What a patch may set it to; a list is described by its whole value. */
  readonly schema: z.ZodMiniType
  /** What is shown where a provider holds nothing. */
  readonly empty: V
  /** One sentence for the documentation. */
  readonly says: string
}

/** @internal Left out of the SDK's types, which need no schema library. */
export type Field<V> = [V] extends [readonly string[]]
  ? Attribute<V, 'list'> & ListWords
  : [V] extends [string | null]
    ? Attribute<V, 'string'> & Words
    : [V] extends [boolean]
      ? Attribute<V, 'boolean'> & FlagFacts
      : Attribute<V, Exclude<FieldKind, 'string' | 'list' | 'boolean'>> & OtherFacts

/** More values than any provider holds in one list (Auth0 and Cognito: 100; Entra: 256). */
export const MAX_LIST_ITEMS = 1_000
export const MAX_TEXT_LENGTH = 2_048
/** Ten years, the longest lifetime that a supported provider takes (Cognito refresh tokens). */
export const MAX_LIFETIME_SECONDS = 315_360_000

const text = z.string().check(z.minLength(1), z.maxLength(MAX_TEXT_LENGTH))

/** @internal A text. */
export const textField = (says: string, facts: Words): Field<string | null> => ({
  kind: 'string',
  schema: text,
  empty: null,
  says,
  ...facts,
})

/** @internal A list of texts. */
export const listField = <L extends ListWords>(
  says: string,
  facts: L,
): Field<readonly string[]> & Pick<L, 'lease'> => ({
  kind: 'list',
  schema: z.array(text).check(z.maxLength(MAX_LIST_ITEMS)),
  empty: [],
  says,
  ...facts,
})

/** @internal True or false, and what is shown where a provider does not say. */
export const flagField = (says: string, empty: boolean, facts: FlagFacts): Field<boolean> => ({
  kind: 'boolean',
  schema: z.boolean(),
  empty,
  says,
  ...facts,
})

/** @internal A time in seconds. */
export const secondsField = (says: string, facts: OtherFacts): Field<number | null> => ({
  kind: 'integer',
  schema: z.int().check(z.gte(1), z.lte(MAX_LIFETIME_SECONDS)),
  empty: null,
  says,
  ...facts,
})
