/**
 * Applications and their owners as reads show them, which may be behind; of the query options of lists those that are recorded
 * or that this program sends.
 */

import { copyOf } from '../copy.ts'
import { refuse } from '../refusal.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { Application } from './members.ts'
import { noResource, unsupportedQuery } from './refusal.ts'
import { CONTEXT, type State } from './tenant.ts'

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
function filtered(records: readonly Application[], query: URLSearchParams): readonly Application[] {
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
const selectedOf = (query: URLSearchParams): readonly string[] | undefined =>
  query
    .get('$select')
    ?.split(',')
    .map((name) => {
      const text = name.trim()
      return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`
    })

const PAGE_SIZE = 100

interface Page {
  readonly items: readonly Application[]
  /** Where the next one begins; absent on the last one. */
  readonly next?: string
}

/** One page of a list. */
function pageOf(records: readonly Application[], query: URLSearchParams): Page {
  const size = Math.min(Number(query.get('$top') ?? PAGE_SIZE), 999)
  const first = Number(query.get('$skiptoken') ?? 0)
  const items = records.slice(first, first + size)
  return first + size < records.length ? { items, next: String(first + size) } : { items }
}

/** One page of the applications. */
export function list({ applications }: State, { query, headers }: EmulatorRequest): EmulatorAnswer {
  const page = pageOf(filtered(applications.listed(), query), query)
  const next = new URLSearchParams(query)
  next.set('$skiptoken', page.next ?? '')
  const link = `http://${headers.host ?? '127.0.0.1'}/v1.0/applications?${next}`
  const selected = selectedOf(query)
  const names = selected === undefined ? '' : `(${selected.join(',')})`
  return {
    status: 200,
    body: {
      '@odata.context': `${CONTEXT}applications${names}`,
      ...(page.next === undefined ? {} : { '@odata.nextLink': link }),
      value: page.items.map((one) => view(one, selected)),
    },
  }
}

/** One application. */
export function read(
  { applications }: State,
  { query }: EmulatorRequest,
  id: string,
): EmulatorAnswer {
  const record = applications.shown(id)
  if (record === undefined) return noResource(id)
  const selected = selectedOf(query)
  const names = selected === undefined ? '' : `(${selected.join(',')})`
  const context = { '@odata.context': `${CONTEXT}applications${names}/$entity` }
  return { status: 200, body: { ...context, ...view(record, selected) } }
}

/** As reads show it: times of creations to the second. */
export function view(record: Application, selected?: readonly string[]): Application {
  const { createdDateTime: time } = record
  const whole = { ...copyOf(record), createdDateTime: String(time).replace(/\.\d+Z$/, 'Z') }
  if (selected === undefined) return whole
  return Object.fromEntries(Object.entries(whole).filter(([name]) => selected.includes(name)))
}

/** Who owns an application. */
export function ownersOf({ people }: State, owners: readonly string[]): EmulatorAnswer {
  const value = owners.map(
    (id) => people.get(id) ?? { '@odata.type': '#microsoft.graph.servicePrincipal', id },
  )
  return { status: 200, body: { '@odata.context': `${CONTEXT}directoryObjects`, value } }
}
