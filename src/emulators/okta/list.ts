/** Pages of applications: by id, ascending, with links to themselves and to the next one (recorded). */

import { refuse } from '../refusal.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import { shownApp } from './apps.ts'
import type { OktaApp, Org } from './org.ts'
import { failure, invalid } from './refusal.ts'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 200

/** `GET /apps`. */
export function listApps(org: Org, { query }: EmulatorRequest): EmulatorAnswer {
  const expand = query.get('expand')
  if (expand !== null && !/^user\/[^,]+$/.test(expand)) {
    invalid('RequestParams', 'Expand query is malformed.')
  }
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    invalid('RequestParams', 'The limit is out of range.')
  }
  const all = [...org.apps.values()]
    .map(({ app }) => app)
    .filter((app) => fits(app, query))
    .sort((one, other) => (String(one.id) < String(other.id) ? -1 : 1))
  const after = query.get('after')
  // The id of the last application of the page before (recorded).
  if (after !== null && !/^0oa[A-Za-z0-9]{17}$/.test(after)) {
    refuse(failure(400, 'E0000029', 'Invalid paging request.', 'Invalid cursor.'))
  }
  const rest = after === null ? all : all.filter(({ id }) => String(id) > after)
  const page = rest.slice(0, limit)
  const links = [linkTo(org, query, limit, after, 'self')]
  if (rest.length > limit) {
    links.push(linkTo(org, query, limit, String(page.at(-1)?.id), 'next'))
  }
  return {
    status: 200,
    headers: { link: links.join(', ') },
    body: page.map((app) => shownApp(org, app)),
  }
}

/** The link repeats `after`, `limit`, `q` and `filter`, in that order (recorded). */
function linkTo(
  { baseUrl }: Org,
  query: URLSearchParams,
  limit: number,
  after: string | null,
  rel: 'self' | 'next',
): string {
  const kept = ['q', 'filter'].flatMap((name) => {
    const value = query.get(name)
    return value === null ? [] : [[name, value] as [string, string]]
  })
  const target = new URLSearchParams([
    ...(after === null ? [] : [['after', after] as [string, string]]),
    ['limit', String(limit)],
    ...kept,
  ])
  return `<${baseUrl()}/api/v1/apps?${target}>; rel="${rel}"`
}

/** `q`: the beginning of label or name; `filter`: one member and its value (documented). */
function fits(app: OktaApp, query: URLSearchParams): boolean {
  const start = query.get('q')?.toLowerCase()
  const begins = (value: unknown) =>
    String(value)
      .toLowerCase()
      .startsWith(start ?? '')
  if (start !== undefined && !begins(app.label) && !begins(app.name)) return false
  const filter = query.get('filter')
  if (filter === null) return true
  const [, name = '', value = ''] = /^(id|status|name) eq "([^"]*)"$/.exec(filter) ?? []
  if (name === '') invalid('RequestParams', 'The filter is invalid.')
  return app[name] === value
}
