/** Finding the route of a request in the table: segment by segment, parameters take one each. */

import type { Route } from './route.ts'

export interface Match {
  readonly route: Route
  /** As they stand in the path, still percent-encoded. */
  readonly params: Readonly<Record<string, string>>
}

/** Every route whose path fits, whatever its method. */
export function matchesOf(routes: readonly Route[], path: string): readonly Match[] {
  const segments = path.split('/')
  return routes.flatMap((route) => {
    const params = paramsOf(route.path.split('/'), segments)
    return params === undefined ? [] : [{ route, params }]
  })
}

function paramsOf(
  template: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (template.length !== segments.length) return undefined
  const params: [string, string][] = []
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith('{') && segment !== '') params.push([part.slice(1, -1), segment])
    else if (part !== segment) return undefined
  }
  return Object.fromEntries(params)
}
