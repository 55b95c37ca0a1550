/**
 * The one reader and the one writer of JSON that holds settings: every number is written as it was read.
 * `JSON.parse` stays the authority on grammar and does the work wherever doubles give all numbers back;
 * Node 20 shows the source of a number to no reviver (TC39 JSON.parse source text access).
 */

import type { Json, JsonObject } from './json.ts'
import { isNumberLiteral, literalsMet, numberOfLiteral } from './json-number.ts'

/** Levels of nesting; more would exhaust the stack of whatever walks through the value. */
export const MAX_DEPTH = 200

/**
 * Reads a text; of a name that stands twice the last value holds.
 * @throws SyntaxError for what is no JSON or nested deeper than `maxDepth`
 */
export function parseJson(text: string, maxDepth = MAX_DEPTH): Json {
  const value = JSON.parse(text) as Json
  const { depth, doubles } = look(text)
  if (depth > maxDepth) throw new SyntaxError('JSON is nested too deep')
  return doubles ? value : readValue({ text, place: 0 })
}

interface Cursor {
  readonly text: string
  place: number
}

/** How deep a text is nested, and whether doubles hold all of its numbers. The text is JSON. */
function look(text: string) {
  let [level, depth, doubles] = [0, 0, true]
  for (let place = 0; place < text.length; place += 1) {
    const unit = text.charCodeAt(place)
    if (unit === UNITS.quote) place = endOfString(text, place) - 1
    else if (unit === UNITS.brace || unit === UNITS.bracket) depth = Math.max(depth, ++level)
    else if (unit === UNITS.braceEnd || unit === UNITS.bracketEnd) level -= 1
    else if (unit === UNITS.minus || (unit >= UNITS.zero && unit <= UNITS.nine)) {
      const end = endOfNumber(text, place)
      doubles &&= typeof numberOfLiteral(text.slice(place, end)) === 'number'
      place = end - 1
    }
  }
  return { depth, doubles }
}

/** What counts between white space, commas, colons and words: brackets, the beginning of a text, numbers. */
const UNITS = {
  quote: 0x22,
  minus: 0x2d,
  zero: 0x30,
  nine: 0x39,
  bracket: 0x5b,
  backslash: 0x5c,
  bracketEnd: 0x5d,
  brace: 0x7b,
  braceEnd: 0x7d,
} as const

const startsNumber = (character: string) =>
  character === '-' || (character >= '0' && character <= '9')

/** After the closing quote. */
function endOfString(text: string, start: number): number {
  let place = text.indexOf('"', start + 1)
  while (isEscaped(text, place)) place = text.indexOf('"', place + 1)
  return place + 1
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, place: number): boolean {
  let first = place
  while (text.charCodeAt(first - 1) === UNITS.backslash) first -= 1
  return (place - first) % 2 === 1
}

const NUMBER = /[-+.eE\d]+/y

function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start
  return start + (NUMBER.exec(text)?.[0].length ?? 1)
}

const SPACE = /[ \t\n\r]*/y

/** The next character that is no white space; the cursor stands on it. */
function next(cursor: Cursor): string {
  SPACE.lastIndex = cursor.place
  cursor.place += SPACE.exec(cursor.text)?.[0].length ?? 0
  return cursor.text[cursor.place] ?? ''
}

function sliceTo(cursor: Cursor, end: number): string {
  const part = cursor.text.slice(cursor.place, end)
  cursor.place = end
  return part
}

const WORDS = {
  t: ['true', true],
  f: ['false', false],
  n: ['null', null],
} as const

/** The value that begins at the cursor, which ends up behind it. The text is JSON. */
function readValue(cursor: Cursor): Json {
  const { text, place } = cursor
  const first = next(cursor)
  if (first === '{') return readObject(cursor)
  if (first === '[') return readList(cursor)
  if (first === '"') return readString(cursor)
  if (startsNumber(first)) return numberOfLiteral(sliceTo(cursor, endOfNumber(text, cursor.place)))
  const [word, value] = WORDS[first as keyof typeof WORDS]
  cursor.place = Math.max(cursor.place, place) + word.length
  return value
}

function readString(cursor: Cursor): string {
  return JSON.parse(sliceTo(cursor, endOfString(cursor.text, cursor.place))) as string
}

function readList(cursor: Cursor): Json {
  const items: Json[] = []
  do {
    cursor.place += 1
    if (next(cursor) !== ']') items.push(readValue(cursor))
  } while (next(cursor) === ',')
  cursor.place += 1
  return items
}

function readObject(cursor: Cursor): JsonObject {
  const members = new Map<string, Json>()
  do {
    cursor.place += 1
    if (next(cursor) === '}') break
    const name = readString(cursor)
    next(cursor)
    cursor.place += 1
    members.set(name, readValue(cursor))
  } while (next(cursor) === ',')
  cursor.place += 1
  return Object.fromEntries(members)
}

/** Writes a value as `JSON.stringify` does, and numbers that are kept by their literal as they are. */
export function stringifyJson(value: unknown, indent = 0): string {
  const before = literalsMet()
  const text = JSON.stringify(value, null, indent)
  return literalsMet() === before ? text : written(value, indent, '')
}

/** Whether a value holds a number that doubles do not give back. */
export function holdsLiteral(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isNumberLiteral(value)) return true
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof inner === 'object' && holdsLiteral(inner)) return true
  }
  return false
}

function written(value: unknown, indent: number, margin: string): string {
  if (isNumberLiteral(value)) return value.toString()
  if (typeof value !== 'object' || value === null || hasToJson(value)) {
    return JSON.stringify(value) ?? 'null'
  }
  const inner = margin + ' '.repeat(indent)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const parts = Array.isArray(value)
    ? value.map((item) => written(item, indent, inner))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined && typeof member !== 'function')
        .map(([name, member]) => {
          const colon = indent > 0 ? ': ' : ':'
          return `${JSON.stringify(name)}${colon}${written(member, indent, inner)}`
        })
  if (parts.length === 0) return `${open}${close}`
  return indent > 0
    ? `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`
    : `${open}${parts.join(',')}${close}`
}

const hasToJson = (value: object) => 'toJSON' in value && typeof value.toJSON === 'function'
