/** The documentation says what the code does: names, defaults, links and generated pages. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { renderCopies, renderFields } from '../scripts/fields.ts'
import { renderRoutes } from '../scripts/routes.ts'
import { overlapsOf } from '../src/config/config-overlap.ts'
import { parseConfig } from '../src/config/config-parse.ts'
import { configSchema } from '../src/config/config-schema.ts'
import { ERROR_CODES } from '../src/core/errors.ts'
import { RULES } from '../src/core/lint/lint.ts'
import { SHARED_CALLBACK } from '../src/core/lint/shared-callbacks.ts'
import { PERMISSIONS } from '../src/core/rights/permissions.ts'
import { FORM_RULES } from '../src/core/uri/uri-form-rules.ts'
import { HOST_RULES } from '../src/core/uri/uri-host-rules.ts'
import { CANONICAL_RULES, PATH_RULES } from '../src/core/uri/uri-path-rules.ts'
import { SCHEME_RULES } from '../src/core/uri/uri-scheme-rules.ts'
import { WARNINGS } from '../src/core/uri/uri-warnings.ts'
import { FAULT_KINDS } from '../src/emulators/faults.ts'
import { lineOf } from '../src/http/log.ts'
import { QUERY_PARAMETERS } from '../src/http/wire/query.ts'
import { createMetrics } from '../src/observe/metrics.ts'
import { mappingOf, PROVIDER_TYPES } from '../src/providers/configured.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

// No one owns that name on a registry: the first to take it would run with the reader's token.
it.each(PAGES)('%s runs or installs nothing by the name clientry', (page) => {
  const byName =
    /\b(?:npx|bunx|(?:npm|pnpm|yarn|bun) (?:exec|x|dlx|i|install|add))(?: -\S+)* clientry(?![\w/.-])/
  expect(byName.exec(read(page))?.[0]).toBeUndefined()
})

// A job gets a token of its own: a stored one would have to be long-lived, and be changed by someone.
it.each(PAGES)('%s shows no workflow that takes a stored secret', (page) => {
  const workflows = [...read(page).matchAll(/^```yaml\n([\s\S]*?)^```/gm)]
    .map(([, block = '']) => block)
    .filter((block) => /^on:/m.test(block))
  expect(workflows.filter((block) => /\bsecrets\.(?!GITHUB_TOKEN\b)/.test(block))).toEqual([])
})

describe('docs/http.md', () => {
  const page = read('docs/http.md')

  it.each(Object.entries(ERROR_CODES))('has a row for the code %s', (code, { status, retry }) => {
    expect(page).toContain(`| \`${code}\` | ${status} | ${retry ? 'yes' : 'no'} |`)
  })

  it('has no row for a code that does not exist', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| \d{3} \|/gm)].map(([, code]) => code)
    expect(rows.sort()).toEqual(Object.keys(ERROR_CODES).sort())
  })

  it('has the table of routes that the contract makes (npm run fields)', () => {
    expect(page).toContain(`\n\n${renderRoutes()}\n`)
  })

  it.each(Object.keys(QUERY_PARAMETERS))('explains the query parameter %s', (name) => {
    expect(page).toContain(`\n| \`${name}\` |`)
  })
})

describe('docs/operations.md', () => {
  const page = read('docs/operations.md')

  it.each(memberNames(z.toJSONSchema(configSchema, { io: 'input' })))(
    'names the member %s of the configuration',
    (name) => {
      expect(page).toMatch(new RegExp(`[\`. ]${name}[\`.:]`))
    },
  )

  it.each(defaults(z.toJSONSchema(configSchema)))('states the default of %s', (name, value) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`))
    const [, , ...cells] = (row ?? '').split('|').map((cell) => cell.trim())
    expect(cells).toContain(value === '' ? 'empty' : `\`${value}\``)
  })

  it('names every metric', async () => {
    const { text } = await createMetrics([]).render({ keys: [], pace: [], overdue: [] })
    const names = [...text.matchAll(/^# TYPE clientry_(\w+)/gm)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it.each(logMembers())('names the member %s of a log line', (name) => {
    expect(page).toContain(`\`${name}\``)
  })
})

describe('examples', () => {
  const environment = {
    CLIENTRY_KEY: Buffer.alloc(32).toString('base64'),
    AUTH0_CLIENT_SECRET: 'a-secret',
    KEYCLOAK_CUSTOMERS_SECRET: 'a-secret',
    KEYCLOAK_STAFF_SECRET: 'a-secret',
    OKTA_PRIVATE_KEY: 'a-secret',
    ENTRA_CLIENT_SECRET: 'a-secret',
  }

  it('clientry.yaml is a configuration', () => {
    const config = parseConfig(parse(read('docs/examples/clientry.yaml')), environment, '.')
    expect(Object.keys(config.providers)).toEqual(['auth0', 'customers'])
  })

  it('clientry.hydra.yaml is a configuration, whose issuer is its provider', () => {
    const config = parseConfig(parse(read('docs/examples/clientry.hydra.yaml')), environment, '.')
    expect(overlapsOf(config).map(({ provider }) => provider)).toEqual(['login'])
  })

  it('clientry.keycloak.yaml is a configuration, one of whose realms is its issuer', () => {
    const text = read('docs/examples/clientry.keycloak.yaml')
    const config = parseConfig(parse(text), environment, '.')
    expect(overlapsOf(config)).toMatchObject([{ provider: 'sso', userPoolId: 'staff' }])
  })

  it('clientry.okta.yaml is a configuration, whose org is its issuer', () => {
    const config = parseConfig(parse(read('docs/examples/clientry.okta.yaml')), environment, '.')
    expect(overlapsOf(config)).toMatchObject([{ provider: 'staff' }])
  })

  it('clientry.entra.yaml is a configuration, whose issuer is its provider', () => {
    const config = parseConfig(parse(read('docs/examples/clientry.entra.yaml')), environment, '.')
    expect(overlapsOf(config).map(({ provider }) => provider)).toEqual(['entra'])
  })

  it('clientry.lambda.json is a configuration that Lambda takes', () => {
    const config = parseConfig(JSON.parse(read('docs/examples/clientry.lambda.json')), environment)
    expect(config).toMatchObject({ mode: 'production', store: { type: 'dynamodb' } })
  })
})

describe('docs/security.md', () => {
  const page = read('docs/security.md')
  const refused = [FORM_RULES, SCHEME_RULES, HOST_RULES, PATH_RULES, CANONICAL_RULES].flat()
  const ids = [...refused, ...WARNINGS].map(({ id }) => id)

  it.each([...ids, 'length', ...PERMISSIONS])('names %s', (id) => {
    expect(page).toContain(`\`${id}\``)
  })
})

it.each(PROVIDER_TYPES)('docs/providers has a page about %s', (type) => {
  expect(read(`docs/providers/${type}.md`)).toMatch(/^# /)
})

/** Of every provider of the registry. */
const LINTS = await Promise.all(PROVIDER_TYPES.map(mappingOf))

