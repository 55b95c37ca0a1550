/**
 * The checks that a request passes before the service looks at what it means: known members, JSON
 * types, and the limits of each member, whose violations are reported all at once:
 * "2 validation errors detected: Value '[]' at 'logoutURLs' failed to satisfy constraint: …"
 * (aws/aws-sdk-java-v2#5528; aws/aws-cli#2941 and awsdocs/aws-cloudformation-user-guide#563 show lists).
 */

import { parseJson } from '../../../core/json/json-text.ts'
import { isRecord } from '../../copy.ts'
import type { Member, Members, Shape } from '../members.ts'
import { refuse } from '../refusal.ts'

export type Input = Readonly<Record<string, unknown>>

/** The request without members that are null, which JSON 1.1 takes for absent. */
export function checkedInput(members: Members, body: Buffer, free: readonly string[]): Input {
  const input = parsed(body)
  for (const name of Object.keys(input)) {
    // Unverified: the real service may ignore what it does not know, also read-only members such as
    // ClientSecret or LastModifiedDate. To refuse is the strict side, and SDKs refuse it too.
    if (!Object.hasOwn(members, name) && !free.includes(name)) {
      refuse('SerializationException', `Unknown member ${name} in the request.`)
    }
  }
  const faults = structureFaults(members, input, '')
  if (faults.length > 0) {
    const count = `${faults.length} validation error${faults.length > 1 ? 's' : ''} detected`
    refuse('InvalidParameterException', `${count}: ${faults.join('; ')}`)
  }
  return input
}

function parsed(body: Buffer): Input {
  try {
    return withoutNulls(parseJson(body.toString()))
  } catch {
    return refuse('SerializationException', 'The request is no JSON object.')
  }
}

function withoutNulls(value: unknown): Input {
  if (!isRecord(value)) throw new TypeError('no object')
  const present = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(
    present.map(([name, inner]) => [name, isRecord(inner) ? withoutNulls(inner) : inner]),
  )
}

function structureFaults(members: Members, input: Input, path: string): readonly string[] {
  return Object.entries(members).flatMap(([name, member]) =>
    memberFaults(member, input[name], `${path}${lowerCamel(name)}`),
  )
}

function memberFaults(member: Member, value: unknown, path: string): readonly string[] {
  if (value === undefined) {
    const fault = `Value null at '${path}' failed to satisfy constraint: Member must not be null`
    return member.required ? [fault] : []
  }
  const { shape } = member
  checkType(shape, value, path)
  if (shape.type === 'structure') {
    return structureFaults(shape.members, value as Input, `${path}.`)
  }
  const subject = shape.type === 'string' && shape.sensitive ? 'Value' : `Value '${echo(value)}'`
  return broken(shape, value).map(
    (constraint) => `${subject} at '${path}' failed to satisfy constraint: ${constraint}`,
  )
}

/** Wording of JSON 1.1 services in general; unverified for this one. */
function checkType(shape: Shape, value: unknown, path: string): void {
  const fits = {
    string: () => typeof value === 'string',
    boolean: () => typeof value === 'boolean',
    integer: () => Number.isInteger(value),
    list: () => Array.isArray(value),
    structure: () => isRecord(value),
  }
  if (!fits[shape.type]()) {
    refuse(
      'SerializationException',
      `The value at '${path}' can not be converted to a ${shape.type}`,
    )
  }
  if (shape.type === 'list') for (const item of value as unknown[]) checkType(shape.of, item, path)
  if (shape.type === 'structure') {
    const unknown = Object.keys(value as Input).find((name) => !Object.hasOwn(shape.members, name))
    if (unknown) refuse('SerializationException', `Unknown member ${unknown} at '${path}'.`)
  }
}

/** The constraints that a value does not satisfy. */
function broken(shape: Shape, value: unknown): readonly string[] {
  if (shape.type === 'string') return brokenByText(shape, value as string)
  if (shape.type === 'integer') {
    return [
      ...((value as number) > shape.max ? [constraint('value', 'less', shape.max)] : []),
      ...((value as number) < shape.min ? [constraint('value', 'greater', shape.min)] : []),
    ]
  }
  if (shape.type !== 'list') return []
  const items = value as readonly unknown[]
  const tooLong = shape.max !== undefined && items.length > shape.max
  const badItem = items.some((item) => broken(shape.of, item).length > 0)
  return [
    ...(tooLong ? [constraint('length', 'less', shape.max ?? 0)] : []),
    // For an item all constraints of the item are reported, not only the broken ones.
    ...(badItem ? [`Member must satisfy constraint: [${allOf(shape.of).join(', ')}]`] : []),
  ]
}

type Text = Extract<Shape, { type: 'string' }>

function brokenByText({ min, max, pattern, values }: Text, value: string): readonly string[] {
  return [
    ...(max !== undefined && value.length > max ? [constraint('length', 'less', max)] : []),
    ...(min !== undefined && value.length < min ? [constraint('length', 'greater', min)] : []),
    ...(pattern !== undefined && !javaPattern(pattern).test(value) ? [matching(pattern)] : []),
    ...(values !== undefined && !values.includes(value) ? [among(values)] : []),
  ]
}

function allOf(shape: Shape): readonly string[] {
  if (shape.type !== 'string') return []
  return [
    ...(shape.max === undefined ? [] : [constraint('length', 'less', shape.max)]),
    ...(shape.min === undefined ? [] : [constraint('length', 'greater', shape.min)]),
    ...(shape.pattern === undefined ? [] : [matching(shape.pattern)]),
    ...(shape.values === undefined ? [] : [among(shape.values)]),
  ]
}

const constraint = (what: 'length' | 'value', side: 'less' | 'greater', limit: number) =>
  `Member must have ${what} ${side} than or equal to ${limit}`
const matching = (pattern: string) => `Member must satisfy regular expression pattern: ${pattern}`
const among = (values: readonly string[]) =>
  `Member must satisfy enum value set: [${values.join(', ')}]`

/** Java matches the whole text, and its white space is ASCII only. */
function javaPattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern.replaceAll('\\s', ' \\t\\n\\x0B\\f\\r')})$`, 'u')
}

function echo(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}

function lowerCamel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
