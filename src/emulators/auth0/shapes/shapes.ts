/**
 * A small closed-by-default schema language, and a validator that words its faults as the Management
 * API does (it words them as the z-schema validator: seen in recorded traffic and in issues of
 * auth0-deploy-cli and terraform-provider-auth0).
 */

import { isRecord } from '../../copy.ts'
import { type Format, hasFormat } from './formats.ts'

interface Common {
  /** `null` is accepted. */
  readonly nullable?: boolean
  /** The description, shown in brackets after the property. */
  readonly about?: string
}

export interface TextShape extends Common {
  readonly type: 'string'
  readonly min?: number
  readonly max?: number
  readonly pattern?: RegExp
  readonly format?: Format
  readonly oneOf?: readonly string[]
}

export interface NumberShape extends Common {
  readonly type: 'integer'
  readonly min?: number
  readonly max?: number
}

export interface ListShape extends Common {
  readonly type: 'array'
  readonly items: Shape
  readonly min?: number
  readonly max?: number
}

export interface ObjectShape extends Common {
  readonly type: 'object'
  readonly members?: Readonly<Record<string, Shape>>
  /** Members beyond those named: refused when absent, else of this shape. */
  readonly others?: Shape
  readonly required?: readonly string[]
  readonly min?: number
  readonly max?: number
  /** What a member's name must look like, and how long it may be. */
  readonly names?: { readonly pattern: RegExp; readonly max: number }
}

export interface PlainShape extends Common {
  readonly type: 'boolean' | 'any'
}

export type Shape = TextShape | NumberShape | ListShape | ObjectShape | PlainShape

/** The first fault as the Management API words it; `undefined` when the value fits. */
export function faultOf(shape: Shape, value: unknown, path = ''): string | undefined {
  const at = path === '' ? '' : ` on property ${path}${shape.about ? ` (${shape.about})` : ''}`
  const own = ownFault(shape, value)
  if (own !== undefined) return `'${own}'${at}`
  if (shape.type === 'array' && Array.isArray(value)) {
    return first(value.map((item, index) => () => faultOf(shape.items, item, `${path}[${index}]`)))
  }
  if (shape.type === 'object' && isRecord(value)) {
    return first(
      Object.entries(value).map(([name, member]) => () => {
        const inner = memberShape(shape, name)
        const below = path === '' ? name : `${path}.${name}`
        return inner === undefined ? undefined : faultOf(inner, member, below)
      }),
    )
  }
  return undefined
}

function memberShape(shape: ObjectShape, name: string): Shape | undefined {
  const { members = {}, others } = shape
  return Object.hasOwn(members, name) ? members[name] : others
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const fault = check()
    if (fault !== undefined) return fault
  }
  return undefined
}

function ownFault(shape: Shape, value: unknown): string | undefined {
  if (shape.type === 'any' || (value === null && shape.nullable === true)) return undefined
  const actual = typeOf(value)
  if (actual !== shape.type) return `Expected type ${shape.type} but found type ${actual}`
  if (shape.type === 'string') return textFault(shape, value as string)
  if (shape.type === 'integer') return numberFault(shape, value as number)
  if (shape.type === 'array') return sizeFault('Array', 'short', 'long', shape, value as unknown[])
  if (shape.type === 'object') return objectFault(shape, value as Record<string, unknown>)
  return undefined
}

function textFault(shape: TextShape, value: string): string | undefined {
  const { min = 0, max = Number.POSITIVE_INFINITY } = shape
  if (value.length < min) return `String is too short (${value.length} chars), minimum ${min}`
  if (value.length > max) return `String is too long (${value.length} chars), maximum ${max}`
  if (shape.pattern && !shape.pattern.test(value)) {
    return `String does not match pattern ${shape.pattern.source}: ${value}`
  }
  if (shape.oneOf && !shape.oneOf.includes(value)) return `No enum match for: ${value}`
  if (shape.format && !hasFormat(shape.format, value)) {
    return `Object didn't pass validation for format ${shape.format}: ${value}`
  }
  return undefined
}

function numberFault(shape: NumberShape, value: number): string | undefined {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = shape
  if (value < min) return `Value ${value} is less than minimum ${min}`
  return value > max ? `Value ${value} is greater than maximum ${max}` : undefined
}

function objectFault(shape: ObjectShape, value: Record<string, unknown>): string | undefined {
  const { min = 0, max = Number.POSITIVE_INFINITY, members = {}, names } = shape
  const keys = Object.keys(value)
  const unknown = keys.filter((key) => !Object.hasOwn(members, key) && shape.others === undefined)
  if (unknown.length > 0) return `Additional properties not allowed: ${unknown.join(',')}`
  const missing = (shape.required ?? []).find((name) => !Object.hasOwn(value, name))
  if (missing !== undefined) return `Missing required property: ${missing}`
  if (keys.length < min) return `Too few properties defined (${keys.length}), minimum ${min}`
  if (keys.length > max) return `Too many properties defined (${keys.length}), maximum ${max}`
  const odd = keys.find((key) => names && (!names.pattern.test(key) || key.length > names.max))
  return odd === undefined ? undefined : `Additional properties not allowed: ${odd}`
}

function sizeFault(
  what: string,
  few: string,
  many: string,
  { min = 0, max = Number.POSITIVE_INFINITY }: ListShape,
  value: readonly unknown[],
): string | undefined {
  if (value.length < min) return `${what} is too ${few} (${value.length}), minimum ${min}`
  return value.length > max ? `${what} is too ${many} (${value.length}), maximum ${max}` : undefined
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}
