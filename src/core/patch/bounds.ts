/**
 * How large a change may make a client. A few operations can ask for a client that is far larger than the
 * request (each `copy` of JSON Patch can double it), and everything after the plan costs by that size:
 * comparisons, differences, answers, the history.
 */

import { ClientError } from '../errors.ts'
import type { Json, JsonObject } from '../json/json.ts'
import { isNumberLiteral, type NumberLiteral } from '../json/json-number.ts'

/** The size of a value: characters of its JSON, levels of nesting, members and list values at all levels. */
export interface Extent {
  readonly characters: number
  readonly depth: number
  readonly members: number
}

/** The most that a client may have after a change. A client that has more already may stay so and shrink. */
export const MAX_EXTENT: Extent = { characters: 1_048_576, depth: 32, members: 20_000 }

/**
 * The most that a provider may hold for a client which is read. All that follows a read costs by it, without a
 * pause for others: 4 MB stopped the server for seconds. A quarter more than a change may make, since providers
 * add members of their own; Auth0 takes 1 MB at most.
 */
export const MAX_RECORD: Extent = { characters: 1_310_720, depth: 64, members: 25_000 }

/** The size of a record that is larger than one may be that is read; `undefined` for any other. */
export function tooLarge(record: Json): Extent | undefined {
  // What was read has nothing in two places.
  const extent = plain(record)
  return KINDS.some((kind) => extent[kind] > MAX_RECORD[kind]) ? extent : undefined
}

/** What an answer may say around a record (characters). */
const AROUND = 65_536
/** An escape of JSON has up to so many characters more than what it stands for (RFC 8259 section 7). */
const ESCAPE = 5

/** Whether a text says more than a record that is read can, however it is spelled; so it need not be parsed. */
export function isTooLong(text: string): boolean {
  const most = MAX_RECORD.characters + AROUND
  let least = text.length
  for (let at = 0; at < text.length && least > most; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit <= 0x20) least -= 1
    else if (unit === 0x5c) least -= ESCAPE
  }
  return least > most
}

const UNITS: Readonly<Record<keyof Extent, string>> = {
  characters: 'characters of JSON',
  depth: 'levels of nesting',
  members: 'members and list values',
}

const KINDS = Object.keys(UNITS) as readonly (keyof Extent)[]

/**
 * Characters after which a page ends, with the item that goes beyond: one with many large items would
 * otherwise take the memory of thousands of small ones.
 */
export const PAGE_CHARACTERS = 1_048_576

/** Measures values. */
export type Meter = (value: Json) => Extent

/** A meter with nothing measured yet; what occurs in several places, or was measured before, is not walked through again. */
export function createMeter(): Meter {
  const measured = new WeakMap<object, Extent>()
  const extentOf: Meter = (value) => {
    if (!isContainer(value)) return leaf(value)
    const before = measured.get(value)
    if (before !== undefined) return before
    const extent = containerOf(value, extentOf)
    measured.set(value, extent)
    return extent
  }
  return extentOf
}

/** Walks through everything. */
const plain: Meter = (value) => (isContainer(value) ? containerOf(value, plain) : leaf(value))

type Leaf = string | number | NumberLiteral | boolean | null

const isContainer = (value: Json): value is readonly Json[] | JsonObject =>
  typeof value === 'object' && value !== null && !isNumberLiteral(value)

const leaf = (value: Leaf): Extent => ({ characters: lengthOf(value), depth: 0, members: 0 })

/** Quotes; what has to be escaped in a text counts once, which is near enough for a bound. */
const lengthOf = (value: Leaf) =>
  typeof value === 'string' ? value.length + 2 : String(value).length

function containerOf(value: readonly Json[] | JsonObject, extentOf: Meter): Extent {
  let [characters, depth, members] = [2, 0, 0]
  const isList = Array.isArray(value)
  for (const name of Object.keys(value)) {
    const inner = (value as JsonObject)[name] as Json
    characters += isList ? 1 : name.length + 4
    members += 1
    if (!isContainer(inner)) {
      characters += lengthOf(inner)
      continue
    }
    const extent = extentOf(inner)
    characters += extent.characters
    depth = Math.max(depth, extent.depth)
    members += extent.members
  }
  return { characters, depth: depth + 1, members }
}

/** Whether a change may make any client so large. */
export const isWithin = (after: Extent): boolean =>
  KINDS.every((kind) => after[kind] <= MAX_EXTENT[kind])

/**
 * Refuses what would make a client larger than it may be and than it was before; `at` is the path of what
 * asks for it.
 * @throws ClientError `too_large`
 */
export function checkExtent(before: Extent, after: Extent, at: string): void {
  const over = KINDS.find((kind) => after[kind] > MAX_EXTENT[kind] && after[kind] > before[kind])
  if (over === undefined) return
  throw new ClientError(
    'too_large',
    `${at} would make the client too large, which may have at most ${MAX_EXTENT[over]} ${UNITS[over]}.`,
    { field: at },
  )
}
