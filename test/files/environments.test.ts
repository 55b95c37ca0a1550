/** G10: a secret variable stands in no file; variables in client files, and what is different about the same clients in each environment. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import { parseClientFile } from '../../src/files/client-file.ts'
import { environmentOf, inEnvironment } from '../../src/files/environments/environment.ts'
import { parseEnvironments, withEnvironmentId } from '../../src/files/environments/environments.ts'
import { hide, reveal } from '../../src/files/environments/plan-values.ts'
import { escaped, expand, NO_VARIABLES, withNames } from '../../src/files/environments/template.ts'
import type { CreateItem } from '../../src/files/plan-file.ts'
import { runs } from '../property.ts'

const FILE = `environments:
  staging: # the one for tests
    places:
      customers: auth0-staging
      members: cognito/eu-central-1_staging
    variables:
      host: app.staging.example.com
      origins: [https://a.example.com, https://b.example.com]
      seconds: 300
      isOpen: true
      token: { env: TOKEN }
      more: { env: MORE, json: true }
      unset: { env: NOT_THERE }
    overrides:
      portal.yaml:
        id: stagingId
        client:
          description: In staging
          clientMetadata: { stage: staging }
          callbacks: ["https://\${host}/only"]
  production:
    variables: {}
`
const SECRET = 'hunter2-hunter2'
const PROCESS = { TOKEN: SECRET, MORE: '["https://m.example.com", "https://n.example.com"]' }
const file = parseEnvironments('environments.yaml', FILE)
const staging = environmentOf(file, 'staging', PROCESS)

const client = (attributes: string) =>
  parseClientFile('portal.yaml', `provider: customers\nclient:\n${attributes}`, staging.variables)
    .client

describe('a variable', () => {
  it.each<[string, Json]>([
    ['  name: ${host}', { name: 'app.staging.example.com' }],
    ['  name: at ${host} for ${seconds}', { name: 'at app.staging.example.com for 300' }],
    ['  accessTokenLifetime: ${seconds}', { accessTokenLifetime: 300 }],
    ['  oidcConformant: ${isOpen}', { oidcConformant: true }],
    [
      '  webOrigins: ${origins}',
      { webOrigins: ['https://a.example.com', 'https://b.example.com'] },
    ],
    [
      '  webOrigins: ["https://${host}", "${origins}"]',
      {
        webOrigins: [
          'https://app.staging.example.com',
          'https://a.example.com',
          'https://b.example.com',
        ],
      },
    ],
    [
      '  webOrigins: { add: ["${more}"] }',
      { webOrigins: { add: ['https://m.example.com', 'https://n.example.com'] } },
    ],
    [
      '  clientMetadata: { "${host}": "x-${token}" }',
      { clientMetadata: { '${host}': `x-${SECRET}` } },
    ],
    ['  name: $${host}', { name: '${host}' }],
    ['  name: $$${host}', { name: '$app.staging.example.com' }],
    ['  name: $$$${host} costs $5 {a}', { name: '$${host} costs $5 {a}' }],
  ])('%s', (text, expected) => {
    expect(client(text)).toEqual(expected)
  })

  it.each([
    [
      '  name: a\n  description: for ${hots}',
      /^portal\.yaml \(line 4, client\.description\) names the variable hots, which environments\.yaml does not give to staging; its variables are: host, origins, .*\.$/,
    ],
    [
      '  callbacks:\n    - https://a.example.com/\n    - https://${unset}/',
      /^portal\.yaml \(line 5, client\.callbacks\[1\]\) names the variable unset, which comes from NOT_THERE of the process environment, and that is not set\.$/,
    ],
    [
      '  name: ${host',
      /line 3, client\.name\) has a \$\{ that begins no variable; write \$\$\{ for/,
    ],
    ['  name: ${a b}', /line 3, client\.name\) has a \$\{ that begins no variable/],
    ['  name: x${origins}', /line 3, client\.name\) has \$\{origins\} inside a text/],
    ['  webOrigins: ${host}', /client\.webOrigins/],
  ])('is refused, with file and line: %s', (text, says) => {
    expect(() => client(text)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(says) }),
    )
  })

  it('is refused where no environment is chosen, all at once', () => {
    const text = 'provider: a\nclient:\n  name: ${one}\n  description: ${two}\n'
    expect(() => parseClientFile('a.yaml', text)).toThrow(
      /^a\.yaml \(line 3, client\.name\) names the variable one, but no environment is chosen; add --env NAME.*\. a\.yaml \(line 4/,
    )
  })
})

/** Texts made of what has a meaning here, so that each meets each. */
const text = fc
  .array(fc.constantFrom('$', '{', '}', '${', 'a', 'token', SECRET, 'x y', ''))
  .map((parts) => parts.join(''))
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(text, tie('any'), { maxKeys: 3 }),
  ),
})).any as fc.Arbitrary<Json>

/** The texts in a value; names of members are none. */
const textsIn = (one: Json): readonly string[] =>
  typeof one === 'string'
    ? [one]
    : typeof one === 'object' && one !== null
      ? Object.values(one).flatMap((inner) => textsIn(inner as Json))
      : []

