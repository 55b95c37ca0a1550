/** Where a job may change clients, and the clients that a selection finds there. */

import { isRecord, type Json, type JsonObject } from '../../core/json/json.ts'
import type { Patch } from '../../core/patch/patch.ts'
import { noSuchClient } from '../../core/rights/access.ts'
import { parseFilters, searchText } from '../../core/search.ts'
import type { JobItem } from '../../service/jobs/items.ts'
import { selectClients } from '../../service/jobs/select.ts'
import type { Exchange } from '../exchange.ts'
import { jobSelection } from '../schemas/jobs.ts'
import { callFor, type Site, siteOf } from '../target.ts'
import { checkMembers } from '../wire/members.ts'
import { QUERY_PARAMETERS } from '../wire/query.ts'
import { requireAt } from './access.ts'
import { checkCommon, checkNumber, invalid, type SiteOf, within } from './body.ts'

/** Places where the caller may change clients by a job, each of them looked up once. */
export function sitesOf(exchange: Exchange): SiteOf {
  const sites = new Map<string, Site>()
  return ({ provider, userPoolId }) => {
    const name = JSON.stringify([provider, userPoolId])
    const site = sites.get(name) ?? siteOf(exchange, { provider, userPoolId })
    sites.set(name, site)
    permit(exchange, site, 'clients:write')
    return site
  }
}

function permit(
  exchange: Exchange,
  { place, access }: Site,
  permission: 'clients:read' | 'clients:write',
) {
  requireAt(exchange, place.provider, permission)
  // Byte for byte the answer for a user pool that does not exist.
  if (access?.reaches(permission) === false) throw noSuchClient()
}

/** Every client that a selection finds, with the patch for all of them. */
export async function selected(
  exchange: Exchange,
  select: Json | undefined,
  patch: Patch | undefined,
  sites: SiteOf,
): Promise<readonly JobItem[]> {
  if (!isRecord(select)) throw invalid('select', 'must be an object')
  const selection = within('select', () => selectionOf(exchange, select, sites))
  if (patch === undefined) throw invalid('patch', 'must be present for a selection')
  for (const site of selection.sites) checkCommon(site, patch)
  return found(exchange, selection)
}

/** Every client that a selection finds. */
export async function found(
  exchange: Exchange,
  selection: ReturnType<typeof selectionOf>,
): Promise<readonly JobItem[]> {
  const refs = await selectClients(exchange.settings.service, selection, callFor(exchange))
  if (refs.length === 0) throw invalid('select', 'must match at least one client, but matches none')
  checkNumber(refs.length)
  return refs.map((ref) => ({ ref }))
}

/** Without a user pool, all those of the provider. */
export function selectionOf(exchange: Exchange, select: JsonObject, siteAt: SiteOf) {
  const { service, defaultProvider } = exchange.settings
  checkMembers(jobSelection, select)
  const { provider = defaultProvider, userPoolId, q, filter } = select
  const pools = service.providers.get(String(provider))?.userPools
  const all = userPoolId === undefined && pools !== undefined ? pools : [userPoolId]
  const sites = all.map((pool) =>
    siteAt({ provider, ...(pool === undefined ? {} : { userPoolId: pool }) }),
  )
  for (const site of sites) permit(exchange, site, 'clients:read')
  const terms = filter === undefined ? [] : parseFilters(textOf('filter', filter))
  const conditions = { terms, ...(q === undefined ? {} : { text: searchText(textOf('q', q)) }) }
  return { sites, places: sites.map(({ place }) => place), filter: conditions }
}

function textOf(name: string, value: Json): string {
  const { pattern } = QUERY_PARAMETERS[name === 'q' ? 'q' : 'filter']
  if (typeof value === 'string' && new RegExp(pattern).test(value)) return value
  throw invalid(name, 'must be a short string')
}
