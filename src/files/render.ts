/**
 * A client as the text of a file: every attribute that can be set there. Empty lists are written too,
 * since a value that appears in one is worth noticing; other empty attributes are left out.
 */

import { stringify } from 'yaml'
import { FIELD_NAMES, FIELDS, type FieldName } from '../core/client.ts'
import { isRecord, type Json, without } from '../core/json.ts'
import type { LiveClient } from './compare.ts'

/** What a provider says of a field, as `GET /providers/{providerId}` does. */
export interface Capability {
  readonly writable: boolean
}

/** The text of the file of a client; `fields`: what its provider can hold. */
export function renderClientFile(
  live: LiveClient,
  fields: Readonly<Partial<Record<FieldName, Capability>>>,
): string {
  const held: readonly string[] = ['secret', ...(live.suspension?.fields ?? [])]
  const names = FIELD_NAMES.filter((field) => !held.includes(field) && fields[field]?.writable)
  const client = names.flatMap((field): [FieldName, Json][] => {
    const value = ownValue(live, field)
    return isLeftOut(field, value) ? [] : [[field, value]]
  })
  const { provider, userPoolId, id } = live
  const file = {
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
    id,
    client: Object.fromEntries(client),
  }
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Without what is there for a while only: leased values, and what a suspension has left of members. */
function ownValue({ attributes, leases = [], suspension }: LiveClient, field: FieldName): Json {
  const value = attributes[field] ?? null
  if (isRecord(value)) {
    const isHeld = (name: string) => suspension?.fields?.includes(`${field}.${name}`) === true
    return Object.fromEntries(Object.entries(value).filter(([name]) => !isHeld(name)))
  }
  if (!Array.isArray(value)) return value
  const held = leases.filter((lease) => lease.field === field).map((lease) => lease.value)
  return without(value, held)
}

function isLeftOut(field: FieldName, value: Json): boolean {
  if (FIELDS[field].kind === 'list') return false
  return value === null || (isRecord(value) && Object.keys(value).length === 0)
}

/**
 * Where the file of a client is put: by provider and pool, with its name for people and its id for
 * certainty. Only letters, digits, dots, dashes and underscores, so that it is a path everywhere.
 */
export function pathOf({ provider, userPoolId, id, name }: LiveClient): string {
  const folders = [provider, ...(userPoolId === undefined ? [] : [userPoolId])].map(plain)
  const label = plain(name ?? '')
    .toLowerCase()
    .slice(0, LABEL_LENGTH)
  return [...folders, `${label === '' ? '' : `${label}-`}${plain(id)}.yaml`].join('/')
}

const LABEL_LENGTH = 40

/** No name may step out of its folder, hide, or be none. */
const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
