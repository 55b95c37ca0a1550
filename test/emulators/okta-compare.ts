/** Compares an answer of the emulated org with a recorded one. */

import { isDeepStrictEqual } from 'node:util'
import type { Json, JsonObject, Recorded } from './okta-replay.ts'

/** What of an answer is not compared, or only in part, each with its reason; printed with the result. */
export const LEFT_OUT: readonly { readonly what: string; readonly why: string }[] = [
  { what: 'where _links lead; their names are compared', why: 'hosts are made up, and no setting' },
  { what: 'errorId; its shape is compared', why: 'Okta makes one for each refusal' },
  {
    what: 'lastUpdated; its shape is compared',
    why: 'the clock of the org: some creations took a second, and calls whose answers are empty move it',
  },
  {
    what: 'id, created, lastUpdated and secret_hash of the first secret; their shapes are compared',
    why: 'the answer to a creation shows none of them',
  },
  { what: 'rate-limit headers', why: 'the recorder of the Terraform provider has taken them out' },
]

/** Sorted names of what differs. */
export function differences(
  call: Recorded,
  answer: {
    readonly status: number
    readonly body: Json | undefined
    readonly link: string | undefined
  },
): readonly string[] {
  if (answer.status !== call.status) return [`status ${answer.status}`]
  const found = differing(plain(call.response), plain(answer.body), '')
  const link = linkIn(call)
  return link === undefined || sameLink(link, answer.link) ? found : [...found, 'link']
}

const SHAPES: Readonly<Record<string, RegExp>> = {
  errorId: /^oae[\w-]{22}$/,
  secret_hash: /^[\w-]{22}$/,
}
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/

/** An answer with what is not compared brought to one shape. */
function plain(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((one) => plain(one) ?? null)
  if (!isObject(value)) return value
  const isSecret = 'secret_hash' in value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      if (name === '_links' && isObject(one)) return [name, Object.keys(one).sort()]
      const shape = SHAPES[name]
      if (shape !== undefined) return [name, shape.test(String(one))]
      if (isSecret && name === 'id') return [name, /^ocs\w{17}$/.test(String(one))]
      const isTime = name === 'lastUpdated' || (isSecret && name === 'created')
      return isTime ? [name, TIME.test(String(one))] : [name, plain(one)]
    }),
  )
}

function differing(one: Json | undefined, other: Json | undefined, path: string): string[] {
  if (isDeepStrictEqual(one, other)) return []
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.flatMap((item, index) => differing(item, other[index], `${path}[${index}]`))
  }
  if (!isObject(one) || !isObject(other)) return [path === '' ? 'body' : path]
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()
  return names.flatMap((name) =>
    differing(one[name], other[name], path === '' ? name : `${path}.${name}`),
  )
}

const linkIn = ({ headers }: Recorded) =>
  headers?.link === undefined ? undefined : [headers.link].flat().join(', ')

const withoutHosts = (link: string | undefined) => link?.replace(/<https?:\/\/[^/]+/g, '<')
const sameLink = (one: string, other: string | undefined) =>
  withoutHosts(one) === withoutHosts(other)

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
