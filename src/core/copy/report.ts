/** What a copy took over, setting by setting: every one of the source is listed exactly once. */

import { FIELDS } from '../client.ts'
import type { Json } from '../json/json.ts'
import { isRecord, memberOf, same, without } from '../json/json.ts'
import type { MappedField, Mapping } from '../mapping/mapping.ts'
import { MAPPED_FIELDS, showField } from '../mapping/mapping.ts'
import { isLens, type Native, type Row } from '../mapping/row.ts'
import { hidesSecret } from '../mapping/unseen.ts'
import type { FieldPatches } from '../patch/patch.ts'
import { type Copied, type Copying, providerHas } from './copying.ts'
import { ASKED, type CopyReport, FATES, type ReportedSetting } from './fate.ts'
import { ofSecrets, ofSettings } from './report-settings.ts'
import { shownOf } from './set.ts'

/** Compares the copy with its source; `asked`: what the request itself sets. */
export function reportCopy(
  copying: Copying,
  copied: Copied,
  next: Native,
  request: FieldPatches,
): CopyReport {
  const fields = MAPPED_FIELDS.flatMap((field) => ofField(copying, copied, next, field, request))
  const settings = [
    ...fields,
    ...ofSettings(copying, copied, next, request),
    ...ofSecrets(copying),
  ].concat(ofElsewhere(copying))
  return Object.fromEntries(
    FATES.map((fate) => [
      fate,
      settings.filter((one) => one.fate === fate).map(({ fate: _, ...setting }) => setting),
    ]),
  ) as unknown as CopyReport
}

const ofElsewhere = ({ source: { elsewhere = [] } }: Copying): readonly ReportedSetting[] =>
  elsewhere.map(({ name, state, value }) => ({
    fate: state === 'set' ? 'lost' : 'unread',
    field: `elsewhere.${name}`,
    ...(value === undefined ? {} : { before: value }),
    why: state === 'set' ? OUTSIDE : UNREAD,
  }))

const OUTSIDE = 'the provider stores it outside of the client; set it for the new client there'
const UNREAD = 'the provider stores it outside of the client, and this server could not read it'

function ofField(
  { source, target }: Copying,
  { start, reasons }: Copied,
  next: Native,
  field: MappedField,
  request: FieldPatches,
): readonly ReportedSetting[] {
  const { empty, copy } = FIELDS[field]
  const wish = request[field]
  const before = shownOf(source.mapping, field, source.native)
  const after = shownOf(target.mapping, field, next)
  const why = reasons.get(field) ?? ownReason(target.mapping, field)
  if (copy === 'never') {
    const isNew = !same(before, empty as Json) || (field === 'secret' && hasUnseenSecret(source))
    return isNew ? [{ fate: 'new', field, why: OWN }] : []
  }
  if (!providerHas(source.mapping, field)) {
    if (same(after, empty as Json)) return []
    return [{ fate: 'new', field, after, why: wish === undefined ? PROVIDER_DEFAULT : ASKED }]
  }
  if (sameSet(before, after)) return same(before, empty as Json) ? [] : [{ fate: 'carried', field }]
  // A wish for a part of a value does not stand for what of it had been lost before.
  const lacks = (value: Json) => isLoss(target.mapping, field, before, value)
  const partial = isRecord(wish) && lacks(shownOf(target.mapping, field, start)) && lacks(after)
  if (wish !== undefined && !partial) {
    return [{ fate: 'derived', field, before, after, why: ASKED }]
  }
  const removed = Array.isArray(before) && Array.isArray(after) ? without(before, after) : []
  const lists = removed.length === 0 ? {} : { removed }
  const implied = copy === 'implied' && isImplied(before, grantsOf(target.mapping, next))
  const lost = !implied && isLoss(target.mapping, field, before, after)
  const fate = lost ? 'lost' : 'derived'
  return [{ fate, field, before, after, ...lists, why }]
}

/** Whether the source authenticates with a secret that its record does not show. */
const hasUnseenSecret = ({ mapping, native }: Copying['source']): boolean =>
  (hidesSecret(mapping) || !isLens(mapping.fields.secret)) &&
  showField(mapping, 'secret', native) === null &&
  showField(mapping, 'tokenEndpointAuthMethod', native)?.startsWith('client_secret') === true

const OWN = 'every client has its own; it is never copied'
const PROVIDER_DEFAULT =
  'the provider of the source does not know it; this is the default of a new client of this kind'
const OTHER = 'it follows from the other settings there'

function ownReason(mapping: Mapping, field: MappedField): string {
  const row = mapping.fields[field] as Row<unknown>
  return 'why' in row ? row.why : OTHER
}

/** Response types by the grant type that they go with (RFC 7591 section 2.1). */
const GRANT_OF_RESPONSE: Readonly<Record<string, string>> = {
  code: 'authorization_code',
  token: 'implicit',
  id_token: 'implicit',
}

const grantsOf = (mapping: Mapping, native: Native): readonly string[] =>
  showField(mapping, 'grantTypes', native)

/** Whether response types follow from grant types, so that a provider needs no list of them. */
function isImplied(responses: Json, grants: readonly string[]): boolean {
  const grantOf = (type: Json) => GRANT_OF_RESPONSE[String(type)] ?? ''
  return Array.isArray(responses) && responses.every((type) => grants.includes(grantOf(type)))
}

/** The order of a list is no setting: providers give theirs back in one of their own. */
function sameSet(one: Json, other: Json): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return same(one, other)
  return without(one, other).length === 0 && without(other, one).length === 0
}

/** Whether something is gone, and not only put otherwise: a switch has no middle. */
function isLoss(mapping: Mapping, field: MappedField, before: Json, after: Json): boolean {
  const { empty } = FIELDS[field]
  if (same(before, empty as Json) && typeof before !== 'boolean') return false
  if (mapping.fields[field].support === 'missing' || same(after, empty as Json)) return true
  if (Array.isArray(before)) return Array.isArray(after) && without(before, after).length > 0
  if (!isRecord(before)) return typeof before === 'boolean'
  if (!isRecord(after)) return true
  const lost = ([name, value]: [string, Json]) =>
    FIELDS[field].kind === 'map'
      ? !same(value, memberOf(after, name) ?? null)
      : isSwitched(value, memberOf(after, name))
  return Object.entries(before).some(lost)
}

const isSwitched = (was: Json, is: Json | undefined) => typeof was === 'boolean' && was !== is
