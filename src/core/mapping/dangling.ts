/**
 * Dangling references: values of a client that name something which its provider does not have, such as an identity
 * provider that was removed. A provider that takes a client only as a whole refuses every change of it until then.
 */

import type { JsonObject } from '../json/json.ts'
import { quoted } from '../patch/quoted.ts'
import { type Mapping, showField } from './mapping.ts'
import type { Dangling, DanglingText, Native } from './row.ts'

/** One text for each field. `held`: the client as the provider has it. */
export function danglingTexts(
  mapping: Mapping,
  record: Native,
  dangling: readonly Dangling[],
): readonly DanglingText[] {
  const fields = [...new Set(dangling.map(({ field }) => field))]
  return fields.map((field) => {
    const values = dangling.filter((one) => one.field === field).map(({ value }) => value)
    const remove = values.filter((value) => holds(mapping, record, { field, value }))
    const names = values.map(quoted).join(', ')
    const ways = remove.length === 0 ? 'Leave it out' : 'Remove it, alone or in the same request'
    const message = `client.${field} names ${names}, which does not exist at the provider, so it refuses every change. ${ways}.`
    return { field, message, ...(remove.length === 0 ? {} : { mend: { [field]: { remove } } }) }
  })
}

/** Whether a client has the value. */
export function holds(mapping: Mapping, native: Native, { field, value }: Dangling): boolean {
  const content: unknown = showField(mapping, field, native)
  return Array.isArray(content) && content.includes(value)
}

/** The body of the PATCH that removes them all. */
export function bodyOfMends(texts: readonly DanglingText[]): JsonObject | undefined {
  const mends = texts.flatMap(({ mend }) => (mend === undefined ? [] : [mend]))
  return mends.length === 0 ? undefined : { client: Object.assign({}, ...mends) as JsonObject }
}
