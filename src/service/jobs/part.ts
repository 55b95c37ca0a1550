/** Parts of long lists, so that each fits into an entry of the log. */

import { stringifyJson } from '../../core/json/json-text.ts'

/** The largest part in one entry, before it is sealed (bytes); ours, DynamoDB ends at 400 KB. */
const PART_BYTES = 150_000

/** The items that come next: as many as fit, and at least one, since what does not fit would come back for ever. */
export function firstPart<T>(items: readonly T[]): readonly T[] {
  let bytes = 0
  const end = items.findIndex((item, index) => {
    bytes += Buffer.byteLength(stringifyJson(item))
    return index > 0 && bytes > PART_BYTES
  })
  return end < 0 ? items : items.slice(0, end)
}
