/**
 * One linear look at a JSON text before it is parsed: what JSON.parse would take silently (a name
 * twice, a name that reaches a prototype) or what would hurt later (depth, number of names).
 * JSON.parse stays the authority on grammar; a text that this look does not understand is left to it.
 */

import { ClientError } from '../../core/errors.ts'
import { quoted } from '../../core/patch/quoted.ts'

const MAX_DEPTH = 16
/** Names of one body, unless its route takes more. */
export const MAX_NAMES = 2_000
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype'])

interface Level {
  readonly names: Set<string> | undefined
  /** The name or index under which the level stands. */
  readonly at: string
  name: string
  index: number
  expectsName: boolean
}

/**
 * Looks for what must not be in a body; `root` is the path of the text where it is not the whole body.
 * @throws ClientError `invalid_request`
 */
export function scanJson(text: string, root = '', maxNames = MAX_NAMES): void {
  const levels: Level[] = []
  let names = 0
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place]
    const level = levels.at(-1)
    if (character === '"') {
      const end = endOfString(text, place)
      if (level?.expectsName) {
        names += 1
        if (names > maxNames) throw refused(`must have at most ${maxNames} names`)
        takeName(levels, level, text.slice(place, end + 1))
      }
      place = end
    } else if (character === '{' || character === '[') {
      if (levels.length >= MAX_DEPTH) throw refused(`must not be nested deeper than ${MAX_DEPTH}`)
      const isObject = character === '{'
      levels.push({
        names: isObject ? new Set() : undefined,
        at: level === undefined ? root : pathPart(level),
        name: '',
        index: 0,
        expectsName: isObject,
      })
    } else if (character === '}' || character === ']') {
      levels.pop()
    } else if (character === ',' && level !== undefined) {
      if (level.names === undefined) level.index += 1
      else level.expectsName = true
    } else if (character === ':' && level !== undefined) {
      level.expectsName = false
    }
  }
}

/** The place of the closing quote; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  let place = start + 1
  while (place < text.length && text[place] !== '"') place += text[place] === '\\' ? 2 : 1
  return place
}

function takeName(levels: readonly Level[], level: Level, literal: string): void {
  const name = unescaped(literal)
  if (name === undefined) return
  level.name = name
  level.expectsName = false
  const path = pathOf(levels)
  if (FORBIDDEN_NAMES.has(name)) throw refused(`must not have the name ${name}`, path)
  if (level.names?.has(name)) throw refused(`has the name ${quoted(name)} twice`, path)
  level.names?.add(name)
}

/** Two spellings of one name are one name, so escapes are undone before names are compared. */
function unescaped(literal: string): string | undefined {
  if (!literal.includes('\\')) return literal.slice(1, -1)
  try {
    return JSON.parse(literal) as string
  } catch {
    return undefined
  }
}

const pathPart = (level: Level) =>
  level.names === undefined ? `[${level.index}]` : `.${quoted(level.name)}`

function pathOf(levels: readonly Level[]): string {
  const parts = [...levels.map(({ at }) => at), pathPart(levels.at(-1) as Level)]
  return parts.join('').replace(/^\./, '')
}

const refused = (says: string, field?: string) =>
  new ClientError(
    'invalid_request',
    `The body ${says}${field === undefined ? '' : ` (at ${field})`}.`,
    field === undefined ? {} : { field },
  )
