/**
 * A row of the table of fields that leaves out a fact does not compile, so that no field escapes a rule that
 * goes by it. (`npm run check`; there is nothing to run.)
 */

import * as z from 'zod/mini'
import { FIELDS } from '../../src/core/client.ts'
import { type Field, flagField, listField, secondsField, textField } from '../../src/core/field.ts'

const facts = { permission: 'none', access: 'none', own: 'no', copy: 'value' } as const
const row = { ...facts, schema: z.string(), says: 'A text.' }
const words = { ...facts, uri: 'none', search: 'none' } as const

// @ts-expect-error: a text states whether it is a URI
export const text: Field<string | null> = { ...row, kind: 'string', empty: null }
// @ts-expect-error: a list states whether it holds URIs
export const list: Field<readonly string[]> = {
  ...row,
  kind: 'list',
  empty: [],
  lease: false,
  lifeline: false,
}
// @ts-expect-error: a text that passes for something else states it too
export const disguised: Field<string | null> = { ...row, kind: 'raw', empty: null }
// @ts-expect-error: so does a row that is made by the helper for texts
export const made: Field<string | null> = textField('A text.', facts)
// @ts-expect-error: and one by the helper for lists
export const listed = listField('A list.', { ...facts, lease: false, lifeline: false })
// @ts-expect-error: a use is one of those that the rules know
export const unknown = textField('A text.', { ...facts, uri: 'callback' })
// @ts-expect-error: what is no URI states how it is searched
export const unsearched = textField('A text.', { ...facts, uri: 'none' })

const { permission, ...unguarded } = facts
// @ts-expect-error: every row states which permission a change takes, a text ...
export const free = textField('A text.', { ...unguarded, uri: 'none', search: 'none' })
// @ts-expect-error: ... a number ...
export const freeNumber = secondsField('A time.', unguarded)
// @ts-expect-error: ... a flag ...
export const freeFlag = flagField('A flag.', true, { ...unguarded, search: 'none' })
// @ts-expect-error: ... and what is neither
export const freeMap: Field<Readonly<Record<string, string>>> = {
  ...unguarded,
  kind: 'map',
  schema: z.string(),
  empty: {},
  says: 'A map.',
}
// @ts-expect-error: a change takes a permission that there is, and that a change can take
export const read = secondsField('A time.', { ...facts, permission: 'secrets:read' })

const { access, ...unjudged } = facts
// @ts-expect-error: every row states how it decides about access
export const granting = secondsField('A time.', unjudged)
const { own, ...shared } = facts
// @ts-expect-error: every row states whether each client has its own
export const common = secondsField('A time.', shared)
const { copy, ...uncopied } = facts
// @ts-expect-error: every row states how a copy takes it over
export const lost = secondsField('A time.', uncopied)

const uris = { ...facts, uri: 'redirect' } as const
// @ts-expect-error: a list states whether its values can be leased
export const unleased = listField('URIs.', { ...uris, lifeline: false })
// @ts-expect-error: a list states whether a client works by it
export const lifeless = listField('URIs.', { ...uris, lease: false })
// @ts-expect-error: values that are no URIs are not leased
export const rights = listField('Words.', { ...words, lease: true, lifeline: false })
// @ts-expect-error: a flag is no text to be searched
export const flag = flagField('A flag.', true, { ...facts, search: 'text' })

const { uri: _, ...withoutUse } = FIELDS.callbacks
// @ts-expect-error: the table takes no row without its use
export const table: typeof FIELDS = { ...FIELDS, callbacks: withoutUse }
// @ts-expect-error: what can be leased is what the type of a client says
export const leased: typeof FIELDS = { ...FIELDS, callbacks: { ...FIELDS.callbacks, lease: false } }
const leasedList = listField('URIs.', { ...uris, lease: true, lifeline: false })
// @ts-expect-error: and nothing else can
export const others: typeof FIELDS = { ...FIELDS, scopes: leasedList }

export const page: Field<string | null> = textField('A page.', { ...facts, uri: 'page' })
export const none: Field<readonly string[]> = listField('Words.', {
  ...words,
  lease: false,
  lifeline: false,
})
