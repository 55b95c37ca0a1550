/**
 * The two ways of paging that lists of the Management API have, by page number and by checkpoint, and
 * the choice of members by `fields` and `include_fields` (Auth0 Management API OpenAPI).
 */

import { refuseQuery } from './refusal.ts'

const DEFAULT_PAGE_SIZE = 50
const MAX_PAGE_SIZE = 100

/** A whole list before it is paged. */
export interface Listing {
  /** Name of the list in an answer that is an object: `clients`, `connections`. */
  readonly name: string
  readonly items: readonly Record<string, unknown>[]
  /** Pages by checkpoint even when not asked to, and never by number. */
  readonly checkpointOnly?: boolean
  /** The most that a page by checkpoint has; absent: 100. */
  readonly mostTaken?: number
}

/** The page asked for: an array, an object with totals, or an object with the next checkpoint. */
export function pageOf(
  { name, items, checkpointOnly, mostTaken = MAX_PAGE_SIZE }: Listing,
  query: URLSearchParams,
): unknown {
  if (checkpointOnly || query.has('take') || query.has('from')) {
    const size = numberOf(query, 'take', DEFAULT_PAGE_SIZE, 1, mostTaken)
    const start = checkpointOf(query)
    const next = start + size < items.length ? { next: checkpoint(start + size) } : {}
    return { [name]: items.slice(start, start + size), ...next }
  }
  const size = numberOf(query, 'per_page', DEFAULT_PAGE_SIZE, 0, MAX_PAGE_SIZE)
  const start = numberOf(query, 'page', 0, 0) * size
  const page = items.slice(start, start + size)
  if (query.get('include_totals') !== 'true') return page
  return { total: items.length, start, limit: size, [name]: page }
}

/** Keeps the members named in `fields`, or all others with `include_fields=false`. */
export function chooseFields(
  record: Readonly<Record<string, unknown>>,
  query: URLSearchParams,
): Record<string, unknown> {
  const fields = fieldsOf(query)
  if (fields.length === 0) return { ...record }
  const isIncluded = includesFields(query)
  return Object.fromEntries(
    Object.entries(record).filter(([name]) => fields.includes(name) === isIncluded),
  )
}

/** Members named in `fields`. */
export function fieldsOf(query: URLSearchParams): readonly string[] {
  return (query.get('fields') ?? '').split(',').filter((name) => name !== '')
}

/** Says whether the members named are wanted, not unwanted. */
export function includesFields(query: URLSearchParams): boolean {
  return query.get('include_fields') !== 'false'
}

/** Refuses query members that the operation does not have. */
export function checkQuery(query: URLSearchParams, allowed: readonly string[]): void {
  const unknown = [...query.keys()].filter((name) => !allowed.includes(name))
  if (unknown.length > 0) refuseQuery(`'Additional properties not allowed: ${unknown.join(',')}'`)
}

function numberOf(
  query: URLSearchParams,
  name: string,
  otherwise: number,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const text = query.get(name)
  if (text === null) return otherwise
  const value = Number(text)
  if (text === '' || !Number.isInteger(value)) {
    refuseQuery(`'Expected type integer but found type string' on property ${name}`)
  }
  if (value < min) refuseQuery(`'Value ${value} is less than minimum ${min}' on property ${name}`)
  if (value > max) {
    refuseQuery(`'Value ${value} is greater than maximum ${max}' on property ${name}`)
  }
  return value
}

/** Opaque to the caller. */
function checkpoint(start: number): string {
  return Buffer.from(`start:${start}`).toString('base64url')
}

function checkpointOf(query: URLSearchParams): number {
  const from = query.get('from')
  if (from === null) return 0
  const start = /^start:(\d+)$/.exec(Buffer.from(from, 'base64url').toString())?.[1]
  if (start === undefined) refuseQuery(`'The checkpoint is not valid' on property from`)
  return Number(start)
}
