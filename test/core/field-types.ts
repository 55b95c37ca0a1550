/**
 * A row of a text or a list that does not say what its values are for where they are URIs does not
 * compile, so that no field with URIs escapes the rules. (`npm run check`; there is nothing to run.)
 */

import * as z from 'zod/mini'
import { FIELDS } from '../../src/core/client.ts'
import { type Field, listField, textField } from '../../src/core/field.ts'

const row = { schema: z.string(), says: 'A text.' }

// @ts-expect-error: a text says whether it is a URI
export const text: Field<string | null> = { ...row, kind: 'string', empty: null }
// @ts-expect-error: a list says whether it holds URIs
export const list: Field<readonly string[]> = { ...row, kind: 'list', empty: [] }
// @ts-expect-error: a text that passes for something else says it too
export const disguised: Field<string | null> = { ...row, kind: 'raw', empty: null }
// @ts-expect-error: so does a row that is made by the helper for texts
export const made: Field<string | null> = textField('A text.')
// @ts-expect-error: and one by the helper for lists
export const listed: Field<readonly string[]> = listField('A list.')
// @ts-expect-error: a use is one of those that the rules know
export const unknown: Field<string | null> = textField('A text.', { uri: 'callback' })

const { uri: _, ...withoutUse } = FIELDS.callbacks
// @ts-expect-error: the table takes no row without it
export const table: typeof FIELDS = { ...FIELDS, callbacks: withoutUse }

export const uri: Field<string | null> = textField('A page.', { uri: 'page' })
export const none: Field<readonly string[]> = listField('Words.', { uri: 'none' })
