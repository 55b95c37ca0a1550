/** Finding the route of a request in the table: segment by segment, parameters take one each. */

import { once } from '../core/once.ts'
import type { Route } from './route.ts'

export interface Match {
  readonly route: Route
  /** As they stand in the path, still percent-encoded. */
  readonly params: Readonly<Record<string, string>>
}

/** Every route of the path that fits, whatever its method; a path without parameters goes before one that they fit into. */
export function matchesOf(routes: readonly Route[], path: string): readonly Match[] {
  const segments = path.split('/')
  const matches: Match[] = []
  for (const route of routes) {
    const template = templateOf(route)
    if (template.length !== segments.length) continue
    const params = paramsOf(template, segments)
    if (params !== undefined) matches.push({ route, params })
  }
  const fewest = Math.min(...matches.map(parametersIn))
  return matches.filter((match) => parametersIn(match) === fewest)
}

const parametersIn = ({ params }: Match): number => Object.keys(params).length

const templateOf = once((route: Route): readonly string[] => route.path.split('/'))

/** The parameters of a path that has as many segments as the template; `undefined`: it does not fit. */
function paramsOf(
  template: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const params: [string, string][] = []
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith('{') && segment !== '') params.push([part.slice(1, -1), segment])
    else if (part !== segment) return undefined
  }
  return Object.fromEntries(params)
}
