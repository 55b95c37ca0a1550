/**
 * Variables in the values of client files: `${name}` stands for the value of a variable, `$${` for the
 * characters `${`; before a brace each two dollars stand for one. A value that is one variable and nothing else takes over its type, so that a variable may be a
 * whole list; as an item of a list, a variable that is a list stands for all of its items. Names of members hold no
 * variables.
 */

import { isRecord, type Json } from '../../core/json/json.ts'
import { isNumber } from '../../core/json/json-number.ts'

/** Where a value stands in a document: names of members and indexes of lists. */
export type ValuePath = readonly (string | number)[]

/** The variables of one environment. */
export interface Variables {
  /** `undefined` where there is none. */
  valueOf(name: string): Json | undefined
  /** Why a name has no value, as a clause. */
  whyNot(name: string): string
}

/** Variables where no environment is chosen. */
export const NO_VARIABLES: Variables = {
  valueOf: () => undefined,
  whyNot: () =>
    'but no environment is chosen; add --env NAME, or write $${ for the characters themselves',
}

export interface Expansion {
  readonly variables: Variables
  /** Reports what is wrong with a value, as a clause about the file. */
  fault(at: ValuePath, says: string): void
}

/** What a name of a variable may be. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/

const PART = /(\$+)\{([^{}$]*)(\}?)/g
const WHOLE = /^\$\{([^{}$]*)\}$/

/** The value with its variables replaced. */
export function expand(value: Json, expansion: Expansion, at: ValuePath = []): Json {
  if (typeof value === 'string') return expandText(value, expansion, at)
  if (Array.isArray(value)) {
    return value.flatMap((item: Json, index): readonly Json[] => {
      const expanded = expand(item, expansion, [...at, index])
      const isListOfOne = typeof item === 'string' && Array.isArray(expanded)
      return isListOfOne ? expanded : [expanded]
    })
  }
  if (!isRecord(value)) return value
  const members = Object.entries(value).map(([name, inner]) => [
    name,
    expand(inner, expansion, [...at, name]),
  ])
  return Object.fromEntries(members)
}

function expandText(text: string, { variables, fault }: Expansion, at: ValuePath): Json {
  const lookUp = (name: string) => {
    const value = variables.valueOf(name)
    if (value === undefined) fault(at, `names the variable ${name}, ${variables.whyNot(name)}`)
    return value
  }
  const [, whole] = WHOLE.exec(text) ?? []
  if (whole !== undefined && VARIABLE_NAME.test(whole)) return lookUp(whole) ?? text
  return text.replace(PART, (part: string, dollars: string, name: string, end: string) => {
    const before = '$'.repeat(dollars.length / 2)
    if (dollars.length % 2 === 0) return `${before}{${name}${end}`
    if (end === '' || !VARIABLE_NAME.test(name)) {
      fault(at, 'has a ${ that begins no variable; write $${ for the characters themselves')
      return part
    }
    const value = lookUp(name)
    if (value === undefined) return part
    if (typeof value === 'string' || typeof value === 'boolean' || isNumber(value)) {
      return `${before}${value}`
    }
    fault(at, `has \${${name}} inside a text, but that variable is no single text or number`)
    return part
  })
}

/** The value as it is written so that it is read as it is, whatever dollars and braces it holds. */
export const escaped = (value: Json): Json => inTexts(value, escapeText)

const twice = (dollars: string) => dollars + dollars
const escapeText = (text: string) => text.replace(/\$+(?=\{)/g, twice)

/**
 * The value as it is written with variables in place of some texts, wherever these stand in it.
 * `names`: of the variables, by their texts.
 */
export function withNames(value: Json, names: ReadonlyMap<string, string>): Json {
  const texts = [...names.keys()].filter((text) => text !== '')
  if (texts.length === 0) return escaped(value)
  const longestFirst = texts.sort((one, other) => other.length - one.length)
  const anyOfThem = new RegExp(`(${longestFirst.map(quoted).join('|')})`)
  return inTexts(value, (text) =>
    textWithVariables(text.split(anyOfThem), (part) => names.get(part) ?? part),
  )
}

/** A text of parts, of which each second one stands for a variable, as it is written. */
export function textWithVariables(
  parts: readonly string[],
  nameOf: (part: string) => string = (part) => part,
): string {
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return `\${${nameOf(part)}}`
      const own = escapeText(part)
      return index === parts.length - 1 ? own : own.replace(/\$+$/, twice)
    })
    .join('')
}

/** The value with each of its texts replaced; names of members stay. */
export function inTexts(value: Json, replace: (text: string) => Json): Json {
  if (typeof value === 'string') return replace(value)
  if (Array.isArray(value)) return value.map((item: Json) => inTexts(item, replace))
  if (!isRecord(value)) return value
  const members = Object.entries(value).map(([name, inner]) => [name, inTexts(inner, replace)])
  return Object.fromEntries(members)
}

const quoted = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
