/** Values as people read them: wide ones in blocks, durations with their units. */

import { FIELDS, isFieldName } from '../../core/client.ts'
import { isRecord } from '../../core/json/json.ts'
import { stringifyJson } from '../../core/json/json-text.ts'
import type { Json } from '../../sdk/types.ts'
import { plain } from '../terminal.ts'
import { durationText } from './durations.ts'

/** What is longer as JSON gets lines of its own (characters). */
const WIDE = 60

/** Members whose names say that they are seconds. */
const isDuration = (field: string): boolean =>
  (isFieldName(field) && FIELDS[field].kind === 'integer') || /(^|\.)\w*Seconds$/.test(field)

/** A value on one line: a text as it is, a duration with its units, anything else as JSON. */
export function valueText(value: Json, field = ''): string {
  if (typeof value === 'number' && isDuration(field)) return durationText(value)
  return plain(typeof value === 'string' ? value : stringifyJson(value))
}

/** The lines of an attribute: one for each value of a list and for each member of an object. */
export function linesOf(value: Json, field = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one) => itemLines(one))
  if (!isRecord(value)) return [valueText(value, field)]
  return Object.entries(value).flatMap(([name, inner]) => memberLines(name, inner))
}

/** A value of a difference: on one line where it fits, else as a block. */
export const blockOf = (value: Json, field: string): readonly string[] =>
  isNested(value) && stringifyJson(value).length > WIDE
    ? linesOf(value, field)
    : [valueText(value, field)]

/** A member: on one line where it fits, else its name and a block below it. */
function memberLines(name: string, value: Json): readonly string[] {
  const isWide = isNested(value) && stringifyJson(value).length > WIDE
  if (!isWide) return [`${plain(name)}: ${valueText(value, name)}`]
  return [`${plain(name)}:`, ...linesOf(value).map((line) => `  ${line}`)]
}

/** An item of a list: on one line where it fits, else a block that a dash begins. */
function itemLines(value: Json): readonly string[] {
  if (!isNested(value) || stringifyJson(value).length <= WIDE) return [valueText(value)]
  return linesOf(value).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)
}

const isNested = (value: Json) => Array.isArray(value) || isRecord(value)
