/**
 * How the log stores records of clients and differences between them. What is not known to be public is
 * sealed, whether it looks like a secret or not; secrets are stored as fingerprints, also inside
 * the sealed part.
 */

import { FIELDS, isFieldName } from '../../core/client.ts'
import type { FieldChange } from '../../core/diff.ts'
import { isClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { isMapped, type Mapping } from '../../core/mapping/mapping.ts'
import { keysOf, type Native } from '../../core/mapping/row.ts'
import { maskOf } from '../../core/secrecy/fingerprint.ts'
import { replaceHiddenAt } from '../../core/secrecy/hidden.ts'
import { isPublicMember } from '../../core/secrecy/place.ts'
import { STATE_MEMBER } from '../../store/erasing.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { KeptChange } from '../../store/log/entry-base.ts'
import { refOf, resourceOf } from '../../store/resource.ts'
import type { Service } from './service.ts'

type Sealing = Pick<Service, 'seal'>
type Keeping = Pick<Service, 'seal' | 'historySeal' | 'fingerprints'>
type Closing = Pick<Service, 'seal' | 'historySeal'>

/** A record as an entry stores it. */
export function storedState(
  { seal, historySeal = seal, fingerprints }: Keeping,
  resource: string,
  mapping: Mapping,
  native: Native,
): JsonObject {
  const record = fingerprints.masked(mapping, native)
  const publicMembers: [string, Json][] = []
  const rest: [string, Json][] = []
  for (const member of Object.entries(record)) {
    if (isPublicMember(mapping, ...member)) publicMembers.push(member)
    else rest.push(member)
  }
  if (rest.length === 0) return record
  const sealed = historySeal.closeAlike(Object.fromEntries(rest), statePlace(resource))
  return { ...Object.fromEntries(publicMembers), [STATE_MEMBER]: sealed }
}

/** A stored record with its sealed part opened; `undefined` if its key is no longer available. */
export function openState(
  service: Sealing,
  resource: string,
  { [STATE_MEMBER]: sealed, ...state }: JsonObject,
): JsonObject | undefined {
  if (typeof sealed !== 'string') return state
  const rest = openOr(service, sealed, statePlace(resource))
  return rest && { ...state, ...rest }
}

const statePlace = (resource: string) => JSON.stringify(['state', resource])

/** Differences as an entry stores them. */
export function storedChanges(
  { seal, historySeal = seal }: Closing,
  resource: string,
  mapping: Mapping,
  changes: readonly FieldChange[],
): readonly KeptChange[] {
  return changes.map((change): KeptChange => {
    if (isPublicChange(mapping, change)) return change
    const { field, ...values } = change
    const sealed = historySeal.closeAlike(
      values as unknown as JsonObject,
      changePlace(resource, field),
    )
    return { field, before: null, after: null, sealed }
  })
}

function isPublicChange(mapping: Mapping, { field, before, after }: FieldChange): boolean {
  const { attribute, member } = partsOf(field)
  const kind = kindOf(attribute)
  if (kind === 'map') return false
  if (kind !== 'raw') return true
  return isPublicMember(mapping, member, before) && isPublicMember(mapping, member, after)
}

const changePlace = (resource: string, field: string) => JSON.stringify(['change', resource, field])

/** `providerSettings.<member>` and `clientMetadata.<member>`, whose names may contain dots. */
function partsOf(field: string): { readonly attribute: string; readonly member: string } {
  const dot = field.indexOf('.')
  if (dot < 0) return { attribute: field, member: '' }
  return { attribute: field.slice(0, dot), member: field.slice(dot + 1) }
}

const kindOf = (attribute: string) => (isFieldName(attribute) ? FIELDS[attribute].kind : undefined)

/** An entry with its differences opened, and masked by today's rules, since older versions masked less. */
export function openEntry<E extends Entry>(service: Service, entry: E): E
export function openEntry(service: Service, entry: Entry): Entry {
  const open = (resource: string, changes: readonly KeptChange[]) =>
    openChanges(service, resource, changes)
  switch (entry.kind) {
    case 'intent':
    case 'outside_change':
      return { ...entry, changes: open(entry.resource, entry.changes) }
    case 'approval_requested': {
      const { provider, userPoolId, id = '' } = entry.place
      const named = resourceOf({
        provider,
        id,
        ...(userPoolId === undefined ? {} : { userPoolId }),
      })
      return { ...entry, changes: open(named, entry.changes) }
    }
    case 'outcome':
      return { ...entry, surprises: open(entry.resource, entry.surprises) }
    case 'job_results': {
      const results = entry.results.map(({ changes, ...result }) => ({
        ...result,
        ...(changes === undefined ? {} : { changes: open(resourceOf(result.client), changes) }),
      }))
      return { ...entry, results }
    }
    default:
      return entry
  }
}

function openChanges(
  service: Service,
  resource: string,
  changes: readonly KeptChange[],
): readonly FieldChange[] {
  const mapping = service.providers.get(refOf(resource).provider)?.mapping
  return changes.map((stored) => {
    const change = opened(service, resource, stored)
    return mapping === undefined ? change : masked(service, mapping, change)
  })
}

function opened(
  service: Sealing,
  resource: string,
  { sealed, ...change }: KeptChange,
): FieldChange {
  if (sealed === undefined) return change
  const { field } = change
  const values = openOr(service, sealed, changePlace(resource, field))
  if (values === undefined) {
    const why = service.seal.isDropped?.(sealed) === true ? DROPPED : LOST
    return { field, before: why, after: why }
  }
  return { field, ...(values as unknown as Omit<FieldChange, 'field'>) }
}

const LOST = '(sealed with a key that is no longer in use)'
const DROPPED = '(older than sealed records are kept)'

function masked({ fingerprints }: Keeping, mapping: Mapping, change: FieldChange): FieldChange {
  const { attribute, member } = partsOf(change.field)
  const path = pathOf(mapping, attribute, member)
  if (path === undefined) return change
  const mask = (value: Json) =>
    replaceHiddenAt(mapping, path, value, (hidden) => maskOf(hidden, fingerprints.ofSecret)) ?? null
  const { added, removed, ...rest } = change
  const [before, after] = [mask(change.before), mask(change.after)]
  // A list that contains a secret is treated as one value.
  const isList = Array.isArray(before) && Array.isArray(after)
  return { ...rest, before, after, ...(isList && added && removed ? { added, removed } : {}) }
}

/** The native path of a difference in an attribute whose members are not attributes. */
function pathOf(
  mapping: Mapping,
  attribute: string,
  member: string,
): readonly string[] | undefined {
  if (!isFieldName(attribute)) return undefined
  if (!isMapped(attribute)) return [member]
  if (FIELDS[attribute].kind !== 'map') return undefined
  const [key] = keysOf(mapping.fields[attribute])
  return key === undefined ? undefined : [...key.split('.'), member]
}

function openOr({ seal }: Sealing, sealed: string, place: string): JsonObject | undefined {
  try {
    return seal.open(sealed, place)
  } catch (error) {
    if (isClientError(error, 'internal')) return undefined
    throw error
  }
}
