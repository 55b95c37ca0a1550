/**
 * `GET /openapi.json`: OpenAPI 3.1, made of the route table and of the very schemas that validate.
 * https://spec.openapis.org/oas/v3.1.0
 */

import { FIELD_NAMES, FIELDS, type FieldName } from '../core/client.ts'
import { ERROR_CODES } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Answer } from './answer.ts'
import { fieldSchemas } from './field-schemas.ts'
import { QUERY_PARAMETERS, type Route } from './routes.ts'
import { VERSION } from './version.ts'

let document: JsonObject | undefined

/** The description of all routes; made at its first use. */
export function getOpenapi(routes: readonly Route[]): Answer {
  document ??= openapiOf(routes)
  return { status: 200, body: document }
}

function openapiOf(routes: readonly Route[]): JsonObject {
  const paths = [...new Set(routes.map(({ path }) => path))]
  return {
    openapi: '3.1.0',
    info: {
      title: 'Clientry',
      version: VERSION,
      description: 'One safe API for OAuth client applications, wherever they live.',
    },
    security: [{ accessToken: [] }],
    paths: Object.fromEntries(
      paths.map((path) => [
        path,
        Object.fromEntries(
          routes
            .filter((route) => route.path === path)
            .map((route) => [route.method.toLowerCase(), operationOf(route)]),
        ),
      ]),
    ),
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: schemas(),
    },
  }
}

function operationOf(route: Route): JsonObject {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', maxLength: 255 },
  }))
  const inQuery = route.query.map((name) => ({
    name,
    in: 'query',
    description: QUERY_PARAMETERS[name].says,
    schema: { type: 'string', pattern: QUERY_PARAMETERS[name].pattern },
  }))
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.permission === 'public'
      ? { security: [] }
      : { description: `Needs the permission \`${route.permission}\`.` }),
    parameters: [...inPath, ...inQuery, ...(route.body === undefined ? [] : [IF_MATCH])],
    ...(route.body === undefined ? {} : { requestBody: requestBody() }),
    responses: responsesOf(route),
  }
}

const IF_MATCH: JsonObject = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag of the state that the change is meant for; 412 when it has moved on.',
  schema: { type: 'string' },
}

const jsonContent = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } })
const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` })

function requestBody(): JsonObject {
  const patch = { schema: ref('ClientPatchRequest') }
  return {
    required: true,
    content: {
      'application/json': patch,
      'application/merge-patch+json': patch,
      'application/x-www-form-urlencoded': patch,
      'application/json-patch+json': {
        schema: { anyOf: [ref('JsonPatch'), ref('ClientPatchRequest')] },
      },
    },
  }
}

function responsesOf({ answers, permission, path, body }: Route): JsonObject {
  const success = body === undefined ? ref(answers) : { anyOf: [ref(answers), ref('Plan')] }
  const failures = [
    400,
    ...(permission === 'public' ? [] : [401, 403]),
    ...(path.includes('{') ? [404] : []),
    ...(body === undefined ? [] : [412, 413, 415]),
    500,
    503,
    504,
  ]
  const failure = { description: 'What went wrong.', content: jsonContent(ref('Error')) }
  return {
    200: {
      description: 'Success.',
      headers: { 'X-Request-Id': { schema: { type: 'string' } } },
      content: jsonContent(success),
    },
    ...Object.fromEntries(failures.map((status) => [String(status), failure])),
  }
}

function schemas(): JsonObject {
  const object = (properties: JsonObject, required: readonly string[]): JsonObject => ({
    type: 'object',
    properties,
    required,
  })
  const text: JsonObject = { type: 'string' }
  const list = (items: JsonObject): JsonObject => ({ type: 'array', items })
  const open: JsonObject = { type: 'object', additionalProperties: true }
  return {
    Client: {
      ...object(fieldsBy(shownSchema), FIELD_NAMES),
      additionalProperties: true,
    },
    ClientPatch: {
      type: 'object',
      properties: fieldsBy(patchSchema),
      description: 'A JSON Merge Patch (RFC 7396); lists also take { add, remove }.',
    },
    ClientPatchRequest: {
      ...object({ provider: text, userPoolId: text, client: ref('ClientPatch') }, ['client']),
      additionalProperties: false,
    },
    JsonPatch: list(object({ op: text, path: text, from: text, value: {} }, ['op', 'path'])),
    Plan: object(
      {
        dryRun: { const: true },
        changes: list(open),
        requests: list(open),
        warnings: list(open),
        client: ref('Client'),
      },
      ['dryRun', 'changes', 'requests', 'warnings', 'client'],
    ),
    Provider: { ...object({ id: text, type: text, fields: open }, ['id', 'type', 'fields']) },
    ProviderList: object({ providers: list(object({ id: text, type: text }, ['id', 'type'])) }, [
      'providers',
    ]),
    Status: object({ status: text }, ['status']),
    Document: open,
    Error: object(
      {
        error: text,
        code: { enum: Object.keys(ERROR_CODES) },
        field: text,
        operationId: text,
        requestId: text,
      },
      ['error', 'code', 'requestId'],
    ),
  }
}

function fieldsBy(schemaOf: (field: FieldName, schema: Json) => JsonObject): JsonObject {
  const made = fieldSchemas()
  return Object.fromEntries(
    FIELD_NAMES.map((field) => {
      const schema = schemaOf(field, made[field] ?? {})
      return [field, { ...schema, description: FIELDS[field].says }]
    }),
  )
}

const NULL: JsonObject = { type: 'null' }

function shownSchema(field: FieldName, schema: Json): JsonObject {
  const kind = FIELDS[field].kind
  // What a provider holds may lie outside what a patch may set, so only the kind is promised.
  const plain = kind === 'list' ? { type: 'array', items: { type: 'string' } } : kindOf(schema)
  return FIELDS[field].empty === null ? { anyOf: [plain, NULL] } : plain
}

function kindOf(schema: Json): JsonObject {
  const { type = 'object' } = schema as JsonObject
  return { type }
}

function patchSchema(field: FieldName, schema: Json): JsonObject {
  const change = {
    type: 'object',
    properties: { add: schema, remove: schema },
    additionalProperties: false,
  }
  const forms = FIELDS[field].kind === 'list' ? [schema, change] : [schema]
  return { anyOf: [...forms, NULL] }
}
