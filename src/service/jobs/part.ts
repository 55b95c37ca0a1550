/** Splits long lists into parts that each fit into an entry of the log. */

import { stringifyJson } from '../../core/json/json-text.ts'

/**
 * The largest part in one entry, before it is sealed (bytes); our choice, since DynamoDB's limit is
 * 400 KB.
 */
const PART_BYTES = 150_000

/** The next items: as many as fit, but at least one, since an item that never fits would block the rest. */
export function firstPart<T>(items: readonly T[]): readonly T[] {
  let bytes = 0
  const end = items.findIndex((item, index) => {
    bytes += Buffer.byteLength(stringifyJson(item))
    return index > 0 && bytes > PART_BYTES
  })
  return end < 0 ? items : items.slice(0, end)
}
