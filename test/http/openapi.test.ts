/** The description says what is true: every answer of the contract's cases fits its own schema. */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { ifNoneMatchOf } from '../../src/http/conditions.ts'
import { describeApi, getOpenapi } from '../../src/http/openapi/openapi.ts'
import { ROUTES } from '../../src/http/routes.ts'
import type { HttpRequest } from '../../src/http/wire/message.ts'
import { ENTRY_KINDS } from '../contract/entry-kinds.ts'
import { CASES, type Received, type Sent } from '../contract/http-cases.ts'
import { startWorld, type World } from '../contract/world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'

type Document = { paths: Record<string, Record<string, Operation>>; components: JsonObject }
type Operation = {
  operationId: string
  parameters: { name: string; in: string; required?: boolean }[]
  requestBody?: { content: Record<string, { schema: JsonObject }> }
  responses: Record<string, { content?: Record<string, { schema: JsonObject }> }>
}

/** As all our times are written. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

let world: World
let document: Document
let validatorOf: (schema: JsonObject) => ValidateFunction
let send: (sent: Sent) => Promise<Received>
let close: () => Promise<void>

beforeAll(async () => {
  world = await startWorld()
  const [node] = ENTRY_KINDS
  if (node === undefined) throw new TypeError('no entry')
  const entry = await node.open(world.clientry.app)
  send = entry.send
  close = entry.close
  const answer = await send({ method: 'GET', path: '/openapi.json' })
  document = answer.body as unknown as Document
  validatorOf = createValidators(document.components)
})
afterAll(async () => {
  await close()
  await world.close()
})

/** Compiles each schema once. Local references only, so that the document can stand on its own. */
function createValidators(components: JsonObject): (schema: JsonObject) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': RFC_3339 } })
  ajv.addSchema({ $id: 'document', components })
  const compiled = new Map<string, ValidateFunction>()
  return (schema) => {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components')
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text))
    compiled.set(text, validate)
    return validate
  }
}

function operationOf(sent: Sent): Operation | undefined {
  const [path] = Object.keys(document.paths).filter((template) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(sent.path),
  )
  return document.paths[path ?? '']?.[sent.method.toLowerCase()]
}

type Response = Operation['responses'][string]

/** What is answered by a status; the answers to failures stand in one place. */
function responseOf({ responses }: Operation, status: number): Response | undefined {
  const response = responses[String(status)] as Response & { readonly $ref?: string }
  if (response?.$ref === undefined) return response
  const all = document.components.responses as unknown as Record<string, Response>
  return all[response.$ref.replace('#/components/responses/', '')]
}

const operations = () =>
  Object.values(document.paths).flatMap((one) => Object.values(one)) as unknown as Described[]

interface Described extends Operation {
  readonly description?: string
  readonly tags: readonly string[]
}

