/**
 * Sealed texts that were removed from an entry. What is left of such a text is as long as it was, has its digest, and says
 * which key had sealed it. The hash of an entry is over what is left of its sealed texts, whether they are there or not, so that
 * the chain stays what it was. Entries of versions before this have a hash over the texts themselves; what is left of these is
 * named by a checkpoint before they are removed.
 */

import { createHash } from 'node:crypto'
import { isRecord, type Json, type JsonObject } from '../core/json/json.ts'

/** The beginning of a sealed text, with the mark of several parts, is long enough for the number of its key. */
const HEAD = 8
const PARTED = '~'
/** Stands before the digest, and fills up what is left; neither is in base64. */
const MARK = '!'
const FILL = '-'
const ERASED = /^~?[^!]{8}![\w-]{43}-*$/

/** Whether a sealed text was removed. */
export const isErased = (sealed: string): boolean => ERASED.test(sealed)

/** What is left of a sealed text; of one that was removed already, itself. */
export function erased(sealed: string): string {
  if (isErased(sealed)) return sealed
  const head = sealed.slice(0, sealed.startsWith(PARTED) ? PARTED.length + HEAD : HEAD)
  const digest = createHash('sha256').update(sealed).digest('base64url')
  return `${head}${MARK}${digest}`.padEnd(sealed.length, FILL)
}

/** What a sealed text of an entry is: the records of an intent, the state of a client, or the values of a difference. */
export type SealedPart = 'records' | 'state' | 'values'

type Replace = (sealed: string, part: SealedPart) => string

/** The member of a stored state that contains the others, sealed. No provider has a member of this name. */
export const STATE_MEMBER = '$sealed'

/** The lists of an entry whose items are differences. */
const DIFFERENCES = ['changes', 'surprises'] as const

/** An entry with other texts in the place of those that can be removed one day; itself where none changes. */
export function withSealed<E>(entry: E, replace: Replace): E
export function withSealed(entry: JsonObject, replace: Replace): JsonObject {
  const changed: Record<string, Json> = {}
  const put = (record: JsonObject, name: string, next: Json | undefined) => {
    if (next !== undefined && next !== record[name]) changed[name] = next
  }
  if (entry.kind === 'intent' || entry.kind === 'approval_requested')
    put(entry, 'sealed', text(entry.sealed, replace, 'records'))
  if (isRecord(entry.state))
    put(entry, 'state', sealedIn(entry.state, STATE_MEMBER, replace, 'state'))
  for (const name of DIFFERENCES) put(entry, name, differences(entry[name], replace))
  if (entry.kind === 'job_results')
    put(
      entry,
      'results',
      each(entry.results, (result) => {
        const changes = differences(result.changes, replace)
        return changes === undefined || changes === result.changes ? result : { ...result, changes }
      }),
    )
  return Object.keys(changed).length === 0 ? entry : { ...entry, ...changed }
}

/** Whether an entry has a sealed text that can be removed, or was. */
export function hasSealed(entry: unknown): boolean {
  let found = false
  withSealed(entry, (sealed) => {
    found = true
    return sealed
  })
  return found
}

/** What is left of the sealed texts that were removed from an entry. */
export function erasedIn(entry: unknown): readonly string[] {
  const found: string[] = []
  withSealed(entry, (sealed) => {
    if (isErased(sealed)) found.push(sealed)
    return sealed
  })
  return found
}

function text(value: Json | undefined, replace: Replace, part: SealedPart): string | undefined {
  return typeof value === 'string' ? replace(value, part) : undefined
}

function sealedIn(
  record: JsonObject,
  name: string,
  replace: Replace,
  part: SealedPart,
): JsonObject {
  const next = text(record[name], replace, part)
  return next === undefined || next === record[name] ? record : { ...record, [name]: next }
}

const differences = (list: Json | undefined, replace: Replace) =>
  each(list, (change) => sealedIn(change, 'sealed', replace, 'values'))

/** A list with other records; itself where none changes. */
function each(
  list: Json | undefined,
  change: (record: JsonObject) => JsonObject,
): Json | undefined {
  if (!Array.isArray(list)) return undefined
  const next = list.map((item) => (isRecord(item) ? change(item) : item))
  return next.every((item, index) => item === list[index]) ? list : next
}

/** What a checkpoint says of an entry from which sealed texts are removed, and whose hash is over these. */
export interface ErasedName {
  readonly resource: string
  readonly seq: number
  /** That of the entry. */
  readonly hash: string
  /** The hash of what is left. */
  readonly left: string
}

/** A sealed text in a stored entry, wherever it is. */
const IN_TEXT = /"\$?sealed":"([^"\\]*)"/g
/** Not in any JSON text. */
const NOTHING = '\0'
const BETWEEN = /[~.]/

/**
 * A text that others take from, without the sealed texts that may be removed from it before they are removed from `other`:
 * those that are not in `other` too.
 */
export function lasting(base: string, other: string): string {
  const parts = new Set<string>()
  for (const [, sealed = ''] of other.matchAll(IN_TEXT))
    if (!isErased(sealed)) for (const part of sealed.split(BETWEEN)) parts.add(part)
  return base.replace(IN_TEXT, (whole, sealed: string) => {
    const left = sealed
      .split(/([~.])/)
      .map((part) => (parts.has(part) && !part.includes(MARK) ? part : NOTHING.repeat(part.length)))
      .join('')
    return `${whole.slice(0, -1 - sealed.length)}${left}"`
  })
}
