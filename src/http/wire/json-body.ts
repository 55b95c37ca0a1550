/** Strict decoding of a JSON body: exactly one reading, or a refusal. */

import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { parseJson as parseLossless } from '../../core/json/json-text.ts'
import { plainNumbers } from '../../core/json/kept-numbers.ts'
import { quoted } from '../../core/patch/quoted.ts'
import { jsonFault } from './json-fault.ts'
import { MAX_NAMES, scanJson } from './json-scan.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the bytes of a body with at most so many names.
 * @throws ClientError `invalid_request`
 */
export function parseJson(bytes: Uint8Array, maxNames = MAX_NAMES): Json {
  return parseJsonText(decodeUtf8(bytes), '', maxNames)
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
 * Reads a JSON text; `at` is its path where it is not the whole body.
 * @throws ClientError `invalid_request`
 */
export function parseJsonText(text: string, at = '', maxNames = MAX_NAMES): Json {
  scanJson(text, at, maxNames)
  let value: Json
  try {
    value = plainNumbers(parseLossless(text))
  } catch {
    throw notJson(text, at)
  }
  checkValues(value, at)
  return value
}

/** Names the place, and never what stood there: neither our text nor the runtime's own message. */
function notJson(text: string, at: string): ClientError {
  const what = at === '' ? 'The body' : at
  const fault = jsonFault(text)
  const place =
    fault === undefined ? '' : `; it is broken at line ${fault.line}, column ${fault.column}`
  return new ClientError('invalid_request', `${what} must be JSON${place}.`, fieldOf(at))
}

/** A lone surrogate has no UTF-8: it would not come back as it was sent. */
function checkValues(value: Json, path: string): void {
  if (typeof value === 'string' && !isWellFormed(value)) throw badValue('a lone surrogate', path)
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkValues(item, `${path}[${index}]`)
  } else if (isRecord(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (!isWellFormed(name)) throw badValue('a lone surrogate in a name', path)
      checkValues(item, path === '' ? quoted(name) : `${path}.${quoted(name)}`)
    }
  }
}

const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text)

const badValue = (what: string, path: string) =>
  new ClientError(
    'invalid_request',
    `The body holds ${what}${path === '' ? '' : ` at ${path}`}.`,
    fieldOf(path),
  )

const fieldOf = (path: string) => (path === '' ? {} : { field: path })
