/**
 * `application/x-www-form-urlencoded` bodies, read into what the JSON body would hold:
 *
 *     provider=auth0                          client[callbacks][]=https://a.example/cb
 *     userPoolId=us-east-1_x                  client[callbacks][0]=https://a.example/cb
 *     client[name]=Example                    client[callbacks]=            the empty list
 *     client[clientMetadata][team]=identity   client[callbacks][add][]=https://b.example/cb
 *     client[refreshTokenRotation][enabled]=true
 *     client={"name":"Example"}               the whole client as JSON, alone
 *
 * Texts become flags and numbers by the kind of their field. `null` is said through `client=<JSON>`.
 * Nothing is ever truncated or guessed: a name that does not fit is refused.
 */

import { ClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { quoted } from '../../core/patch/quoted.ts'
import { type FieldKinds, formValue, type Pair } from './form-value.ts'
import { parseJsonText } from './json-body.ts'

export type { FieldKind, FieldKinds } from './form-value.ts'

const MAX_PAIRS = 2_000
/** Pairs whose value is read as JSON. */
const JSON_TEXTS = ['client', 'ownClient']
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Reads a form.
 * @throws ClientError `too_large`, `invalid_request`, `invalid_field`
 */
export function parseForm(text: string, kinds: FieldKinds): JsonObject {
  const parts = text.split('&').filter((part) => part !== '')
  if (parts.length > MAX_PAIRS) {
    throw new ClientError('too_large', `The form must have at most ${MAX_PAIRS} pairs.`)
  }
  const pairs = parts.map(pairOf)
  const whole = pairs.find(({ path }) => path.length === 1 && path[0] === 'client')
  const fields = pairs.filter(({ path }) => path.length > 1)
  if (whole !== undefined && fields.length > 0) {
    throw badForm('client= as JSON must stand alone, without client[...]', 'client')
  }
  const body = new Map<string, Json>()
  for (const { path, value } of pairs.filter(({ path: { length } }) => length === 1)) {
    const [name = ''] = path
    if (body.has(name)) throw badForm(`${quoted(name)} must not be repeated`, quoted(name))
    body.set(name, JSON_TEXTS.includes(name) ? parseJsonText(value, name) : value)
  }
  if (fields.length > 0) body.set('client', clientOf(fields, kinds))
  return Object.fromEntries(body)
}

function clientOf(fields: readonly Pair[], kinds: FieldKinds): JsonObject {
  const groups = new Map<string, Pair[]>()
  for (const { path, value } of fields) {
    const [root = '', field = '', ...rest] = path
    if (root !== 'client') throw badForm(`${quoted(root)} must not have members`, quoted(root))
    groups.set(field, [...(groups.get(field) ?? []), { path: rest, value }])
  }
  return Object.fromEntries(
    [...groups].map(([field, pairs]) => {
      const kind = Object.hasOwn(kinds, field) ? kinds[field] : undefined
      return [field, formValue(`client.${quoted(field)}`, pairs, kind)]
    }),
  )
}

function pairOf(part: string): Pair {
  const mark = part.indexOf('=')
  const name = decoded(mark < 0 ? part : part.slice(0, mark))
  const value = mark < 0 ? '' : decoded(part.slice(mark + 1))
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name)
  if (match === null) throw badForm(`the name ${quoted(name)} must be like client[callbacks][]`)
  const [, root = '', members = ''] = match
  const path = [root, ...[...members.matchAll(/\[([^[\]]*)\]/g)].map(([, member = '']) => member)]
  const forbidden = path.find((member) => FORBIDDEN_NAMES.has(member))
  if (forbidden !== undefined) throw badForm(`the name ${forbidden} must not be used`)
  return { path, value }
}

/** https://url.spec.whatwg.org/#urlencoded-parsing, with what is broken refused and not replaced. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new ClientError('invalid_request', 'The form must be percent-encoded UTF-8.', { cause })
  }
}

const badForm = (says: string, field?: string) =>
  new ClientError('invalid_request', `In the form, ${says}.`, field === undefined ? {} : { field })
