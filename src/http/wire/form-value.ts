/** The value of one field of a form, by the kind of the field and the way in which it is written. */

import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { quoted } from '../../core/patch/quoted.ts'

/** How a field is written; an object lists its members. */
export type FieldKind =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'list'
  | 'map'
  | 'raw'
  | { readonly [member: string]: FieldKind }

export type FieldKinds = Readonly<Record<string, FieldKind>>

/**
 * Reads the pairs of one field; an unknown field (no kind) is kept as it is written, for the later
 * check to name it.
 * @throws ClientError `invalid_field`
 */
export function formValue(at: string, pairs: readonly Pair[], kind: FieldKind | undefined): Json {
  if (kind === 'raw') throw bad(at, 'cannot be sent as form fields; send client=<JSON>')
  if (kind === 'list') return listValue(at, pairs)
  if (kind === 'map' || typeof kind === 'object') return members(at, pairs, kind)
  if (kind === undefined && pairs.every(({ path }) => path.length > 0)) return asWritten(pairs)
  const [pair, ...more] = pairs
  if (pair === undefined || more.length > 0) throw bad(at, 'must not be repeated')
  if (pair.path.length > 0) throw bad(at, 'must not have members')
  return scalar(at, pair.value, kind ?? 'string')
}

/** Only to be named as unknown: a list where every pair ends in `[]`, else a record. */
function asWritten(pairs: readonly Pair[]): Json {
  if (pairs.every(({ path }) => path.length === 1 && path[0] === '')) {
    return pairs.map(({ value }) => value)
  }
  return Object.fromEntries(pairs.map(({ path, value }) => [path.join('.'), value]))
}

function listValue(at: string, pairs: readonly Pair[]): Json {
  const change = pairs.every(({ path: [word = ''] }) => word === 'add' || word === 'remove')
  if (!change) return items(at, pairs)
  return Object.fromEntries(
    ['add', 'remove'].flatMap((word) => {
      const own = pairs.filter(({ path }) => path[0] === word)
      const inner = own.map(({ path, value }) => ({ path: path.slice(1), value }))
      return own.length === 0 ? [] : [[word, items(`${at}.${word}`, inner)]]
    }),
  )
}

/** `[]` for each value, or indices 0, 1, 2 ... in any order, without a gap; alone and empty: none. */
function items(at: string, pairs: readonly Pair[]): Json {
  const [first] = pairs
  if (pairs.length === 1 && first?.path.length === 0) {
    if (first.value === '') return []
    throw bad(at, 'must be written as [] for each value; empty means the empty list')
  }
  const indices = pairs.map(({ path }) => (path.length === 1 ? (path[0] ?? '') : 'x'))
  const values = pairs.map(({ value }) => value)
  if (indices.every((index) => index === '')) return values
  const places = indices.map((index) => (/^(0|[1-9]\d{0,3})$/.test(index) ? Number(index) : -1))
  const dense = [...places]
    .sort((one, other) => one - other)
    .every((place, index) => place === index)
  if (!dense)
    throw bad(at, 'must be written as [] for each value, or as [0], [1] ... without a gap')
  return places.map((_, index) => values[places.indexOf(index)] ?? '')
}

function members(at: string, pairs: readonly Pair[], kind: 'map' | FieldKinds): Json {
  const [first] = pairs
  // An object has no empty form: it would change nothing and look like a change.
  const empty = pairs.length === 1 && first?.path.length === 0 && first.value === ''
  if (kind === 'map' && empty) return {}
  const values = new Map<string, Json>()
  for (const { path, value } of pairs) {
    const [name, ...rest] = path
    if (name === undefined || name === '' || rest.length > 0) {
      throw bad(at, 'must be written as [name]=value for each member')
    }
    if (values.has(name)) throw bad(`${at}.${quoted(name)}`, 'must not be repeated')
    const inner = kind === 'map' ? 'string' : Object.hasOwn(kind, name) ? kind[name] : 'string'
    values.set(name, scalar(`${at}.${quoted(name)}`, value, inner ?? 'string'))
  }
  return Object.fromEntries(values)
}

function scalar(at: string, value: string, kind: FieldKind): Json {
  if (kind === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true'
    throw bad(at, 'must be true or false')
  }
  if (kind === 'integer') {
    if (/^(0|-?[1-9]\d{0,14})$/.test(value)) return Number(value)
    throw bad(at, 'must be a whole number')
  }
  return value
}

const bad = (at: string, says: string) =>
  new ClientError('invalid_field', `${at} ${says}.`, { field: at })

/** One pair of a form: `client[callbacks][0]` is `['client', 'callbacks', '0']`. */
export interface Pair {
  readonly path: readonly string[]
  readonly value: string
}
