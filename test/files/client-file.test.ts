/** Client files: what they may say, and how what they may not is told. */

import { describe, expect, it } from 'vitest'
import { parseClientFile, withId } from '../../src/files/client-file.ts'

const FILE = `# kept by the portal team
provider: cognito-client
userPoolId: us-east-1_1234test
id: abc # the one in production
client:
  name: Portal
  callbacks: [https://portal.example.com/cb]
`

it('tells where its client is and what it manages', () => {
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
  ['a list', '- a', 'must hold a mapping'],
  ['nothing', '', 'must hold a mapping'],
  ['an unknown member', 'provider: a\nclients: {}', '"clients"'],
  ['no provider', 'client: {}', 'must name its provider'],
  ['a number for an id', 'provider: a\nid: 12\nclient: {}', 'quote what YAML takes for a number'],
  ['no client', 'provider: a', 'must have a mapping "client"'],
  ['a secret', 'provider: a\nclient: {secret: x}', 'secrets do not belong into files'],
  ['an id in the client', 'provider: a\nclient: {id: x}', 'beside "client"'],
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

it('does not tell a secret that it refuses', () => {
  const text = 'provider: a\nclient: {secret: hunter2-hunter2-hunter2}'
  expect(() => parseClientFile('a.yaml', text)).not.toThrow(/hunter2/)
})

it('takes the id of a new client, and keeps what people wrote', () => {
  const text = '# ours\nprovider: local # here\nkind: spa\nclient:\n  name: Portal # a name\n'
  const after = withId(text, 'new-id')
  expect(parseClientFile('a.yaml', after)).toMatchObject({ id: 'new-id', kind: 'spa' })
  for (const comment of ['# ours', '# here', '# a name']) expect(after).toContain(comment)
})
