/**
 * This program's own API, where the provider that issues its tokens is one of those whose clients are
 * managed: who decides which clients have tokens of it decides who may do what here. So a change of that
 * takes a permission of its own, judged by its effect as in `rights.ts`.
 */

import { FIELD_NAMES, FIELDS, type FieldName } from '../client.ts'
import { isRecord, type Json } from '../json/json.ts'
import { type Mapping, settingsOf, showField, stateOf } from '../mapping/mapping.ts'
import type { Native } from '../mapping/row.ts'

export interface OwnApi {
  /** Whether a word in a client's record stands for a scope or the audience of the API. */
  covers(word: string): boolean
  /**
   * Whether a client that lists no scopes may have any (RFC 7591 section 2: the server may register it with
   * a default set).
   */
  readonly anyWhereNone: boolean
  /** Whether a client may have access whatever it lists, since claims of its tokens grant something. */
  readonly byClaims: boolean
}

/** Where tokens of a client go: to a redirect URI, or to a page of an origin. */
const isDestination = (field: FieldName): boolean =>
  FIELDS[field].uri === 'redirect' || FIELDS[field].uri === 'origin'

const DESTINATIONS = FIELD_NAMES.filter(isDestination)
const GRANTS = FIELD_NAMES.filter((field) => FIELDS[field].access === 'grants')
const WORDS = FIELD_NAMES.filter((field) => FIELDS[field].access === 'words')

/** Whether a patch of a field decides about access: what the client gets, where it goes, who has it. */
export const decidesAccess = (field: FieldName): boolean =>
  FIELDS[field].access !== 'none' ||
  FIELDS[field].permission === 'secrets:rotate' ||
  isDestination(field)

/** Grant types by which a client has tokens without a user (RFC 6749 section 4.4, RFC 7523, RFC 8693). */
const MACHINE_GRANT = /^client_credentials$|jwt-bearer$|token-exchange$/

/** Whether a record lists a scope or the audience of the API, or need not. */
export const hasAccess = (mapping: Mapping, api: OwnApi, native: Native): boolean =>
  api.byClaims || wordsOf(mapping, api, native).size > 0

/**
 * What of a change decides about access to the API, as paths below the client: its scopes and audiences;
 * its grant types; and of a client that has access, where its tokens go.
 */
export function accessChanges(
  mapping: Mapping,
  api: OwnApi,
  { base, next, isNew }: { readonly base: Native; readonly next: Native; readonly isNew: boolean },
): readonly string[] {
  const [was, is] = [wordsOf(mapping, api, base), wordsOf(mapping, api, next)]
  const moved = [...was, ...is].filter((word) => !(was.has(word) && is.has(word)))
  const opened = api.anyWhereNone && listsNone(mapping, base) !== listsNone(mapping, next)
  const paths = [...moved.map((word) => word.split(' ')[0] ?? ''), ...(opened ? ['scopes'] : [])]
  const added = (field: FieldName) => addedTo(mapping, field, base, next)
  const mayHave = api.byClaims || was.size + is.size > 0
  // Where scopes are kept elsewhere, any client that is there already may have been given them.
  const unknown = !isNew && mapping.fields.scopes.support === 'missing'
  const isGrant = (grant: Json) => mayHave || MACHINE_GRANT.test(String(grant))
  if (mayHave || unknown) paths.push(...GRANTS.filter((field) => added(field).some(isGrant)))
  if (mayHave) paths.push(...DESTINATIONS.filter((field) => added(field).length > 0))
  return [...new Set(paths)]
}

/** `path word` for each word of the API that a record lists; texts for people do not count. */
function wordsOf(mapping: Mapping, api: OwnApi, native: Native): ReadonlySet<string> {
  const words = new Set<string>()
  const look = (path: string, value: Json): void => {
    if (typeof value === 'string') {
      for (const word of value.split(/\s+/)) if (api.covers(word)) words.add(`${path} ${word}`)
    } else if (Array.isArray(value)) for (const one of value) look(path, one)
    else if (isRecord(value)) {
      for (const [name, inner] of Object.entries(value)) look(`${path}.${name}`, inner)
    }
  }
  for (const field of WORDS) {
    const settings = FIELDS[field].kind === 'raw'
    look(
      field,
      settings
        ? settingsOf(mapping, stateOf(mapping, native))
        : (showField(mapping, field, native) as Json),
    )
  }
  return words
}

const listsNone = (mapping: Mapping, native: Native): boolean =>
  showField(mapping, 'scopes', native).length === 0

/** The values of a field that a change adds. */
function addedTo(mapping: Mapping, field: FieldName, base: Native, next: Native): readonly Json[] {
  const [was, is] = [base, next].map((native) => {
    const value = showField(mapping, field, native) as Json
    return Array.isArray(value) ? value : value === null ? [] : [value]
  })
  return (is ?? []).filter((value) => was?.includes(value) !== true)
}
