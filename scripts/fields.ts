/**
 * The pages that `npm run fields` writes: `docs/fields.md`, the table of what each provider can hold, from the
 * mappings themselves and by the function that answers `GET /providers/{providerId}`, and the table of
 * `docs/copy.md`.
 */

import { FIELD_NAMES, FIELDS, LEASE_FIELDS, useOfUris } from '../src/core/client.ts'
import { providerHas } from '../src/core/copy/copying.ts'
import type { Json, JsonObject } from '../src/core/json/json.ts'
import { isRecord } from '../src/core/json/json.ts'
import { MAPPED_FIELDS, type MappedField, type Mapping } from '../src/core/mapping/mapping.ts'
import type { Row } from '../src/core/mapping/row.ts'
import { isFilter, isSearched } from '../src/core/search.ts'
import { capabilitiesOf } from '../src/http/routes/providers.ts'
import { mappingOf, PROVIDER_TYPES } from '../src/providers/configured.ts'

/** Every provider of the registry. */
const PROVIDERS: Readonly<Record<string, Mapping>> = Object.fromEntries(
  await Promise.all(PROVIDER_TYPES.map(async (type) => [type, await mappingOf(type)] as const)),
)

const INTRODUCTION = `# Fields

Made by \`npm run fields\` from the mappings; do not edit. A server shows the same:

\`\`\`sh
curl http://localhost:8787/providers/auth0 -H "Authorization: Bearer $TOKEN"
\`\`\`

| word | meaning |
|---|---|
| native | held by the provider as such; can be changed |
| derived | made of other settings of the provider; can be changed |
| read-only | shown; a change is refused with \`read_only_field\` |
| – | the provider cannot hold it; a value is refused with \`unsupported_field\` |
`

/** The whole page. */
export function renderFields(): string {
  const pages = Object.entries(PROVIDERS).map(([name, mapping]) => providerPart(name, mapping))
  return [INTRODUCTION, overview(), facts(), ...pages].join('\n')
}

function overview(): string {
  const names = Object.keys(PROVIDERS)
  const rows = FIELD_NAMES.map((field) => [
    code(field),
    ...names.map((name) => word(fieldsOf(name)[field])),
    FIELDS[field].kind,
    FIELDS[field].says,
  ])
  return `## All providers\n\n${table(['field', ...names, 'kind', 'what it is'], rows)}`
}

/** What holds for a field at every provider. */
function facts(): string {
  const rows = FIELD_NAMES.map((field) => {
    const { permission } = FIELDS[field]
    return [
      code(field),
      useOfUris(field) ?? '',
      isSearched(field) ? '`q`, `filter`' : isFilter(field) ? '`filter`' : '',
      permission === 'none' ? '' : code(permission),
      LEASE_FIELDS.some((one) => one === field) ? 'yes' : '',
    ]
  })
  const heads = ['field', 'URIs', 'found by', 'a change takes', 'can be leased']
  return `## Everywhere\n\n${FACTS}\n\n${table(heads, rows)}`
}

const FACTS = `What [URIs](security.md#uris) are for, what [lists of clients](http.md#finding-clients) find a client by, which
[permission](security.md#permissions) a change takes beside \`clients:write\`, and whether values can be [leased](leases.md).
A setting that stands for a credential takes \`secrets:rotate\` as well.`

function providerPart(name: string, mapping: Mapping): string {
  const { updates, settings } = capabilitiesOf(mapping)
  const rows = Object.entries(fieldsOf(name)).map(([field, told]) => {
    const row = isRecord(told) ? told : {}
    const native = Array.isArray(row.native) ? row.native.map((one) => code(String(one))) : []
    return [
      code(field),
      word(told),
      native.join(', '),
      [...limitsOf(row), ...textsOf(row)].join('; '),
    ]
  })
  const way =
    updates === 'replace' ? 'replaces the whole client' : 'keeps what the request leaves out'
  const raw = Array.isArray(settings) ? settings.map((one) => code(String(one))).join(', ') : ''
  return `## ${name}

An update there ${way}.

${table(['field', 'support', 'native members', 'limits, reasons, notes'], rows)}
\`providerSettings\` takes: ${raw}. Further members that the client has already can be changed too.
`
}

function fieldsOf(name: string): JsonObject {
  const mapping = PROVIDERS[name]
  const { fields } = mapping === undefined ? {} : capabilitiesOf(mapping)
  return isRecord(fields) ? fields : {}
}

function word(told: Json | undefined): string {
  const support = isRecord(told) ? told.support : undefined
  return support === 'missing' ? '–' : String(support)
}

const LIMIT_WORDS: Readonly<Record<string, string>> = {
  maxItems: 'values',
  maxLength: 'characters',
  maxKeys: 'keys',
}

function limitsOf({ limits }: JsonObject): readonly string[] {
  if (!isRecord(limits)) return []
  return Object.entries(limits).map(([name, limit]) => {
    if (name === 'values') return `one of ${(limit as string[]).map(code).join(', ')}`
    if (name === 'pattern') return String(limit)
    if (name === 'members') return innerLimits(limit as Record<string, number>)
    if (name === 'minimum') return `at least ${limit}`
    if (name === 'maximum') return `at most ${limit}`
    return `at most ${limit} ${LIMIT_WORDS[name] ?? name}`
  })
}

const innerLimits = (most: Readonly<Record<string, number>>) =>
  Object.entries(most)
    .map(([name, limit]) => `${code(name)} at most ${limit}`)
    .join(', ')

function textsOf({ reason, value, note }: JsonObject): readonly string[] {
  const shown = value === undefined ? [] : [`always shown as ${code(JSON.stringify(value))}`]
  return [...shown, ...[reason, note].filter((one) => typeof one === 'string')]
}

const code = (text: string) => `\`${text}\``

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line), ''].join('\n')
}

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

const COPY_TABLE = '## Attribute by attribute\n'

/** What becomes of each attribute in a copy, by where it is made. */
export function renderCopies(): string {
  const places = Object.entries(PROVIDERS)
  const rows = MAPPED_FIELDS.map((field) => [
    code(field),
    places.flatMap(([name, mapping]) => (providerHas(mapping, field) ? [name] : [])).join(', '),
    ...places.map(([, mapping]) => fateAt(mapping, field)),
  ])
  const heads = ['attribute', 'shown by', ...places.map(([name]) => `to ${name}`)]
  return `${COPY_TABLE}\n${table(heads, rows)}`
}

function fateAt({ fields }: Mapping, field: MappedField): string {
  const row: Row<unknown> = fields[field]
  const { copy } = FIELDS[field]
  if (copy === 'never') return 'new'
  if (copy === 'words') return 'in words of its own'
  if (row.support === 'read-only') return 'as it is there'
  if (row.support !== 'missing') return 'carried'
  if (copy === 'implied') return 'as it is there'
  return row.value === undefined ? 'lost' : `always ${code(JSON.stringify(row.value))}`
}

/** The page about copies with its table as the mappings have it. */
export function withCopies(page: string): string {
  const [above, ...rest] = page.split(COPY_TABLE)
  if (rest.length !== 1) throw new Error(`docs/copy.md needs one heading "${COPY_TABLE.trim()}".`)
  return above + renderCopies()
}
