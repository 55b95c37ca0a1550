/** Strict decoding of a JSON body: exactly one reading, or a refusal. */

import { ClientError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { isRecord } from '../core/json.ts'
import { scanJson } from './json-scan.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the bytes of a body.
 * @throws ClientError `invalid_request`
 */
export function parseJson(bytes: Uint8Array): Json {
  return parseJsonText(decodeUtf8(bytes))
}

/**
 * Bytes as text; invalid UTF-8 is refused, where a lenient reader would put replacement characters.
 * @throws ClientError `invalid_request`
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new ClientError('invalid_request', 'The body must be UTF-8.', { cause })
  }
}

/**
 * Reads a JSON text.
 * @throws ClientError `invalid_request`
 */
export function parseJsonText(text: string): Json {
  scanJson(text)
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch (cause) {
    throw new ClientError('invalid_request', `The body must be JSON${placeOf(cause, text)}.`)
  }
  checkValues(value, '')
  return value
}

/** Where the grammar was left, as far as the runtime tells; never what stood there. */
function placeOf(cause: unknown, text: string): string {
  const position =
    cause instanceof SyntaxError ? /position (\d+)/.exec(cause.message)?.[1] : undefined
  if (position === undefined) return ''
  const lines = text.slice(0, Number(position)).split('\n')
  return `; it is broken at line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`
}

/** A lone surrogate has no UTF-8, and 1e999 no JSON: neither would come back as it was sent. */
function checkValues(value: Json, path: string): void {
  if (typeof value === 'string' && !isWellFormed(value)) throw badValue('a lone surrogate', path)
  if (typeof value === 'number' && !Number.isFinite(value))
    throw badValue('a number too large', path)
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkValues(item, `${path}[${index}]`)
  } else if (isRecord(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (!isWellFormed(name)) throw badValue('a lone surrogate in a name', path)
      checkValues(item, path === '' ? name : `${path}.${name}`)
    }
  }
}

const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text)

const badValue = (what: string, path: string) =>
  new ClientError('invalid_request', `The body holds ${what}${path === '' ? '' : ` at ${path}`}.`, {
    ...(path === '' ? {} : { field: path }),
  })