describe('GET /openapi.json', () => {
  it('says where the server is, by what licence it comes, and has a described tag for each operation', () => {
    const { servers, info, tags } = document as unknown as JsonObject
    expect(servers).toEqual([{ url: '.', description: expect.any(String) }])
    expect(info).toMatchObject({ license: { identifier: 'Apache-2.0' }, contact: {} })
    const named = (tags as readonly JsonObject[]).map(({ name, description }) => {
      expect(description).toMatch(/\.$/)
      return name
    })
    for (const { tags: own, description } of operations()) {
      expect(named).toContain(own[0])
      expect(description).toMatch(/\.$/)
    }
  })

  it('declares problem details and the headers of every failure', () => {
    for (const operation of operations()) {
      for (const status of Object.keys(operation.responses).map(Number)) {
        const { headers = {}, content } = responseOf(operation, status) as unknown as {
          headers?: JsonObject
          content?: JsonObject
        }
        expect(Object.keys(headers)).toEqual(
          expect.arrayContaining(['X-Request-Id', 'Cache-Control']),
        )
        if (status < 400) continue
        // What a browser opens can answer it with a page.
        const success = Object.keys(responseOf(operation, 200)?.content ?? {})
        const page = success.join() === 'text/html' ? ['text/html'] : []
        const types = ['application/json', 'application/problem+json', ...page]
        expect(Object.keys(content ?? {})).toEqual(types)
        // RFC 6750 section 3, RFC 9110 section 10.2.3, RFC 5789 section 3.1
        if (status === 401) expect(headers).toHaveProperty('WWW-Authenticate')
        if (status === 429 || status === 503) expect(headers).toHaveProperty('Retry-After')
        if (status === 415) expect(headers).toHaveProperty('Accept-Patch')
      }
    }
  })

  it('has an example for every body and what stands in paths, each as its schema says', () => {
    for (const { parameters, requestBody } of operations()) {
      for (const { schema = {}, example } of parameters
        .filter((one) => one.in === 'path')
        .map((one) => one as unknown as { schema: JsonObject; example: unknown })) {
        expect(validatorOf(schema)(example)).toBe(true)
      }
      const [first] = Object.values(requestBody?.content ?? {}) as unknown as {
        schema: JsonObject
        example: unknown
      }[]
      if (first === undefined) continue
      const validate = validatorOf(first.schema)
      expect(validate(first.example), JSON.stringify(validate.errors)).toBe(true)
    }
  })

  it('names the providers of a development server, and none of any other', () => {
    const text = JSON.stringify(document)
    const parameter = operations()
      .flatMap(({ parameters }) => parameters)
      .find(({ name }) => name === 'provider') as unknown as { schema: JsonObject }
    // The world of these tests is a development server.
    expect(parameter.schema.enum).toEqual(['auth0', 'cognito-client', 'local'])
    expect(text).toContain(POOL_ID)
    expect(JSON.stringify(describeApi())).not.toMatch(/"enum":\["auth0"|us-east-1_1234test/)
    // Anyone may ask for it, so it is made once.
    const settings = { describedPlaces: { providers: [] } } as never
    expect(getOpenapi({ settings })).toBe(getOpenapi({ settings }))
  })

  it('describes no schema that nothing refers to', () => {
    const text = JSON.stringify(document)
    const names = Object.keys(document.components.schemas as JsonObject)
    expect(names.filter((name) => !text.includes(`"#/components/schemas/${name}"`))).toEqual([])
  })

  it('names every member that must be there, and has no choice of one (Redocly, recommended rules)', () => {
    const faults: string[] = []
    const walk = (value: unknown, at: string): void => {
      if (typeof value !== 'object' || value === null) return
      const { required, properties = {}, anyOf } = value as Record<string, unknown>
      const names = Array.isArray(required) ? required : []
      if (!names.every((name) => Object.hasOwn(properties as object, name))) faults.push(at)
      if (Array.isArray(anyOf) && anyOf.length < 2) faults.push(at)
      for (const [name, inner] of Object.entries(value)) walk(inner, `${at}.${name}`)
    }
    walk(document.components.schemas, '')
    expect(faults).toEqual([])
  })

  it('has no choice of a text or number and null, which generators of Python clients refuse in a required member', () => {
    const text = JSON.stringify(document.components.schemas)
    expect(text).toContain('"type":["string","null"]')
    expect(text).not.toMatch(
      /"anyOf":\[\{"type":"(string|number|integer|boolean)"[^{}]*\},\{"type":"null"\}\]/,
    )
  })

  it.each([
    ['auth0', { client: { description: 'x', appType: 'spa' } }, true],
    ['auth0', { client: { description: 'x'.repeat(141) } }, false],
    ['auth0', { client: { appType: 'phone' } }, false],
    ['auth0', { client: { callbacks: { add: ['https://app.example.com/cb'] } } }, true],
    ['auth0', { client: { callbacks: ['http://app.example.com/cb'] } }, false],
    ['auth0', { client: { scopes: ['openid'] } }, false],
    ['auth0', { client: { scopes: null } }, true],
    ['auth0', { client: { appType: null } }, false],
    ['auth0', { client: { idTokenLifetime: null, refreshTokenLifetime: 60 } }, false],
    ['auth0', { client: { idTokenSignedResponseAlg: null } }, false],
    ['auth0', { client: { providerSettings: { sso: null } } }, false],
    ['auth0', { client: { providerSettings: { cross_origin_loc: null } } }, true],
    ['auth0', { client: { providerSettings: { mobile: { ios: null } } } }, false],
    ['auth0', { client: { providerSettings: { mobile: { ios: {} } } } }, true],
    ['auth0', { client: { providerSettings: { jwt_configuration: { alg: 'RS256' } } } }, false],
    ['auth0', { client: { providerSettings: { jwt_configuration: { scopes: {} } } } }, true],
    ['auth0', { client: { providerSettings: { refresh_token: null } } }, false],
    ['auth0', { client: { providerSettings: { session_transfer: { delegation: null } } } }, true],
    ['auth0', { client: { providerSettings: null } }, false],
    ['local', { client: { providerSettings: { jwks: null } } }, true],
    ['auth0', { client: { secret: null, supportedIdp: null, description: null } }, true],
    ['auth0', { client: { providerSettings: { sso: true } } }, true],
    ['auth0', { client: { providerSettings: { nope: true } } }, false],
    ['auth0', { client: {}, userPoolId: POOL_ID }, false],
    ['local', { client: { jwksUri: 'https://app.example.com/keys' } }, true],
    ['local', { client: { providerSettings: { jwks_uri: null }, jwksUri: null } }, false],
    ['cognito-client', { client: { scopes: ['openid'] }, userPoolId: POOL_ID }, true],
    ['cognito-client', { client: { scopes: ['unknown'] }, userPoolId: POOL_ID }, false],
    ['cognito-client', { client: { description: 'x' }, userPoolId: POOL_ID }, false],
    ['local', { client: { clientMetadata: { a: null } } }, true],
    ['local', { client: { refreshTokenRotation: { enabled: true } } }, true],
    ['local', { client: { refreshTokenRotation: { graceSeconds: 1 } } }, false],
    [
      'cognito-client',
      { client: { refreshTokenRotation: { graceSeconds: 60 } }, userPoolId: POOL_ID },
      true,
    ],
    [
      'cognito-client',
      { client: { refreshTokenRotation: { graceSeconds: 61 } }, userPoolId: POOL_ID },
      false,
    ],
    ['local', { client: { grantTypes: ['implicit'] } }, false],
  ])('says what %s takes of %j: %s', (provider, body, expected) => {
    const content = document.paths['/clients/{clientId}']?.patch?.requestBody?.content
    const validate = validatorOf(content?.['application/json']?.schema ?? {})
    expect(validate({ provider, ...body })).toBe(expected)
  })

  it.each([
    [{ managers: { shop: { callbacks: ['https://app.example.com/cb'] } } }, true],
    [{ managers: { shop: { callbacks: ['http://app.example.com/cb'] } } }, false],
    [{ managers: { shop: { scopes: ['openid'] } } }, false],
    [{ managers: {}, client: { description: 'x' } }, true],
    [{ managers: {}, client: { nope: 1 } }, false],
    [{ managers: {}, client: { secret: 'x'.repeat(30) } }, false],
    [{ managers: {}, client: { secret: null } }, false],
    [{ managers: {}, client: { appType: 'phone' } }, false],
  ])(
    'says what the managers of values may have at the default provider: %j: %s',
    (body, expected) => {
      const content = document.paths['/clients/{clientId}/values']?.put?.requestBody?.content
      expect(validatorOf(content?.['application/json']?.schema ?? {})(body)).toBe(expected)
    },
  )

  it.each([
    [['https://a.example/cb', 'https://b.example/cb'], true],
    [['https://a.example/cb', 'https://a.example/cb'], false],
  ])('says that a lease names no value twice: %j: %s', (values, expected) => {
    const content = document.paths['/clients/{clientId}/leases']?.put?.requestBody?.content
    const validate = validatorOf(content?.['application/json']?.schema ?? {})
    const body = { provider: 'auth0', owner: 'preview-7', ttlSeconds: 60 }
    const fields = values.map((value) => ({ field: 'callbacks', value }))
    expect(validate({ ...body, values: fields })).toBe(expected)
  })

  it.each([
    ['callbacks', 'https://app.example.com/cb', true],
    ['callbacks', 'https://app.example.com/cb#a', false],
    ['webOrigins', 'https://app.example.com', true],
    ['webOrigins', 'https://app.example.com/cb', false],
    ['allowedOrigins', 'https://app.example.com/', false],
    ['allowedLogoutUrls', 'https://app.example.com/bye', true],
    ['callbacks', `https://app.example.com/${'x'.repeat(512)}`, false],
  ])('says what a lease may have in %s: %s: %s', (field, value, expected) => {
    const content = document.paths['/clients/{clientId}/leases']?.put?.requestBody?.content
    const validate = validatorOf(content?.['application/json']?.schema ?? {})
    const owner = { provider: 'auth0', owner: 'preview-7', ttlSeconds: 60 }
    expect(validate({ ...owner, field, value })).toBe(expected)
    expect(validate({ ...owner, values: [{ field, value }] })).toBe(expected)
  })

  it.each([
    ['https://new.example.com/cb', '2026-11-30T12:00:00Z', true],
    ['http://new.example.com/cb', '2026-11-30T12:00:00Z', false],
    ['new.example.com', '2026-11-30T12:00:00Z', false],
    ['https://new.example.com/cb', '2026-11-30T24:00:00Z', false],
  ])('says that a move leads to %s and ends at %s: %s', (to, narrowAt, expected) => {
    const content = document.paths['/clients/{clientId}/move']?.post?.requestBody?.content
    const validate = validatorOf(content?.['application/json']?.schema ?? {})
    const body = { provider: 'auth0', from: 'https://app.example.com/cb', to }
    expect(validate({ ...body, narrowAt: narrowAt.replace('00Z', '00.000Z') })).toBe(expected)
  })

  it('says of every operation what an entry answers before it reads a request', () => {
    for (const { responses } of operations()) {
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['408', '431']))
    }
  })

  it('takes what a body without a provider may be at the default one', () => {
    const content = document.paths['/clients']?.post?.requestBody?.content
    const validate = validatorOf(content?.['application/json']?.schema ?? {})
    expect(validate({ kind: 'web', client: { name: 'Portal' } })).toBe(true)
    expect(validate({ kind: 'web', client: {} })).toBe(false)
    expect(validate({ kind: 'web', client: { name: 'Portal', scopes: ['a'] } })).toBe(false)
    // Nothing has to be cleared of what is not there.
    expect(validate({ kind: 'web', client: { name: 'Portal', idTokenLifetime: null } })).toBe(true)
    expect(validate({ kind: 'web', client: { name: 'Portal', supportedIdp: [] } })).toBe(true)
    expect(validate({ kind: 'web', client: { name: 'Portal', supportedIdp: ['a'] } })).toBe(false)
  })

  it.each([
    ['/jobs', { clients: [{ id: 'a' }], patch: {} }, true],
    ['/jobs', { clients: [{ id: 'a', patch: {} }] }, true],
    ['/jobs', { clients: [{ id: 'a', ifMatch: '"a|b"' }], patch: {} }, true],
    ['/jobs', { clients: [{ id: 'a', ifMatch: 'a"b' }], patch: {} }, false],
    ['/jobs', { clients: [{ id: 'a' }] }, false],
    ['/jobs', { clients: [{ id: 'a' }], patch: {}, maxFailures: 2 ** 53 - 1 }, true],
    ['/jobs', { clients: [{ id: 'a' }], patch: {}, maxFailures: 2 ** 53 }, false],
    ['/jobs', { clients: [{ id: 'a' }], patch: {}, maxFailures: null }, true],
    ['/session/sign-in', { view: '#a' }, true],
    ['/session/sign-in', { other: '#a' }, false],
    ['/jobs', { clients: [], patch: {} }, false],
    ['/jobs', { select: {}, patch: {} }, true],
    ['/jobs', { select: {} }, false],
    ['/jobs', { select: {}, clients: [{ id: 'a' }], patch: {} }, false],
    ['/jobs', { select: { provider: 'nowhere' }, patch: {} }, false],
    ['/jobs', { select: { filter: 'disabled:true' }, patch: {} }, true],
    ['/jobs', { select: { filter: 'nope' }, patch: {} }, false],
    ['/jobs', { select: { q: '' }, patch: {} }, false],
    ['/jobs', { select: { provider: 'local', userPoolId: null }, patch: {} }, true],
    ['/jobs', { select: { provider: 'local', userPoolId: POOL_ID }, patch: {} }, false],
    ['/jobs/reap', { select: { filter: 'nope' }, olderThanSeconds: 7_776_000 }, false],
    ['/clients/{clientId}/keys', { key: { kty: 'OKP', crv: 'Ed25519', x: 'a' } }, true],
    ['/clients/{clientId}/keys', { key: {} }, false],
    ['/clients/{clientId}/keys', { key: { kty: 'OKP', crv: 'Ed25519', x: 'a', d: 'b' } }, false],
    ['/clients/{clientId}/keys', { key: { kty: 'RSA', e: 'AQAB' } }, false],
    ['/clients/{clientId}/rotate-secret', { cutOver: true, retireAfterSeconds: 60 }, false],
    ['/clients/{clientId}/rollback', { to: 2 ** 53 }, false],
  ])('says of %s what the handler asks of %j: %s', (path, body, expected) => {
    const content = document.paths[path]?.post?.requestBody?.content
    expect(validatorOf(content?.['application/json']?.schema ?? {})(body)).toBe(expected)
  })

  it.each([
    ['application/json-patch+json', [{ op: 'add', path: '/callbacks/-', value: 'a' }], true],
    ['application/json-patch+json', { client: [{ op: 'remove', path: '/name' }] }, true],
    ['application/json-patch+json', [{ op: 'add', path: '/callbacks/-' }], false],
    ['application/json-patch+json', [{ op: 'move', path: '/name' }], false],
    ['application/json-patch+json', [{ op: 'remove', path: 'name' }], false],
    ['application/json-patch+json', [{ op: 'remove', path: '/nope' }], false],
    ['application/json-patch+json', { client: {} }, false],
  ])('says of %s what the parser takes of %j: %s', (type, body, expected) => {
    const content = document.paths['/clients/{clientId}']?.patch?.requestBody?.content
    expect(validatorOf(content?.[type]?.schema ?? {})(body)).toBe(expected)
  })

  it('says of queries and headers what the parser takes', () => {
    const parameters = operations().flatMap((one) => one.parameters) as unknown as {
      name: string
      required?: boolean
      schema: JsonObject
    }[]
    const takes = (name: string, value: string) => {
      const schema = parameters.find((one) => one.name === name)?.schema
      return validatorOf(schema ?? {})(value)
    }
    expect(takes('outcome', 'applied')).toBe(true)
    expect(takes('outcome', 'nope')).toBe(false)
    expect(takes('filter', 'disabled:true,name:a,,b')).toBe(true)
    expect(takes('filter', 'disabled:maybe')).toBe(false)
    expect(takes('filter', 'nope:a')).toBe(false)
    expect(takes('filter', 'registered:dynamic')).toBe(true)
    expect(takes('filter', 'registered:else')).toBe(false)
    expect(takes('Last-Event-ID', '12')).toBe(true)
    expect(takes('Last-Event-ID', 'x')).toBe(false)
    expect(takes('clientId', 'a b')).toBe(false)
  })

  it.each([
    ...['', '*', ' * ', '"a"', 'W/"a"', '"a", W/"b,c"', ', "a" ,,', '""', '"\u00e9"'],
    ...['a', '"a" "b"', '*, "a"', 'w/"a"', '"a', '"a\u0100"', '"a";'],
  ])('says of the entity tags %j what the parser takes', (value) => {
    const pattern = operations()
      .flatMap((one) => one.parameters as unknown as { name: string; schema: JsonObject }[])
      .find(({ name }) => name === 'If-None-Match')?.schema
    const request = { headers: { 'if-none-match': [value] } } as unknown as HttpRequest
    const parse = () => ifNoneMatchOf(request)
    if (validatorOf(pattern ?? {})(value)) expect(parse).not.toThrow()
    else expect(parse).toThrow()
  })

  it('takes no attribute that no client has', () => {
    const content = document.paths['/clients/{clientId}']?.patch?.requestBody?.content
    const validate = validatorOf(content?.['application/json']?.schema ?? {})
    expect(validate({ client: { nope: 1 } })).toBe(false)
    expect(validate({ provider: 'nowhere', client: {} })).toBe(false)
  })

  it('links answers to operations that are there', () => {
    const ids = operations().map(({ operationId }) => operationId)
    const links = operations().flatMap(({ responses }) =>
      Object.values(responses).flatMap((one) =>
        Object.values((one as unknown as { links?: JsonObject }).links ?? {}),
      ),
    ) as unknown as { operationId: string; parameters: Record<string, string> }[]
    expect(links.length).toBeGreaterThan(2)
    for (const { operationId, parameters } of links) {
      expect(ids).toContain(operationId)
      const { parameters: taken } = operations().find((one) => one.operationId === operationId) ?? {
        parameters: [],
      }
      const names = taken.map(({ name }) => name)
      expect(Object.keys(parameters).filter((name) => !names.includes(name))).toEqual([])
    }
  })

  it('says nothing of an answer that holds of what is sent alone', () => {
    // What a provider takes of new values, and what a body means that names no provider, is no matter of what is there.
    const sent = operations().flatMap(({ requestBody }) => [
      ...JSON.stringify(requestBody ?? {}).matchAll(/schemas\/(\w+Request)"/g),
    ])
    const names = new Set(sent.map(([, name = '']) => name))
    expect(names).toContain('ClientPatchRequest')
    const schemas = document.components.schemas as Record<string, JsonObject>
    const found = new Set<string>()
    const follow = (value: unknown) => {
      for (const [, name = ''] of JSON.stringify(value).matchAll(
        /"#\/components\/schemas\/(\w+)"/g,
      )) {
        if (found.has(name)) continue
        found.add(name)
        follow(schemas[name])
      }
    }
    follow([operations().map(({ responses }) => responses), document.components.responses])
    expect(found).toContain('Error')
    expect([...found].filter((name) => names.has(name))).toEqual([])
    const { client } = (schemas.ApprovalRequest?.properties ?? {}) as Record<string, JsonObject>
    expect(JSON.stringify(client)).not.toContain(POOL_ID)
    const refusal = { error: 'No.', code: 'provider_refused', requestId: 'a' }
    const mend = { client: { scopes: { remove: ['api/gone'] } } }
    expect(validatorOf(schemas.Error ?? {})({ ...refusal, mend })).toBe(true)
    expect(validatorOf(schemas.Error ?? {})({ ...refusal, mend: {} })).toBe(false)
  })

  it('describes every route, its parameters and its answers', () => {
    for (const { method, path, operationId, query } of ROUTES) {
      const operation = document.paths[path]?.[method.toLowerCase()]
      expect(operation?.operationId).toBe(operationId)
      const named = operation?.parameters
        .filter((one) => one.in === 'query')
        .map(({ name }) => name)
      expect(named).toEqual(query)
      const inPath = operation?.parameters.filter((one) => one.in === 'path')
      expect(inPath?.length).toBe(path.split('{').length - 1)
      expect(inPath?.every(({ required }) => required)).toBe(true)
    }
    const ids = Object.values(document.paths).flatMap((one) =>
      Object.values(one).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ROUTES.length)
  })

  it('says that metrics are a text, and that they may not be there', () => {
    const { responses } = document.paths['/metrics']?.get ?? {}
    const schema = { $ref: '#/components/schemas/Metrics' }
    expect(responses?.['200']?.content).toEqual({ 'text/plain': { schema } })
    expect(document.components.schemas).toMatchObject({ Metrics: { type: 'string' } })
    expect(responses?.['404']).toBeDefined()
  })

  it('has no reference that leads nowhere, and every schema compiles', () => {
    const text = JSON.stringify(document)
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(Object.keys(document.components.schemas as JsonObject)).toContain(name)
    }
    for (const schema of Object.values(document.components.schemas as JsonObject)) {
      expect(() => validatorOf(schema as JsonObject)).not.toThrow()
    }
  })

  it.each(CASES)('fits the answers to $name', async ({ run }) => {
    let checked = 0
    await run(async (sent) => {
      const received = await send(sent)
      const operation = operationOf(sent)
      if (operation === undefined) return received
      const described = responseOf(operation, received.status)
      expect(described, `${sent.method} ${sent.path} answers ${received.status}`).toBeDefined()
      const validate = validatorOf(described?.content?.['application/json']?.schema ?? {})
      expect(validate(received.body), JSON.stringify(validate.errors)).toBe(true)
      checked += 1
      return received
    }, world)
    expect(checked).toBeGreaterThan(0)
  })

  it('takes the bodies that are accepted, and not those that are refused', () => {
    const content = document.paths['/clients/{clientId}']?.patch?.requestBody?.content
    const validate = validatorOf(content?.['application/json']?.schema ?? {})
    const good = [
      { client: {} },
      { client: { callbacks: { add: ['https://x.example.com/'] } } },
      { client: { description: null } },
    ]
    const bad = [{}, { client: { callbacks: 5 } }, { client: { name: '' } }, { clients: {} }]
    expect(good.map((body) => validate(body))).toEqual([true, true, true])
    expect(bad.map((body) => validate(body))).toEqual([false, false, false, false])
  })
})
