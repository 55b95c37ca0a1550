/** What of a record is in no client file, each with its reason; never a value. */

import {
  FIELD_NAMES,
  FIELDS,
  type FieldName,
  URI_FIELD_NAMES,
  useOfUris,
} from '../../core/client.ts'
import type { ClientKind } from '../../core/client-kind.ts'
import { type Json, memberOf, same } from '../../core/json/json.ts'
import { firstOf } from '../../core/json/paths.ts'
import { isMapped, type Mapping, showField } from '../../core/mapping/mapping.ts'
import { keysOf, type Native, type Row } from '../../core/mapping/row.ts'
import { isFor, isUnknown } from '../../core/mapping/uses.ts'
import { hiddenPaths } from '../../core/secrecy/hidden.ts'
import type { Capabilities } from '../render.ts'
import type { ImportedClient, Loss } from './imported.ts'
import { unreadFields } from './typed-variables.ts'

/** What a client is read with. */
export interface Read {
  readonly mapping: Mapping
  readonly capabilities: Capabilities
  readonly kind: ClientKind | undefined
  /** Whether the record has no id, so that its client may have to be made. */
  readonly isNew: boolean
  /** Variables that stand for numbers and flags. */
  readonly typed: ReadonlyMap<FieldName, string>
}

/** Members that no file can set. */
export const isLost = (mapping: Mapping, name: string): boolean =>
  isUnknown(mapping, name) || !isFor(mapping, name, 'exported')

/** Whether a member holds credentials that stay with the client that they were added to. */
export const isOfAnother = ({ credentialPaths, boundPaths = {} }: Mapping, name: string): boolean =>
  credentialPaths.includes(name) && Object.hasOwn(boundPaths, name)

/** The losses of one client. */
export function lossesOf({ about }: ImportedClient, native: Native, read: Read): readonly Loss[] {
  const { mapping, kind } = read
  const hidden = hiddenPaths(mapping, native)
  // What is left out as a whole is reported as a whole.
  const inKept = hidden.filter((path) => !path.includes('.') || !isLost(mapping, firstOf(path)))
  const secrets = inKept.map((what) => ({ what, why: 'secrets are in no file' }))
  const members = Object.keys(native)
    .filter((name) => isLost(mapping, name) && !isImplied(mapping, name) && !hidden.includes(name))
    .map((what) => ({
      what,
      why: isUnknown(mapping, what)
        ? 'the provider documents no such setting'
        : 'the provider shows it, and no one can set it',
    }))
  const bound = Object.keys(native)
    .filter((name) => read.isNew && isOfAnother(mapping, name))
    .map((what) => ({ what, why: mapping.boundPaths?.[what] ?? 'it belongs to another client' }))
  const kindLoss = kind === undefined ? [{ what: 'kind', why: NO_KIND }] : []
  const all = [
    ...secrets,
    ...members,
    ...bound,
    ...unread(native, read),
    ...fixedFields(native, read),
    ...slashedOrigins(native, read),
  ]
  return [...all, ...kindLoss].map((loss) => ({ about, ...loss }))
}

/** The client itself, where its provider only shows it: no file of it could be applied. */
export function shownOnlyLoss(
  { about, native }: ImportedClient,
  mapping: Mapping,
): readonly Loss[] {
  const isShown = mapping.warnings?.(native).some(({ code }) => code === 'not_managed')
  const why = 'its provider only shows it: it is no client of OpenID Connect that gets tokens'
  return isShown ? [{ about, what: 'the client', why }] : []
}

const NO_KIND = 'its settings fit none; "web" is written, which a new client would start from'

/** Its id, and what a reader adds to say whether there is a secret. */
const isImplied = (mapping: Mapping, name: string): boolean => {
  const { id } = mapping.fields
  return mapping.hiddenKeys.includes(name) || ('keys' in id && id.keys.includes(name))
}

/** Values of another type than their field, but for variables that stand in the file. */
const unread = (native: Native, { mapping, typed }: Read) =>
  unreadFields(mapping, native)
    .filter((field) => !typed.has(field))
    .map((field) => ({
      what: `client.${field}`,
      why: 'its value is of another type, or a variable that cannot stand there; write it into the file',
    }))

/** Fields that are read and cannot be set, where they say something else than nothing. */
const fixedFields = (native: Native, { mapping, capabilities }: Read) =>
  FIELD_NAMES.filter((field) => {
    if (!isMapped(field) || FIELDS[field].own !== 'no') return false
    const row = mapping.fields[field] as Row<unknown>
    const { writable, creatable } = capabilities.fields[field] ?? {}
    const isFixed = isSaid(mapping, native, row) && writable === false && creatable !== true
    const value = showField(mapping, field, native) as Json
    return isFixed && !same(value, FIELDS[field].empty as Json)
  }).map((field) => ({ what: `client.${field}`, why: 'the provider does not let anyone set it' }))

/** Origins whose slash at the end is left out. */
const slashedOrigins = (native: Native, { mapping }: Read) =>
  URI_FIELD_NAMES.filter((field) => {
    const value = useOfUris(field) === 'origin' ? showField(mapping, field, native) : null
    return Array.isArray(value) && value.some((one: string) => one.endsWith('/'))
  }).map((field) => ({
    what: `client.${field}`,
    why: 'the slash at the end of an origin is left out, since no browser sends it',
  }))

/** Whether a member that callers set says it; what follows from a secret is no setting. */
const isSaid = ({ hiddenKeys, secretPaths }: Mapping, native: Native, row: Row<unknown>) =>
  keysOf(row).some(
    (key) =>
      memberOf(native, firstOf(key)) !== undefined &&
      !hiddenKeys.includes(key) &&
      !secretPaths.includes(key),
  )
