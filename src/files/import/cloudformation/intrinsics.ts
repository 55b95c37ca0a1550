/**
 * Intrinsic functions of CloudFormation templates (its user guide, "Intrinsic function reference"): what a template says by
 * itself is worked out, and what only a stack knows becomes a variable.
 */

import { isRecord, type Json, type JsonObject, memberOf } from '../../../core/json/json.ts'
import { isSecretName, isSecretText } from '../../../core/secrecy/secret-looks.ts'
import type { ImportedVariable } from '../imported.ts'
import { placeholder, variableName } from '../placeholders.ts'
import { condition } from './conditions.ts'

/** What functions are worked out in. */
export interface Template {
  readonly parameters: JsonObject
  readonly mappings: JsonObject
  readonly conditions: JsonObject
  /** Variables that came up so far. */
  readonly variables: Map<string, ImportedVariable>
  /** Reports what cannot be worked out, as a clause. */
  lose(why: string): void
}

/** `Ref: AWS::NoValue`: the member is not there. */
export const NO_VALUE: unique symbol = Symbol('AWS::NoValue')

type Result = Json | typeof NO_VALUE

/** A value with its functions worked out. */
export function resolved(value: Json, template: Template): Result {
  if (typeof value === 'string') return dynamicReference(value, template)
  if (Array.isArray(value)) {
    return value.map((item: Json) => resolved(item, template)).filter((one) => one !== NO_VALUE)
  }
  if (!isRecord(value)) return value
  const [name = '', ...more] = Object.keys(value)
  const work = more.length === 0 && Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (work !== undefined) return work(memberOf(value, name) ?? null, template)
  if (more.length === 0 && name.startsWith('Fn::')) return unknown(name, template)
  const members = Object.entries(value).flatMap(([member, inner]): [string, Json][] => {
    const result = resolved(inner, template)
    return result === NO_VALUE ? [] : [[member, result]]
  })
  return Object.fromEntries(members)
}

type Work = (argument: Json, template: Template) => Result

const FUNCTIONS: Readonly<Record<string, Work>> = {
  Ref: (name, template) => reference(String(name), template),
  'Fn::GetAtt': (argument, template) =>
    variable((Array.isArray(argument) ? argument : [argument]).map(String).join('.'), template),
  'Fn::Sub': substituted,
  'Fn::Join': joined,
  'Fn::Select': selected,
  'Fn::Split': split,
  'Fn::If': chosen,
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (argument, template) => {
    const name = resolved(argument, template)
    return typeof name === 'string'
      ? variable(name, template)
      : unknown('Fn::ImportValue', template)
  },
}

/** A parameter has its default; a resource or a pseudo parameter is known to a stack only. */
function reference(name: string, template: Template): Result {
  if (name === 'AWS::NoValue') return NO_VALUE
  const parameter = memberOf(template.parameters, name)
  if (!isRecord(parameter)) return variable(name, template)
  const { Type: type = 'String', Default: value, NoEcho: secret } = parameter
  const isList = /^List<|^CommaDelimitedList$/.test(String(type))
  const isSecret =
    secret === true || secret === 'true' || isSecretName(name) || isSecretText(String(value))
  const isKnown =
    value !== undefined && value !== '' && !isSecret && !/^AWS::SSM::/.test(String(type))
  const list = () =>
    String(value)
      .split(',')
      .map((one) => one.trim())
  return variable(name, template, {
    json: isList,
    ...(isKnown ? { value: isList ? list() : (value as Json) } : {}),
  })
}

function variable(
  name: string,
  template: Template,
  about: ImportedVariable = { json: false },
): string {
  const own = variableName(name)
  template.variables.set(own, about)
  return placeholder(own)
}

function unknown(name: string, { lose }: Template): Result {
  lose(`${name} is known to a deployed stack only`)
  return NO_VALUE
}

/** `${Name}` and `${Name.Attribute}`; `${!Literal}` stands for the characters. */
function substituted(argument: Json, template: Template): Result {
  const [text, names] = Array.isArray(argument) ? argument : [argument, {}]
  if (typeof text !== 'string') return unknown('Fn::Sub', template)
  const own = isRecord(names) ? names : {}
  let lost = false
  const result = text.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`
    const ownValue = memberOf(own, name.trim())
    const value =
      ownValue === undefined ? reference(name.trim(), template) : resolved(ownValue, template)
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    lost = true
    return ''
  })
  return lost ? unknown('Fn::Sub', template) : result
}

function joined(argument: Json, template: Template): Result {
  const [separator, list] = Array.isArray(argument) ? argument : []
  const items = list === undefined ? undefined : resolved(list as Json, template)
  const isOfTexts = Array.isArray(items) && items.every((item) => typeof item !== 'object')
  if (typeof separator !== 'string' || !isOfTexts) return unknown('Fn::Join', template)
  return items.map(String).join(separator)
}

function selected(argument: Json, template: Template): Result {
  const [index, list] = Array.isArray(argument) ? argument : []
  const items = list === undefined ? undefined : resolved(list as Json, template)
  const item = Array.isArray(items) ? (items[Number(index)] as Json | undefined) : undefined
  return item ?? unknown('Fn::Select', template)
}

function split(argument: Json, template: Template): Result {
  const [separator, text] = Array.isArray(argument) ? argument : []
  const whole = text === undefined ? undefined : resolved(text as Json, template)
  const isPlain = typeof whole === 'string' && !whole.includes(placeholder('').charAt(0))
  return typeof separator === 'string' && isPlain
    ? whole.split(separator)
    : unknown('Fn::Split', template)
}

function findInMap(argument: Json, { mappings, ...template }: Template): Result {
  const keys = Array.isArray(argument) ? argument.slice(0, 3) : []
  let value: Json | undefined = mappings
  for (const key of keys) {
    value = isRecord(value) && typeof key === 'string' ? memberOf(value, key) : undefined
  }
  return value ?? unknown('Fn::FindInMap', { mappings, ...template })
}

/** By the defaults of the parameters, which is said. */
function chosen(argument: Json, template: Template): Result {
  const [name, yes = null, no = null] = Array.isArray(argument) ? argument : []
  const holds = condition(memberOf(template.conditions, String(name)), template)
  if (holds === undefined) return unknown(`Fn::If on ${String(name)}`, template)
  template.lose(`Fn::If on ${String(name)} is as the defaults of the parameters have it`)
  return resolved((holds ? yes : no) as Json, template)
}

/** `{{resolve:ssm:...}}` and the like are looked up by a deployment. */
function dynamicReference(text: string, template: Template): Json {
  return text.replace(/\{\{resolve:[^}]*\}\}/g, (whole) =>
    variable(whole.replace(/^\{\{resolve:|\}\}$/g, ''), template),
  )
}