describe('docs/lint.md', () => {
  const page = read('docs/lint.md')
  const rules = [...RULES, SHARED_CALLBACK, ...LINTS.flatMap(({ lint }) => lint?.rules ?? [])]

  it.each(rules)('has the row of $id', ({ id, severity, says, source }) => {
    expect(page).toContain(`\n| \`${id}\` | ${severity} | ${says} | ${source} |\n`)
  })

  it('has no row for a rule that does not exist', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (?:error|warning|info) \|/gm)]
    expect(rows.map(([, id]) => id)).toEqual(rules.map(({ id }) => id))
  })
})

describe('docs/emulators.md', () => {
  it('has a row for each kind of fault', () => {
    const page = read('docs/emulators.md')
    expect(FAULT_KINDS.filter((kind) => !page.includes(`\n| \`${kind}\` |`))).toEqual([])
  })
})

describe('docs/fields.md', () => {
  it('is what the mappings say (npm run fields)', () => {
    expect(read('docs/fields.md')).toBe(renderFields())
  })
})

describe('docs/copy.md', () => {
  it('ends with what the mappings say (npm run fields)', () => {
    expect(read('docs/copy.md').endsWith(renderCopies())).toBe(true)
  })
})

describe('all pages', () => {
  it.each(PAGES)('%s links to what exists', (page) => {
    const dead = linksOf(read(page)).filter((link) => !leadsSomewhere(page, link))
    expect(dead).toEqual([])
  })

  it.each(PAGES.filter((page) => page.includes('decisions')))('%s has 40 lines at most', (page) => {
    expect(read(page).split('\n').length).toBeLessThanOrEqual(41)
  })
})

/** Relative links, outside of blocks of code. */
function linksOf(text: string): readonly string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '')
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(ROOT, target))) return false
  return anchor === undefined || anchorsOf(read(target)).includes(anchor)
}

/** Anchors of headings, as GitHub makes them. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

/** Names of all members in a JSON Schema; those of records are chosen by the reader. */
function memberNames(schema: unknown): readonly string[] {
  const found = new Set<string>()
  visit(schema, (properties) => {
    for (const name of Object.keys(properties)) found.add(name)
  })
  return [...found]
}

/** Plain defaults by the dotted path of their member, for objects that are no part of a list. */
function defaults(schema: unknown, at: readonly string[] = []): readonly [string, unknown][] {
  const { properties = {} } = schema as { properties?: Record<string, { default?: unknown }> }
  return Object.entries(properties).flatMap(([name, member]): readonly [string, unknown][] => {
    const path = [...at, name]
    if (typeof member.default === 'object') return defaults(member, path)
    if (member.default !== undefined) return [[path.join('.'), member.default]]
    return defaults(member, path)
  })
}

function visit(schema: unknown, tell: (properties: object) => void): void {
  if (typeof schema !== 'object' || schema === null) return
  if ('properties' in schema) tell(schema.properties as object)
  for (const inner of Object.values(schema)) visit(inner, tell)
}

function logMembers(): readonly string[] {
  return Object.keys(
    lineOf({
      request: {
        method: 'GET',
        path: '/',
        query: '',
        headers: {},
        body: undefined,
        deadline: 0,
      },
      requestId: 'a',
      route: undefined,
      principal: undefined,
      trace: { upstream: [] },
      answer: { status: 200, body: {} },
      failure: undefined,
      started: 0,
    }),
  )
}