describe('any value', () => {
  const faultless = { fault: (_: unknown, says: string) => expect.fail(says) }

  it('is read as it was, once it is escaped', () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(expand(escaped(one), { variables: NO_VARIABLES, ...faultless })).toEqual(one)
      }),
      { numRuns: runs(300) },
    )
  })

  it('is in a plan without what comes from the process environment, and is the same again', () => {
    const { variables, hidden } = staging
    fc.assert(
      fc.property(value, (one) => {
        const named = withNames({ one } as Json, hidden) as { one: Json }
        expect(textsIn(named).filter((one) => one.includes(SECRET))).toEqual([])
        expect(expand(named, { variables, ...faultless })).toEqual({ one })
      }),
      { numRuns: runs(300) },
    )
  })
})

it('an item of a plan holds names in place of values of the process environment, and is refused without them', () => {
  const item: CreateItem = {
    action: 'create',
    file: 'a.yaml',
    provider: 'auth0',
    key: 'k',
    name: `$${SECRET}`,
    kind: 'web',
    patch: { callbacks: ['https://m.example.com', 'https://o.example.com'], name: 'costs ${5}' },
    afterwards: { description: SECRET },
    changes: [{ field: 'clientMetadata', before: {}, after: { token: SECRET } }],
  }
  const hidden = hide(item, staging)
  expect(JSON.stringify(hidden)).not.toMatch(/hunter2|m\.example/)
  expect(hidden).toMatchObject({
    name: '$$${token}',
    patch: { callbacks: ['${more.0}', 'https://o.example.com'] },
  })
  expect(reveal(hidden, staging)).toEqual(item)
  const elsewhere = environmentOf(file, 'staging', {})
  expect(() => reveal(hidden, elsewhere)).toThrow(
    /The plan for staging names the variable token.*TOKEN/,
  )
})

describe('a file in an environment', () => {
  const portal = parseClientFile(
    'c/portal.yaml',
    'provider: customers\nclient: { name: Portal, clientMetadata: { team: a, stage: none }, callbacks: [https://x.example.com/] }',
  )

  it('is at the place that the environment names, with its overrides', () => {
    expect(inEnvironment(portal, 'portal.yaml', staging)).toEqual({
      path: 'c/portal.yaml',
      provider: 'auth0-staging',
      id: 'stagingId',
      client: {
        name: 'Portal',
        description: 'In staging',
        clientMetadata: { team: 'a', stage: 'staging' },
        callbacks: ['https://app.staging.example.com/only'],
      },
    })
    expect(inEnvironment({ ...portal, provider: 'members' }, 'other.yaml', staging)).toMatchObject({
      provider: 'cognito',
      userPoolId: 'eu-central-1_staging',
      client: portal.client,
    })
  })

  it('is refused where the environment names no place for it', () => {
    const other = { ...portal, provider: 'partners', userPoolId: 'p' }
    expect(() => inEnvironment(other, 'portal.yaml', staging)).toThrow(
      'c/portal.yaml is for partners/p, for which environments.yaml names no place in staging; add it there under "places".',
    )
    const production = environmentOf(file, 'production', {})
    expect(inEnvironment(other, 'portal.yaml', production)).toEqual(other)
  })

  it('is refused with the fault of its override', () => {
    const bad = parseEnvironments(
      'environments.yaml',
      'environments: { a: { overrides: { portal.yaml: { client: { callbak: [] } } } } }',
    )
    expect(() => inEnvironment(portal, 'portal.yaml', environmentOf(bad, 'a', {}))).toThrow(
      /^environments\.yaml: a\.overrides\.portal\.yaml: client\.callbak is not an attribute/,
    )
  })
})

describe.each<[string, string, RegExp]>([
  ['no YAML', 'environments: [', /environments\.yaml is not valid YAML \(line 1/],
  [
    'another member',
    'environments: {}\nenv: {}',
    /environments\.yaml \(line 1\): the file must be/,
  ],
  [
    'another member of an environment',
    'environments:\n  a:\n    vars: {}',
    /\(line 2, environments\.a\): the file must be/,
  ],
  [
    'a place of three parts',
    'environments:\n  a:\n    places:\n      x: a/b/c',
    /\(line 4, environments\.a\.places\.x\): places must/,
  ],
  [
    'a variable that is a mapping',
    'environments:\n  a:\n    variables:\n      x: {y: 1}',
    /\(line 4, environments\.a\.variables\.x\): a variable must/,
  ],
  [
    'a name with a space',
    'environments: { a: { variables: { "x y": 1 } } }',
    /a variable must have a name/,
  ],
  [
    'a variable of variables',
    'environments:\n  a:\n    variables: { x: "${y}" }',
    /\(line 3\): the variable x holds \$\{, but a variable cannot refer/,
  ],
])('an environments file with %s', (_, content, says) => {
  it('is refused, with file and line', () => {
    expect(() => parseEnvironments('environments.yaml', content)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(says) }),
    )
  })
})

it('an environment that is not there is refused with the names of those that are', () => {
  expect(() => environmentOf(file, 'stagign', {})).toThrow(
    'environments.yaml has no environment "stagign"; its environments are: staging, production.',
  )
  expect(() => environmentOf(file, 'constructor', {})).toThrow(/has no environment/)
})

it('the id of a new client is written to its environment, and comments stay', () => {
  const known = { environment: 'production', file: 'auth0/a.yaml', id: 'new' }
  const after = withEnvironmentId(FILE, known)
  expect(after).toContain('# the one for tests')
  const environment = environmentOf(parseEnvironments('e', after), 'production', {})
  expect(environment.override('auth0/a.yaml')).toEqual({ id: 'new' })
})
