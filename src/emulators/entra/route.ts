/** What a path names: a resource, one of its objects, and what of that. */

import type { EmulatorRequest } from '../wire.ts'

export interface Route {
  readonly noun: string
  readonly id: string
  readonly sub: string
  readonly last: string
}

/** The parts of a path below the version; `undefined`: it is below no version that is served. */
export function routeOf({ path }: EmulatorRequest): Route | undefined {
  const [, version, noun = '', id = '', sub = '', last = ''] = path.split('/').map(decode)
  if (version !== 'v1.0') return undefined
  if (noun === 'directory') return { noun: `directory/${id}`, id: sub, sub: last, last: '' }
  const [, name = '', key = '', text = ''] = /^(\w+)\((\w+)='(.*)'\)$/.exec(noun) ?? []
  return name === ''
    ? { noun, id, sub: sub.replace('microsoft.graph.', ''), last }
    : { noun: `${name}(${key})`, id: text, sub: id, last: sub }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const isToken = ({ path }: EmulatorRequest) => /^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path)

/** `PATCH /applications/{id}`; for a path that is not served, method and path as they came. */
export function operationOf(request: EmulatorRequest): string {
  const { method, path, query } = request
  if (isToken(request)) return `${method} /token`
  const route = routeOf(request)
  if (route === undefined) return `${method} ${path}`
  const [, filtering] = /^(\w+) eq /.exec(query.get('$filter') ?? '') ?? []
  const id = route.id === '' ? (filtering === undefined ? '' : `?${filtering}`) : '/{id}'
  const isKeyed = route.noun.includes('(')
  return `${method} /${route.noun}${isKeyed ? '' : id}${route.sub && `/${route.sub}`}`
}
