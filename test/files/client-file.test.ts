/** Client files: what they may say, and how what they may not say is reported. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { stringifyJson } from '../../src/core/json/json-text.ts'
import { parseClientFile, withId } from '../../src/files/client-file.ts'

const FILE = `# kept by the portal team
provider: cognito-client
userPoolId: us-east-1_1234test
id: abc # the one in production
client:
  name: Portal
  callbacks: [https://portal.example.com/cb]
`

it('says where its client is and what it manages', () => {
  expect(parseClientFile('portal.yaml', FILE)).toEqual({
    path: 'portal.yaml',
    provider: 'cognito-client',
    userPoolId: 'us-east-1_1234test',
    id: 'abc',
    client: { name: 'Portal', callbacks: ['https://portal.example.com/cb'] },
  })
})

describe.each<[string, string, string]>([
  ['no YAML', 'provider: [', 'line 1, column'],
  ['two of one name', 'provider: a\nprovider: b\nclient: {}', 'line 2, column 1'],
  ['aliases', 'provider: a\nclient: {callbacks: &a [], webOrigins: *a}', 'must not use aliases'],
  ['a list', '- a', 'must contain a mapping'],
  ['nothing', '', 'must contain a mapping'],
  ['an unknown member', 'provider: a\nclients: {}', '"clients"'],
  ['no provider', 'client: {}', 'must name the provider'],
  [
    'a number for an id',
    'provider: a\nid: 12\nclient: {}',
    'add quotes if YAML reads it as a number',
  ],
  ['no client', 'provider: a', 'must have a mapping named "client"'],
  ['a secret', 'provider: a\nclient: {secret: x}', 'secrets do not belong in files'],
  ['an id in the client', 'provider: a\nclient: {id: x}', 'next to "client"'],
  [
    'an unknown attribute',
    'provider: a\nclient: {callback: x}',
    'client.callback is not an attribute',
  ],
  ['a wrong type', 'provider: a\nclient: {callbacks: x}', 'client.callbacks'],
])('a file with %s', (_, text, says) => {
  it('is refused, naming the file and the place', () => {
    const refused = expect.objectContaining({ message: expect.stringContaining(says) })
    const work = () => parseClientFile('portal.yaml', text)
    expect(work).toThrow(refused)
    expect(work).toThrow(/^portal\.yaml/)
  })
})

it('does not show a secret that it refuses', () => {
  const text = 'provider: a\nclient: {secret: hunter2-hunter2-hunter2}'
  expect(() => parseClientFile('a.yaml', text)).not.toThrow(/hunter2/)
})

it('takes the id of a new client, and keeps what people wrote', () => {
  const text = '# ours\nprovider: local # here\nkind: spa\nclient:\n  name: Portal # a name\n'
  const after = withId(text, 'new-id')
  expect(parseClientFile('a.yaml', after)).toMatchObject({ id: 'new-id', kind: 'spa' })
  for (const comment of ['# ours', '# here', '# a name']) expect(after).toContain(comment)
})

describe('numbers', () => {
  const withSetting = (value: string) =>
    `provider: auth0\nclient:\n  providerSettings:\n    member: ${value}\n`
  const settingOf = (value: string) =>
    parseClientFile('a.yaml', withSetting(value)).client.providerSettings as JsonObject

  it.each([
    ['9007199254740993', '9007199254740993'],
    ['1E400', '1E400'],
    ['+12345678901234567890', '12345678901234567890'],
    ['0x20000000000001', '9007199254740993'],
    ['007', '7'],
    ['-.5', '-0.5'],
    ['3600.0', '3600'],
    ['[0.1000000000000000055]', '[0.1000000000000000055]'],
    ['"9007199254740993"', '"9007199254740993"'],
  ])('%s is %s', (written, read) => {
    expect(stringifyJson(settingOf(written).member)).toBe(read)
  })

  it.each(['.inf', '-.inf', '.nan', '[1, .NaN]'])('%s is refused, which JSON lacks', (value) => {
    expect(() => settingOf(value)).toThrow('a.yaml must not contain .inf or .nan')
  })

  it('stay as they are written when the file gets the id of its new client', () => {
    for (const value of ['9007199254740993', '1E400', '1.0']) {
      const text = withId(withSetting(value), 'abc')
      expect(text).toContain(`member: ${value}\n`)
      expect(text).toContain('id: abc')
    }
  })
})

it('names all attributes at fault at once', () => {
  const text =
    'provider: auth0\nid: a\nclient:\n  name: ""\n  idTokenLifetime: -3\n  callback: []\n  secret: x\n  description: fine\n'
  expect(() => parseClientFile('a.yaml', text)).toThrowError(
    expect.objectContaining({
      message: expect.stringMatching(
        /^a\.yaml: client\.name .* a\.yaml: client\.idTokenLifetime .* a\.yaml: .*callback.* a\.yaml names client\.secret: .*$/,
      ),
    }),
  )
})
