/** Reading and editing JSON at a place, as JSON Patch needs it (RFC 6901, RFC 6902 section 4). */

import { ClientError } from '../errors.ts'
import type { Json } from './json.ts'
import { isRecord } from './json.ts'

/**
 * The value at a place.
 * @throws ClientError `invalid_field` when the client lacks it
 */
export function valueAt(target: Json, path: readonly string[], at: string): Json {
  return path.reduce<Json>((value, token) => {
    const child = Array.isArray(value)
      ? value[indexOf(token, value.length, at)]
      : isRecord(value) && Object.hasOwn(value, token)
        ? value[token]
        : undefined
    if (child === undefined) throw nowhere(at)
    return child
  }, target)
}

/**
 * The whole with one place added, replaced or removed; nothing is written into.
 * @throws ClientError `invalid_field` when there is no such place
 */
export function edit(
  target: Json,
  [token = '', ...rest]: readonly string[],
  at: string,
  how: 'add' | 'replace' | 'remove',
  value: Json = null,
): Json {
  if (Array.isArray(target)) {
    const last = how === 'add' ? target.length : target.length - 1
    const index = token === '-' && how === 'add' ? target.length : indexOf(token, last, at)
    if (rest.length > 0) {
      const inner = edit(target[index] ?? null, rest, at, how, value)
      return target.map((item, place) => (place === index ? inner : item))
    }
    if (how === 'remove') return target.filter((_, place) => place !== index)
    return target.toSpliced(index, how === 'add' ? 0 : 1, value)
  }
  if (!isRecord(target)) throw nowhere(at)
  const { [token]: current, ...others } = target
  if (rest.length > 0) return { ...others, [token]: edit(current ?? null, rest, at, how, value) }
  return how === 'remove' ? others : { ...others, [token]: value }
}

/** RFC 6901 section 4: digits without a leading zero. */
function indexOf(token: string, last: number, at: string): number {
  const index = /^(0|[1-9]\d{0,8})$/.test(token) ? Number(token) : Number.NaN
  if (!(index <= last)) throw nowhere(at)
  return index
}

const nowhere = (at: string) =>
  new ClientError(
    'invalid_field',
    `The operation ${at} names a place that does not exist in the client.`,
    {
      field: at,
    },
  )
