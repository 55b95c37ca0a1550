/**
 * A client as the text of a file: every attribute that can be set. Empty lists are written too,
 * so that a value added to one later shows up as a difference; other empty attributes are left out.
 */

import { createHash } from 'node:crypto'
import { FIELD_NAMES, FIELDS, type FieldName } from '../core/client.ts'
import { isRecord, type Json, without, withoutMembers } from '../core/json/json.ts'
import type { LiveClient } from './compare.ts'
import { escaped } from './environments/template.ts'
import { writeYaml } from './yaml-text.ts'

/** What a provider can do with a field, as in `GET /providers/{providerId}`. */
export interface Capability {
  readonly writable: boolean
}

/** What its provider can hold of a client. */
export interface Capabilities {
  readonly fields: Readonly<Partial<Record<FieldName, Capability>>>
  /** Settings that are only shown, and so are for no file. */
  readonly readOnlySettings?: readonly string[]
}

/** The text of the file of a client. */
export function renderClientFile(
  live: LiveClient,
  { fields, readOnlySettings = [] }: Capabilities,
): string {
  const { fields: suspended = [] } = live.suspension ?? {}
  const isInFile = (field: FieldName) =>
    FIELDS[field].own !== 'secret' && !suspended.includes(field)
  const names = FIELD_NAMES.filter((field) => isInFile(field) && fields[field]?.writable)
  const client = names.flatMap((field): [FieldName, Json][] => {
    const value = settable(field, ownValue(live, field), readOnlySettings)
    return isLeftOut(field, value) ? [] : [[field, value]]
  })
  const { provider, userPoolId, id } = live
  const file = {
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
    id,
    client: Object.fromEntries(client),
  }
  return writeYaml(escaped(file))
}

/** Without what is temporary: leased values, and members as a suspension has left them. */
function ownValue({ attributes, leases = [], suspension }: LiveClient, field: FieldName): Json {
  const value = attributes[field] ?? null
  if (isRecord(value)) {
    const isHeld = (name: string) => suspension?.fields?.includes(`${field}.${name}`) === true
    return Object.fromEntries(Object.entries(value).filter(([name]) => !isHeld(name)))
  }
  if (!Array.isArray(value)) return value
  const leased = leases.filter((lease) => lease.field === field).map((lease) => lease.value)
  return without(value, leased)
}

/** Of the raw settings, those that a file can change. */
function settable(field: FieldName, value: Json, readOnly: readonly string[]): Json {
  return FIELDS[field].kind === 'raw' && isRecord(value) ? withoutMembers(value, readOnly) : value
}

function isLeftOut(field: FieldName, value: Json): boolean {
  if (FIELDS[field].kind === 'list') return false
  return value === null || (isRecord(value) && Object.keys(value).length === 0)
}

/**
 * The paths of the clients' files, one each, in the order of the clients: by provider and pool,
 * with the name for people and the id for certainty. Only letters, digits, dots, dashes and underscores, so
 * that the path is valid everywhere. A client whose path could be taken for another's, also on
 * disks that ignore case, gets a fingerprint after `~`, a character that is used nowhere else.
 */
export function pathsOf(clients: readonly LiveClient[]): readonly string[] {
  const count = new Map<string, number>()
  for (const client of clients) {
    const path = plainPath(client).toLowerCase()
    count.set(path, (count.get(path) ?? 0) + 1)
  }
  return clients.map((client) => {
    const path = plainPath(client)
    const isAlone = count.get(path.toLowerCase()) === 1
    return `${path}${isSpelled(client) && isAlone ? '' : `~${fingerprintOf(client)}`}.yaml`
  })
}

function plainPath({ provider, userPoolId, id, name }: LiveClient): string {
  const folders = [provider, ...(userPoolId === undefined ? [] : [userPoolId])].map(shortened)
  const parts = [
    plain(name ?? '')
      .toLowerCase()
      .slice(0, LABEL_LENGTH),
    shortened(id),
  ]
  return [...folders, parts.filter((part) => part !== '').join('-')].join('/')
}

const LABEL_LENGTH = 40
/** File systems allow 255 bytes for a name. */
const PART_LENGTH = 128
/** Hexadecimal digits of a SHA-256: enough that no one can construct two clients with one path. */
const FINGERPRINT_LENGTH = 32

const shortened = (text: string) => plain(text).slice(0, PART_LENGTH)

/** Whether the path spells provider, pool and id exactly. */
const isSpelled = ({ provider, userPoolId = '', id }: LiveClient): boolean =>
  id !== '' && [provider, userPoolId, id].every((part) => shortened(part) === part)

const fingerprintOf = ({ provider, userPoolId, id }: LiveClient): string =>
  createHash('sha256')
    .update(JSON.stringify([provider, userPoolId ?? null, id]))
    .digest('hex')
    .slice(0, FINGERPRINT_LENGTH)

/** No name may leave its folder, hide its file, or be empty. */
const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
