/**
 * Variables of a source while its clients are read: each is a placeholder between two characters of Unicode's private use
 * area, which no format gives a meaning to and no client has. In the end it is a variable of the client file.
 */

import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import { inTexts, textWithVariables } from '../environments/template.ts'

const [OPEN, CLOSE] = ['\uE000', '\uE001']
const WHOLE = new RegExp(`^${OPEN}([^${CLOSE}]*)${CLOSE}$`)
const PLACES = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`)

/** What stands for a variable. */
export const placeholder = (name: string): string => `${OPEN}${name}${CLOSE}`

/** The variable that is all of a value. */
export const wholeVariable = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? WHOLE.exec(value)?.[1] : undefined

/** Whether a value is a text with a variable in it. */
export const holdsVariable = (value: Json): boolean =>
  typeof value === 'string' && PLACES.test(value)

/** Whether a text begins with a variable. */
export const startsWithVariable = (text: string): boolean => text.startsWith(OPEN)

/** The names of all variables in a value. */
export function variablesIn(value: Json): readonly string[] {
  if (typeof value === 'string') return value.split(PLACES).filter((_, index) => index % 2 === 1)
  if (Array.isArray(value)) return value.flatMap((item: Json) => variablesIn(item))
  return isRecord(value) ? Object.values(value).flatMap(variablesIn) : []
}

/** The value as a client file has it. */
export const withVariables = (value: Json): Json =>
  inTexts(value, (text) => textWithVariables(text.split(PLACES)))

/** A text for people, with variables by their names. */
export const readable = (text: string): string => text.replaceAll(OPEN, '${').replaceAll(CLOSE, '}')

/** A text for paths, with variables by their bare names. */
export const bare = (text: string): string => text.replaceAll(OPEN, '').replaceAll(CLOSE, '')

/** A name of a variable that a client file can have. */
export const variableName = (text: string): string => {
  const plain = text.replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 128)
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`.slice(0, 128)
}

/**
 * Refuses a source that has the characters of placeholders.
 * @throws ClientError `invalid_field`
 */
export function checkSource(path: string, text: string): void {
  if (!text.includes(OPEN) && !text.includes(CLOSE)) return
  throw new ClientError(
    'invalid_field',
    `${path} holds U+E000 or U+E001, which stand for variables here. Remove them.`,
  )
}
