/** A file with another content says exactly that, and keeps comments, order and spelling of what is the same. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseYaml } from '../../src/files/yaml/yaml-document.ts'
import { writeYaml } from '../../src/files/yaml/yaml-text.ts'
import { updatedYaml } from '../../src/files/yaml/yaml-update.ts'
import { runs } from '../property.ts'

const BEFORE = `# whose
provider: auth0 # here

id: "a"
client:
  # the name
  name: 'Portal' # short
  callbacks:
    # the second first
    - https://b.example.com
    - https://a.example.com # local
  clientMetadata: { team: x, 'n': 1.0 }
  providerSettings:
    native:
      - one # 1
      - two
`
const CONTENT = {
  provider: 'auth0',
  id: 'a',
  client: {
    name: 'Portal',
    callbacks: ['https://a.example.com', 'https://b.example.com'],
    clientMetadata: { n: 1, team: 'x' },
    providerSettings: { native: ['one', 'two'] },
  },
}
const updated = (client: object) =>
  updatedYaml(BEFORE, writeYaml({ ...CONTENT, client: { ...CONTENT.client, ...client } }))

it('is untouched where it says the same already, in whatever order', () => {
  expect(updated({})).toBe(BEFORE)
})

it('keeps the rest where something changes', () => {
  expect(updated({ name: 'Shop' })).toBe(BEFORE.replace("'Portal'", 'Shop'))
  expect(updated({ callbacks: ['https://c.example.com', 'https://b.example.com'] })).toBe(
    BEFORE.replace('    - https://a.example.com # local', '    - https://c.example.com'),
  )
  expect(updated({ callbacks: null })).toContain('# the name')
  // The order of a raw setting may mean something.
  expect(updated({ providerSettings: { native: ['two', 'one'] } })).toBe(
    BEFORE.replace('- one # 1\n      - two', '- two\n      - one # 1'),
  )
})

it('adds a member behind the one that it follows', () => {
  const { client, ...place } = CONTENT
  expect(updatedYaml(BEFORE, writeYaml({ ...place, kind: 'web', client }))).toBe(
    BEFORE.replace('client:', 'kind: web\nclient:'),
  )
})

it('replaces what is no plain YAML', () => {
  const after = writeYaml(CONTENT)
  for (const text of ['a: [', '- 1\n', 'a: &x 1\nb: *x\n', '!!set {}\n', '']) {
    expect(updatedYaml(text, after)).toBe(after)
  }
})

it('says what it is to say, whatever it said', () => {
  const scalar = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant('$' + '{a}'),
  )
  const name = fc.constantFrom('a', 'b', 'c', 'client', 'callbacks', 'name', '1', 'on')
  const { whole } = fc.letrec<{ value: unknown; whole: object }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(scalar, { maxLength: 4 }),
      fc.array(tie('whole'), { maxLength: 2 }),
      tie('whole'),
    ),
    whole: fc.dictionary(name, tie('value'), { maxKeys: 5 }),
  }))
  const sorted = (value: unknown) =>
    JSON.stringify(value, (key, one) =>
      key === 'callbacks' && Array.isArray(one)
        ? [...new Set(one.map((item) => JSON.stringify(item)))].sort()
        : one !== null && typeof one === 'object' && !Array.isArray(one)
          ? Object.fromEntries(Object.entries(one).sort())
          : one,
    )
  fc.assert(
    fc.property(whole, whole, (one, other) => {
      const [before, after] = [writeYaml(one), writeYaml(other)]
      const result = updatedYaml(before, after)
      expect(sorted(parseYaml('', result).value)).toEqual(sorted(parseYaml('', after).value))
    }),
    { numRuns: runs(2_000, 400) },
  )
})
