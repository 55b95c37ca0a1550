/** The description says what is true: every answer of the contract's cases fits its own schema. */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { ROUTES } from '../../src/http/routes.ts'
import { ENTRY_KINDS } from '../contract/entry-kinds.ts'
import { CASES, type Received, type Sent } from '../contract/http-cases.ts'
import { startWorld, type World } from '../contract/world.ts'

type Document = { paths: Record<string, Record<string, Operation>>; components: JsonObject }
type Operation = {
  operationId: string
  parameters: { name: string; in: string; required?: boolean }[]
  requestBody?: { content: Record<string, { schema: JsonObject }> }
  responses: Record<string, { content?: Record<string, { schema: JsonObject }> }>
}

/** As all our times are told. */
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

describe('GET /openapi.json', () => {
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
      const described = operation.responses[String(received.status)]
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
      { client: { callbacks: { add: ['x'] } } },
      { client: { name: null } },
    ]
    const bad = [{}, { client: { callbacks: 5 } }, { client: { name: '' } }, { clients: {} }]
    expect(good.map((body) => validate(body))).toEqual([true, true, true])
    expect(bad.map((body) => validate(body))).toEqual([false, false, false, false])
  })
})
