/**
 * What clients are found by: a text in their id, name and URLs, and filters on fields. A store makes
 * indexes of the same text and terms; `matches` is the plain meaning of both.
 */

import type { Client, FieldName, FlagFieldName, TextFieldName } from './client.ts'
import { FIELD_NAMES, FIELDS, URI_FIELD_NAMES, useOfUris } from './client.ts'
import { ClientError } from './errors.ts'
import { readUri } from './uri/uri-reading.ts'

/** Whether a client is found by a part of the field; by one of a URL it always is. */
export const isSearched = (field: FieldName): field is TextFieldName =>
  FIELDS[field].search === 'text' || useOfUris(field) !== undefined

const TEXT_FIELDS = FIELD_NAMES.filter(isSearched)

/** Whether a filter can name the field. */
export const isFilter = (field: FieldName): field is TextFieldName | FlagFieldName =>
  FIELDS[field].search === 'filter' || isSearched(field)

/** Fields whose values are terms. URLs come last: there may be thousands. */
const FILTER_FIELDS = [
  ...FIELD_NAMES.filter((field) => useOfUris(field) === undefined).filter(isFilter),
  ...URI_FIELD_NAMES,
]

/** The host of any URL of the client, without its port. */
const HOST = 'host'

/** How the client came to its provider, where that shows. */
const REGISTERED = 'registered'

/** `dynamic`: it registered itself (RFC 7591). */
export type Registered = 'dynamic'

/** All that a filter can name. */
export const FILTER_NAMES: readonly string[] = [...FILTER_FIELDS, HOST, REGISTERED]

/** What a search asks for; without any member, everything. */
export interface ClientFilter {
  /** As `searchText` has made it. */
  readonly text?: string
  /** Each must hold; as `parseFilters` gives them. */
  readonly terms: readonly string[]
}

/** A text as it is compared: in lower case, without what a database cannot hold. */
export function searchText(text: string): string {
  return storable(text).toLowerCase()
}

/**
 * What is searched of one client, in characters, and the terms it is found by: a provider may show clients
 * of several megabytes, and one of them must not cost as much as all others.
 */
const MAX_SEARCHED = 262_144
const MAX_TERMS = 4_000

/** The text of a client that is searched: id, name and URLs, a line each, up to `MAX_SEARCHED`. */
export function searchedText(client: Client): string {
  const whole = TEXT_FIELDS.flatMap((field) => valuesOf(client[field])).join('\n')
  return searchText(whole.slice(0, MAX_SEARCHED))
}

/** The terms of a client, each once, up to `MAX_TERMS`. */
export function termsOf(client: Client, registered?: Registered): readonly string[] {
  const fields = FILTER_FIELDS.flatMap((field) =>
    valuesOf(client[field]).map((value) => termOf(field, value)),
  )
  const hosts = urlsOf(client)
    .slice(0, MAX_TERMS)
    .map((url) => readUri(url).host)
    .filter((host) => host !== '')
  const own = registered === undefined ? [] : [termOf(REGISTERED, registered)]
  const all = [...own, ...fields, ...hosts.map((host) => termOf(HOST, host))]
  return [...new Set(all)].slice(0, MAX_TERMS)
}

/** The term of one value of a field, as a filter writes it. */
export function termOf(name: string, value: string): string {
  return `${name}:${name === HOST ? searchText(value) : storable(value)}`
}

/** A database takes texts for UTF-8 that ends at a null character. */
const storable = (text: string) => text.replace(/[\0\p{Surrogate}]/gu, '\ufffd')

/** Each takes a look at an index. */
const MAX_FILTERS = 8

/**
 * Reads filters such as `grantTypes:implicit,disabled:false`; two commas stand for one in a value. They
 * are one text, since a query may lose all but one parameter of a name on its way (ALB).
 * @throws ClientError `invalid_field`
 */
export function parseFilters(filters: string): readonly string[] {
  const each = filters
    .replaceAll(',,', '\n')
    .split(',')
    .map((filter) => parseFilter(filter.replaceAll('\n', ',')))
  if (each.length > MAX_FILTERS) throw badFilter(`must have at most ${MAX_FILTERS} filters`)
  return [...new Set(each)]
}

function parseFilter(filter: string): string {
  const colon = filter.indexOf(':')
  const [name, value] = [filter.slice(0, colon), filter.slice(colon + 1)]
  if (colon < 0 || value === '' || !FILTER_NAMES.includes(name)) {
    const names = FILTER_NAMES.join(', ')
    throw badFilter(
      `must be a name, a colon and a value, as in disabled:true; the names are: ${names}`,
    )
  }
  if (name === REGISTERED && value !== 'dynamic')
    throw badFilter('must have dynamic after registered')
  const flag = name !== HOST && name !== REGISTERED && FIELDS[name as FieldName].kind === 'boolean'
  if (flag && value !== 'true' && value !== 'false') {
    throw badFilter(`must have true or false after ${name}`)
  }
  return termOf(name, value)
}

/** Whether a client is among those that a search asks for. */
export function matches(
  client: Client,
  { text, terms }: ClientFilter,
  registered?: Registered,
): boolean {
  const own = termsOf(client, registered)
  return (
    (text === undefined || searchedText(client).includes(text)) &&
    terms.every((term) => own.includes(term))
  )
}

const urlsOf = (client: Client) => URI_FIELD_NAMES.flatMap((field) => valuesOf(client[field]))

function valuesOf(value: string | boolean | readonly string[] | null): readonly string[] {
  if (value === null) return []
  return typeof value === 'object' ? value : [String(value)]
}

const badFilter = (says: string) =>
  new ClientError('invalid_field', `filter ${says}.`, { field: 'filter' })
