/** What a raw setting holds: judged before anything is sent, so that a value of another type is no refusal of the provider. */

import { isRecord, type Json } from '../json/json.ts'
import type { Native, Rule } from './row.ts'

/** What is allowed, and as words after "must be". */
export type Shape = readonly [is: (value: Json) => boolean, says: string]

const isText = (value: Json) => typeof value === 'string'

export const FLAG: Shape = [(value) => typeof value === 'boolean', 'true or false']
export const TEXT: Shape = [isText, 'a string']
export const LIST: Shape = [(value) => Array.isArray(value), 'a list']
export const TEXTS: Shape = [
  (value) => Array.isArray(value) && value.every(isText),
  'a list of strings',
]
export const OBJECT: Shape = [isRecord, 'an object']

/** One rule for each setting; what is absent or `null` is judged elsewhere. */
export const shapeRules = (
  names: readonly string[],
  shapeOf: (name: string) => Shape,
): readonly Rule[] =>
  names.map((name) => {
    const [is, says] = shapeOf(name)
    const field = `client.providerSettings.${name}`
    return {
      says: `${field} must be ${says}.`,
      field,
      holds: ({ [name]: value }: Native) => value === undefined || value === null || is(value),
    }
  })
