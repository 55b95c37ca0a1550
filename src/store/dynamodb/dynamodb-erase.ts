/**
 * Entries in a DynamoDB table from which sealed texts were removed: each item is replaced by a put of its own, whose condition is
 * that it is still the one that was read. No transaction is needed. An entry that takes from another one is put before that one,
 * with a text that is right whether the other one has its sealed texts or not; so each reads at any moment as it was or as
 * it is going to be, and what a crash leaves undone is done by the next sweep.
 *
 * No lock keeps appends away. What is appended meanwhile takes no removed text from here: sealed texts of a new entry are sealed
 * with the keys of its day, and a writer that was stopped for half an hour sends nothing (`checkInTime`), while what is removed is
 * a day older at least.
 */

import { randomUUID } from 'node:crypto'
import { stringifyJson } from '../../core/json/json-text.ts'
import type { Entry } from '../log/entry.ts'
import { rewritten, storedHash } from '../log/packing.ts'
import { fits, type Item, logOf, recordOf } from './dynamodb-items.ts'
import { checkInTime } from './dynamodb-orphans.ts'
import { intact, type Parts } from './dynamodb-parts.ts'
import type { Queries } from './dynamodb-query.ts'

interface Calls extends Pick<Queries, 'put' | 'query'> {
  readonly parts: Parts
  now(): number
}

/** Puts entries of one log in the place of what they were; `false`: someone else has replaced one of them meanwhile. */
export async function eraseOn(calls: Calls, entries: readonly Entry[]): Promise<boolean> {
  const { query, parts } = calls
  const items = await query(logOf(entries[0]?.resource ?? ''))
  const records = await Promise.all(items.map((item) => parts.joined(recordOf(item))))
  const texts = new Map(entries.map((entry) => [entry.seq, stringifyJson(entry)]))
  const found = new Map(items.map((item) => [Number(item.sk?.S), item]))
  // Whatever takes from an entry comes after it.
  for (const { seq, text } of rewritten(records.map(intact), texts).toReversed()) {
    const item = found.get(seq)
    if (item !== undefined && !(await replace(calls, item, text))) return false
  }
  return true
}

/** Stores another text of the same entry, in parts where it has to be. */
async function replace({ put, parts, now }: Calls, item: Item, text: string): Promise<boolean> {
  const began = now()
  const writeId = randomUUID()
  const whole = { ...item, writeId: { S: writeId }, entry: { S: text } }
  const entry = { ...recordOf(item), hash: storedHash(text) }
  const split = fits(whole) ? undefined : await parts.split(entry, writeId, text)
  await Promise.all([parts.retire(item), split?.put()])
  checkInTime(began, now())
  const next = split === undefined ? whole : { ...whole, entry: { S: split.text } }
  const replaced = await put(next, {
    ConditionExpression: 'writeId = :before OR writeId = :mine',
    ExpressionAttributeValues: { ':before': item.writeId ?? { S: '' }, ':mine': { S: writeId } },
  })
  await (replaced === undefined ? split?.drop() : split?.keep())
  return replaced !== undefined
}
