/**
 * A client as the text of a file: every attribute that can be set. Empty ones are written too, and members that are not
 * there are excluded, so that a value that someone sets later shows up as a difference.
 */

import { createHash } from 'node:crypto'
import { type Client, FIELD_NAMES, FIELDS, type FieldName } from '../core/client.ts'
import { type ClientKind, kindOf } from '../core/client-kind.ts'
import { isRecord, type Json, type JsonObject, without } from '../core/json/json.ts'
import { firstOf, withoutPaths } from '../core/json/paths.ts'
import { closed, opened } from '../core/mapping/opened.ts'
import { EXCLUSIVE } from './client-file.ts'
import type { LiveClient } from './compare.ts'
import { escaped } from './environments/template.ts'
import { writeYaml } from './yaml/yaml-text.ts'

/** What a provider can do with a field, as in `GET /providers/{providerId}`. */
export interface Capability {
  readonly writable: boolean
  /** Only a creation sets it. */
  readonly creatable?: boolean
  /** No creation sets it. */
  readonly afterCreation?: boolean
  readonly limits?: {
    readonly maxItems?: number
    readonly maxLength?: number
    readonly minimum?: number
    readonly maximum?: number
    readonly values?: readonly string[]
  }
  /** Native members (dotted for inner ones) that it is made of. */
  readonly native?: readonly string[]
}

/** What its provider can hold of a client. */
export interface Capabilities {
  readonly fields: Readonly<Partial<Record<FieldName, Capability>>>
  /** Raw settings that an update takes. */
  readonly settings?: readonly string[]
  /** Raw settings (dotted for inner ones) that are only shown. */
  readonly readOnlySettings?: readonly string[]
  /** Raw settings that only a creation takes. */
  readonly creationSettings?: readonly string[]
  /** Raw settings that name credentials of the very client. */
  readonly boundSettings?: readonly string[]
  /** Raw settings that are mappings, of which each member can be cleared. */
  readonly settingMaps?: readonly string[]
  /** What the absence of a raw setting means, where a value means the same. */
  readonly defaultSettings?: JsonObject
  /** Objects whose members are settings by themselves, named by their paths. */
  readonly openedSettings?: readonly string[]
}

/** The text of the file of a client. */
export function renderClientFile(live: LiveClient, capabilities: Capabilities): string {
  const { fields } = capabilities
  const { fields: suspended = [] } = live.suspension ?? {}
  const isInFile = (field: FieldName) =>
    FIELDS[field].own !== 'secret' && !suspended.includes(field)
  const isSettable = (field: FieldName) => fields[field]?.writable || fields[field]?.creatable
  const names = FIELD_NAMES.filter((field) => isInFile(field) && isSettable(field))
  const client = names.flatMap((field): [FieldName, Json][] => {
    const value = settable(field, ownValue(live, field), capabilities)
    return isNothing(field, value, capabilities) ? [] : [[field, value]]
  })
  const { provider, userPoolId, id } = live
  const exclusive = EXCLUSIVE.filter((field) => isSettable(field) && !isSuspended(live, field))
  const file = {
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
    id,
    kind: kindOfClient(live),
    ...(exclusive.length === 0 ? {} : { exclusive }),
    client: Object.fromEntries(client),
  }
  return writeYaml(escaped(file))
}

/** Whether a suspension holds something of an attribute, which is in no file and comes back. */
const isSuspended = ({ suspension }: LiveClient, field: FieldName): boolean =>
  suspension?.fields?.some((path) => path === field || path.startsWith(`${field}.`)) === true

/**
 * What a new client of its settings starts from, where it is created again: elsewhere, or after a removal. A native app that
 * keeps a secret stays one: its file names how it authenticates, and at Okta nothing but the kind decides about the type.
 */
export function kindOfClient({ attributes }: LiveClient): ClientKind {
  const client = attributes as Partial<Client>
  if (client.appType === 'native') return 'native'
  const confidential = { ...client, tokenEndpointAuthMethod: 'client_secret_basic' }
  return kindOf(client) ?? kindOf(confidential) ?? 'web'
}

/** Raw settings of a client that no file holds, since this version does not know what may be done with them. */
export function unknownSettings(
  { attributes }: LiveClient,
  capabilities: Capabilities,
): readonly string[] {
  const { providerSettings } = attributes
  const { readOnlySettings = [] } = capabilities
  return Object.keys(settingsIn(providerSettings, capabilities)).filter(
    (name) => !isSetting(name, capabilities) && !readOnlySettings.includes(name),
  )
}

/** Raw settings by their names. */
const settingsIn = (value: Json | undefined, { openedSettings = [] }: Capabilities): JsonObject =>
  opened(isRecord(value) ? value : {}, openedSettings)

const isSetting = (name: string, { settings = [], creationSettings = [] }: Capabilities) =>
  settings.includes(name) || creationSettings.includes(name)

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

/** What of an attribute a file can change; any that is empty is to be empty. */
function settable(field: FieldName, value: Json, capabilities: Capabilities): Json {
  const { kind } = FIELDS[field]
  if (kind !== 'raw') return isEmptyObject(value) ? null : value
  const isMade = isMadeOf(capabilities)
  const { readOnlySettings = [], openedSettings = [] } = capabilities
  const members = Object.entries(settingsIn(value, capabilities)).filter(
    ([name, one]) => isSetting(name, capabilities) && !(isEmptyObject(one) && isMade(name)),
  )
  return closed(withoutPaths(Object.fromEntries(members), readOnlySettings), openedSettings)
}

const isEmptyObject = (value: Json) => isRecord(value) && Object.keys(value).length === 0

/** Whether fields are made of a member, so that it may be empty only because they are shown instead. */
function isMadeOf({ fields }: Capabilities): (name: string) => boolean {
  const members = new Set(Object.values(fields).flatMap(({ native = [] }) => native.map(firstOf)))
  return (name) => members.has(name)
}

/**
 * Raw settings of which none is named say nothing, and a word that the provider shows and takes from no one follows
 * from another setting.
 */
function isNothing(field: FieldName, value: Json, { fields }: Capabilities): boolean {
  const { values } = fields[field]?.limits ?? {}
  if (typeof value === 'string') return values?.includes(value) === false
  return FIELDS[field].kind === 'raw' && isEmptyObject(value)
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
