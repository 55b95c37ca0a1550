/** The query options that lists take, as far as they are recorded or this program sends them. */

import type { Application } from './members.ts'
import { refuse, unsupportedQuery } from './refusal.ts'

type Test = (record: Application) => boolean

const FILTERS: readonly (readonly [form: RegExp, test: (name: string, text: string) => Test])[] = [
  [
    /^(appId|displayName|uniqueName) eq '(.*)'$/,
    (name, text) => (record) => folded(record[name]) === folded(text),
  ],
  [
    /^startswith\((displayName),\s*'(.*)'\)$/,
    (name, text) => (record) => folded(record[name]).startsWith(folded(text)),
  ],
  [
    /^(identifierUris)\/any\(\w+:\w+ eq '(.*)'\)$/,
    (name, text) => (record) => (record[name] as readonly unknown[]).includes(text),
  ],
]

/** Texts are compared without regard to case. */
const folded = (value: unknown) => String(value ?? '').toLowerCase()

/** Those that a filter lets through. */
export function filtered(
  records: readonly Application[],
  query: URLSearchParams,
): readonly Application[] {
  if (query.has('$orderby')) return refuse(unsupportedQuery())
  const filter = query.get('$filter')
  if (filter === null) return records
  for (const [form, test] of FILTERS) {
    const [, name = '', text = ''] = form.exec(filter) ?? []
    if (name !== '') return records.filter(test(name, text.replaceAll("''", "'")))
  }
  return refuse(unsupportedQuery())
}

/** The names that `$select` asks for, as members spell them; `undefined`: all. */
export const selectedOf = (query: URLSearchParams): readonly string[] | undefined =>
  query
    .get('$select')
    ?.split(',')
    .map((name) => {
      const text = name.trim()
      return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`
    })

const PAGE_SIZE = 100

export interface Page {
  readonly items: readonly Application[]
  /** Where the next one begins; absent on the last one. */
  readonly next?: string
}

/** One page of a list. */
export function pageOf(records: readonly Application[], query: URLSearchParams): Page {
  const size = Math.min(Number(query.get('$top') ?? PAGE_SIZE), 999)
  const first = Number(query.get('$skiptoken') ?? 0)
  const items = records.slice(first, first + size)
  return first + size < records.length ? { items, next: String(first + size) } : { items }
}
