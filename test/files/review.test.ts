/** What a reviewer of a pull request reads: plans as Markdown, and a schema by which an editor judges a file. */

import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { type Capabilities, renderClientFile } from '../../src/files/render.ts'
import { clientFileSchema, type ProviderFacts } from '../../src/files/review/file-schema.ts'
import { renderMarkdown } from '../../src/files/review/markdown.ts'
import { capabilitiesOf } from '../../src/http/routes/providers.ts'
import { PROVIDER_SUBJECTS } from '../contract/subjects.ts'
import { runs } from '../property.ts'
import { recordedAuth0Clients } from './recorded.ts'

const MAPPINGS = PROVIDER_SUBJECTS.flatMap(({ mappings }) => mappings)
const FACTS = MAPPINGS.map(({ name, mapping }) => ({
  id: name,
  userPools: false,
  ...(capabilitiesOf(mapping) as unknown as Capabilities),
})) as readonly ProviderFacts[]

describe('the schema', () => {
  const judge = new Ajv2020({ strict: false }).compile(clientFileSchema(FACTS))
  const isRight = (file: unknown) => judge(file)

  it.each(MAPPINGS)('takes what is exported of $name', ({ name, mapping, native }) => {
    const records = name === 'auth0' ? [native, ...recordedAuth0Clients()] : [native]
    for (const record of records) {
      const capabilities = capabilitiesOf(mapping) as unknown as Capabilities
      const { secret: _, ...attributes } = showClient(mapping, record)
      const { id } = attributes
      const live = { provider: name, id, name: attributes.name, attributes: attributes as never }
      const file = parse(renderClientFile(live, capabilities))
      expect(isRight(file), JSON.stringify(judge.errors)).toBe(true)
    }
  })

  it.each<[string, JsonObject]>([
    ['an unknown member', { provider: 'auth0', client: {}, owner: 'me' }],
    ['no client', { provider: 'auth0' }],
    ['an unknown kind', { provider: 'auth0', kind: 'webapp', client: {} }],
    ['an unknown attribute', { provider: 'auth0', client: { callback: [] } }],
    ['a wrong type', { provider: 'auth0', client: { callbacks: 'https://a.example' } }],
    ['a secret', { provider: 'auth0', client: { secret: 'x'.repeat(30) } }],
    ['what the provider cannot hold', { provider: 'auth0', client: { scopes: ['openid'] } }],
    ['a word that it does not know', { provider: 'auth0', client: { appType: 'website' } }],
    ['another part of a list', { provider: 'auth0', client: { callbacks: { put: ['a'] } } }],
  ])('refuses %s', (_, file) => {
    expect(isRight(file)).toBe(false)
  })

  it('takes whose a file is and what it alone names', () => {
    const client = { callbacks: ['https://a.example.com/cb'] }
    const file = { provider: 'auth0', id: 'a', manager: 'team-shop', client }
    expect(isRight(file)).toBe(true)
    expect(isRight({ ...file, exclusive: ['clientMetadata', 'providerSettings'] })).toBe(true)
    expect(isRight({ ...file, exclusive: ['callbacks'] })).toBe(false)
  })

  it('takes variables, and the places of environments', () => {
    const client = { callbacks: '${callbacks}', idTokenLifetime: '${seconds}', name: 'A ${b}' }
    expect(isRight({ provider: 'customers', kind: '${kind}', client })).toBe(true)
    expect(isRight({ provider: 'auth0', client })).toBe(true)
  })
})

describe('Markdown', () => {
  const base = {
    title: 'Plan of clients',
    summary: '1 to change.',
    faults: [],
    notes: [],
    unmanaged: [],
  }
  const change = (after: string) => ({ field: 'description', before: null, after })

  it('shows what changes in which file', () => {
    const items = [
      {
        title: 'change auth0/a Portal',
        file: 'clients/a.yaml',
        changes: [
          { field: 'callbacks', before: ['a'], after: ['b'], added: ['b'], removed: ['a'] },
          change('New'),
        ],
      },
    ]
    const text = renderMarkdown({ ...base, items, digest: 'abc' })
    expect(text).toContain('- `change auth0/a Portal` in `clients/a.yaml`')
    expect(text).toContain('```diff\n    callbacks\n  - a\n  + b\n    description\n  + New\n  ```')
    expect(text).toContain('Digest of the plan: `abc`')
  })

  it('no value ends its block, and no text of a file is read as Markdown or HTML', () => {
    const evil = fc.string({
      unit: fc.constantFrom('`', '\n', '<', '@', '|', '#', '\u202e', 'a', ' ', '\\'),
    })
    fc.assert(
      fc.property(evil, (text) => {
        const items = [{ title: text, file: text, changes: [change(text)] }]
        const faults = [{ about: text, code: 'invalid_field' as const, says: text }]
        const lines = renderMarkdown({ ...base, items, faults }).split('\n')
        const opening = lines.findIndex((line) => /^ {2}`{3,}diff$/.test(line))
        const fence = lines[opening]?.trim().replace('diff', '') ?? ''
        const ends = lines.filter((line) => line.trim() === fence)
        // An empty value is shown as an empty line.
        expect(ends).toHaveLength(1)
        expect(lines.indexOf(ends[0] ?? '') - opening).toBe(3)
        const outside = lines
          .filter((_, index) => index < opening || index > opening + 3)
          .join('\n')
        expect(outside.replace(/(`+)(?:(?!\1).|\n)*?[^`]\1(?!`)/g, '')).not.toMatch(/[<@\u202e]/)
      }),
      { numRuns: runs(200) },
    )
  })

  it('fits into a comment, and counts what does not', () => {
    const items = Array.from({ length: 200 }, (_, index) => ({
      title: `change auth0/${index}`,
      changes: [change('x'.repeat(1_000))],
    }))
    const text = renderMarkdown({ ...base, items })
    expect(text.length).toBeLessThan(65_536)
    expect(text).toMatch(/\d+ more are in the plan itself\./)
  })
})
