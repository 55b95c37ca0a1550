/**
 * Attributes on the command line, each typed by its row of `FIELDS`: `name=Portal`,
 * `callbacks=a,b`, `callbacks+=c`, `clientMetadata.team=identity`, `description=`.
 */

import { FIELD_NAMES, FIELDS, type FieldName, isFieldName } from '../../core/client.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { parseJson } from '../../core/json/json-text.ts'
import { plainNumbers } from '../../core/json/kept-numbers.ts'
import type { ClientPatch } from '../../sdk/types.ts'
import { UsageError } from '../exit.ts'
import { didYouMean, nearestName } from '../suggest.ts'

const ASSIGNMENT = /^([A-Za-z0-9]+)((?:\.[^=]+?)?)([+-]?)=([\s\S]*)$/

/** Whether a word assigns something. */
export const isAssignment = (word: string): boolean => ASSIGNMENT.test(word)

/**
 * Builds the patch that the words describe, on top of `start`.
 * @throws UsageError
 */
export function patchOf(words: readonly string[], start: ClientPatch = {}): ClientPatch {
  const assignments = new Map<FieldName, readonly string[]>()
  let patch = start as JsonObject
  for (const word of words) {
    const [, name = '', path = '', sign = '', value = ''] = ASSIGNMENT.exec(word) ?? []
    const field = fieldOf(name, word)
    const places = assignments.get(field) ?? []
    const place = `${path}${sign}`
    checkOnce(field, [...places, place])
    assignments.set(field, [...places, place])
    patch = {
      ...patch,
      [field]: assigned({ field, path: path.slice(1), sign, value }, patch[field]),
    }
  }
  return patch as ClientPatch
}

/** A field is set whole by one word, and each part of it once; only lists take several words. */
function checkOnce(field: FieldName, places: readonly string[]): void {
  const last = places.at(-1) ?? ''
  const twice = places.filter((place) => place === last).length > 1 && !/^[+-]$/.test(last)
  if (twice) throw new UsageError(`${field}${last}= appears twice.`)
  if (places.length > 1 && places.includes('')) {
    throw new UsageError(`${field} is set as a whole, so no other word can change it.`)
  }
}

function fieldOf(name: string, word: string): FieldName {
  if (name === '') {
    const excerpt = word.length > 40 ? `${word.slice(0, 40)}...` : word
    throw new UsageError(`${JSON.stringify(excerpt)} assigns nothing. Write FIELD=VALUE.`)
  }
  if (!isFieldName(name)) {
    const hint = didYouMean(nearestName(name, FIELD_NAMES))
    const list = hint === '' ? ` The attributes are: ${FIELD_NAMES.join(', ')}.` : hint
    throw new UsageError(`${name} is not an attribute.${list}`)
  }
  if (FIELDS[name].kind !== 'secret') return name
  const says = 'Other users can see a secret on the command line'
  throw new UsageError(`${says}. Use --secret-from FILE, or - for standard input.`)
}

interface Assigned {
  readonly field: FieldName
  /** Within the attribute; empty: all of it. */
  readonly path: string
  /** `+` adds to a list, `-` takes from it. */
  readonly sign: string
  readonly value: string
}

function assigned({ field, path, sign, value }: Assigned, before: Json | undefined): Json {
  const { kind } = FIELDS[field]
  if (sign !== '' && kind !== 'list')
    throw new UsageError(`${field} is not a list, so ${sign}= does not apply to it.`)
  switch (kind) {
    case 'list': {
      if (path !== '') break
      if (sign === '') return listOf(field, value)
      return changed(before, sign === '+' ? 'add' : 'remove', listOf(field, value))
    }
    case 'map':
    case 'object':
    case 'raw': {
      if (path === '') return memberJson(field, value)
      const inner = kind === 'map' ? textOf(value) : scalarOf(value)
      const steps = kind === 'raw' ? path.split('.') : [path]
      return within(isRecord(before) ? before : {}, steps, inner)
    }
    case 'boolean':
      if (path !== '') break
      if (value === '' || value === 'true' || value === 'false') {
        return value === '' ? null : value === 'true'
      }
      throw new UsageError(`${field} must be true or false.`)
    case 'integer':
      if (path !== '') break
      if (/^\d{0,15}$/.test(value)) return value === '' ? null : Number(value)
      throw new UsageError(`${field} must be a whole number.`)
    default:
      if (path === '') return textOf(value)
  }
  throw new UsageError(`${field} has no members.`)
}

/** An empty value clears the attribute. */
const textOf = (value: string): Json => (value === '' ? null : value)

/** Values with commas in them are written as JSON. */
function listOf(field: FieldName, value: string): readonly string[] {
  if (value === '') return []
  if (!value.startsWith('[')) return value.split(',')
  const list = jsonOf(field, value)
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list
  throw new UsageError(`${field} must be a list of strings.`)
}

/** Several words about one list add up. */
function changed(
  before: Json | undefined,
  what: 'add' | 'remove',
  values: readonly string[],
): Json {
  if (Array.isArray(before) || before === null) {
    throw new UsageError(
      'The file sets this list as a whole, so nothing can be added to it or removed from it.',
    )
  }
  const current = isRecord(before) ? before : {}
  const list = current[what]
  return { ...current, [what]: [...(Array.isArray(list) ? list : []), ...values] }
}

function memberJson(field: FieldName, value: string): Json {
  if (value === '') return null
  const json = jsonOf(field, value)
  if (isRecord(json)) return json
  throw new UsageError(`${field} takes JSON such as {"a":"b"}, or ${field}.MEMBER=VALUE.`)
}

function jsonOf(field: FieldName, value: string): Json {
  try {
    return plainNumbers(parseJson(value))
  } catch {
    throw new UsageError(`${field} must be valid JSON.`)
  }
}

/**
 * Valid JSON (`true`, `30`, `[…]`) is read as JSON, anything else as a string; quotes force a
 * string.
 */
function scalarOf(value: string): Json {
  if (value === '') return null
  try {
    return plainNumbers(parseJson(value))
  } catch {
    return value
  }
}

function within(record: JsonObject, [first = '', ...rest]: readonly string[], value: Json): Json {
  if (['', '__proto__', 'constructor', 'prototype'].includes(first)) {
    throw new UsageError('A member name is missing or not allowed.')
  }
  const current = record[first]
  const inner = rest.length === 0 ? value : within(isRecord(current) ? current : {}, rest, value)
  return { ...record, [first]: inner }
}
