/**
 * The path of a client in this API. An id with white space or a slash, a URL among them, stands in the query instead:
 * proxies and frameworks decode such paths, and take a part of the id for another route.
 */

/** What stands in the path in place of such an id. */
export const ID_IN_QUERY = '-'

/** Whether an id cannot stand in a path. */
export const needsQuery = (id: string): boolean => /[\s/]/.test(id)

/** `/clients/ID/rest?query`, or `/clients/-/rest?id=ID&query`. */
export function clientPath(
  id: string,
  query: Readonly<Record<string, string | undefined>>,
  rest = '',
): string {
  const inQuery = needsQuery(id)
  const values = Object.entries({ ...(inQuery ? { id } : {}), ...query })
  const pairs = values.filter((pair): pair is [string, string] => pair[1] !== undefined)
  const search = new URLSearchParams(pairs).toString()
  const segment = inQuery ? ID_IN_QUERY : encodeURIComponent(id)
  return `/clients/${segment}${rest}${search === '' ? '' : `?${search}`}`
}
