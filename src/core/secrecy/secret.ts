/**
 * A value that must not be printed. Whatever turns it into text by accident (a log line, a template,
 * `JSON.stringify`, `util.inspect`) gets a placeholder; only `reveal` gives the value.
 */

import { inspect } from 'node:util'

const PLACEHOLDER = '[secret]'

export interface Secret {
  /** The value itself. Called by the one response serializer and where a provider needs it. */
  reveal(): string
}

/** Wraps a value so that it cannot be printed by accident. */
export function secret(value: string): Secret {
  const wrapped = {
    reveal: () => value,
    toString: () => PLACEHOLDER,
    toJSON: () => PLACEHOLDER,
    [inspect.custom]: () => PLACEHOLDER,
  }
  for (const name of Reflect.ownKeys(wrapped)) {
    Object.defineProperty(wrapped, name, { enumerable: false })
  }
  return Object.freeze(wrapped)
}

/** Narrows to a wrapped secret. */
export function isSecret(value: unknown): value is Secret {
  return (
    typeof value === 'object' &&
    value !== null &&
    'reveal' in value &&
    typeof value.reveal === 'function'
  )
}
