/**
 * The team of a client, by which grants can be limited. It is kept in our standing, which no user of a provider can edit; where
 * the configuration trusts the provider (`team: { trust: provider }`), the client's metadata names it as well.
 */

import { isRecord, type Json } from '../json/json.ts'
import { fieldsOfPath, type Mapping, showField } from '../mapping/mapping.ts'
import type { Native } from '../mapping/row.ts'

/** The member of `clientMetadata` that names the team. */
const MEMBER = 'team'

/** The setting that names it, as a path below the client. */
export const TEAM_SETTING = `clientMetadata.${MEMBER}`

/** The team that a record names itself; `undefined`: none, or the provider is not trusted with it. */
export function teamIn(mapping: Mapping, native: Native): string | undefined {
  if (mapping.namesTeam !== true) return undefined
  const team = showField(mapping, 'clientMetadata', native)[MEMBER]
  return team === '' ? undefined : team
}

/** The team of a client: who was assigned one here belongs to no other. */
export const teamOf = (
  mapping: Mapping,
  native: Native,
  standing: { readonly team?: string } | undefined,
): string | undefined => standing?.team ?? teamIn(mapping, native)

/** Whether a member of a patch may set the team of a client that is not known. */
export function maySetTeam(
  mapping: Mapping,
  [field = '', ...inner]: readonly string[],
  request: Json,
): boolean {
  if (mapping.namesTeam !== true) return false
  if (field === 'providerSettings') return isRawMetadata(mapping, inner.join('.'), request)
  if (field !== 'clientMetadata') return false
  if (inner.length > 0) return inner[0] === MEMBER
  // A whole that is cleared, or comes from elsewhere, can have been or be anything.
  return !isRecord(request) || Object.hasOwn(request, MEMBER)
}

/** Whether a raw setting is metadata, or has some in it. */
function isRawMetadata(mapping: Mapping, path: string, request: Json): boolean {
  if (path !== '') return fieldsOfPath(mapping, path).includes('clientMetadata')
  return (
    !isRecord(request) ||
    Object.keys(request).some((name) => fieldsOfPath(mapping, name).includes('clientMetadata'))
  )
}
