/** One operation in the OpenAPI description, made of its row in the contract. */

import type { BodyName } from '../../contract/bodies.ts'
import type { AnswerHeader, HeaderName, Operation } from '../../contract/operations.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { PATCH_TYPES } from '../wire/body.ts'
import { QUERY_PARAMETERS } from '../wire/query.ts'

/** The whole description of an operation. */
export function describeOperation(operationId: string, row: Operation): JsonObject {
  return {
    operationId,
    summary: row.summary,
    ...(row.permission === 'public' ? { security: [] } : { description: needsOf(row) }),
    parameters: parametersOf(row),
    ...(row.body === undefined ? {} : { requestBody: requestBodyOf(row.body, row) }),
    responses: responsesOf(row),
  }
}

function needsOf({ permission, also, alternative, atSource }: Operation): string {
  const needs = `Needs the permission \`${permission}\``
  if (also !== undefined) return `${needs} and \`${also}\`.`
  if (alternative !== undefined) return `${needs} or \`${alternative}\`.`
  if (atSource === undefined) return `${needs}.`
  return `${needs} where the copy is made, and \`${atSource}\` where the client is.`
}

const HEADER_SAYS: Readonly<Record<HeaderName, string>> = {
  'If-Match': 'The ETag of the state that the change is meant for; 412 when it has moved on.',
  'If-None-Match': 'The ETag of what the caller has: 304 for a read of the same, 412 for a write.',
  'Idempotency-Key': 'A name of the request: repeated with it, the request has its effect once.',
  'Last-Event-ID': 'The event after which the stream goes on.',
}

function parametersOf({ path, query, required = [], headers }: Operation): readonly JsonObject[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', maxLength: 255 },
  }))
  const inQuery = query.map((name) => ({
    name,
    in: 'query',
    ...(required.includes(name) ? { required: true } : {}),
    description: QUERY_PARAMETERS[name].says,
    schema: { type: 'string', pattern: QUERY_PARAMETERS[name].pattern },
  }))
  const inHeader = headers.map((name) => ({
    name,
    in: 'header',
    description: HEADER_SAYS[name],
    schema: { type: 'string', ...(name === 'Idempotency-Key' ? { maxLength: 257 } : {}) },
  }))
  return [...inPath, ...inQuery, ...inHeader]
}

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` })

const content = (schema: JsonObject, ...types: readonly string[]): JsonObject =>
  Object.fromEntries(types.map((type) => [type, { schema }]))

function requestBodyOf(body: BodyName, { bodyOptional }: Operation): JsonObject {
  const required = bodyOptional !== true
  if (body !== 'ClientPatchRequest') return { required, content: content(ref(body), JSON_TYPE) }
  const patch = content(ref(body), ...PATCH_TYPES)
  const operations = { anyOf: [ref('JsonPatch'), ref(body)] }
  return { required, content: { ...patch, ...content(operations, 'application/json-patch+json') } }
}

const JSON_TYPE = 'application/json'

const ANSWER_HEADERS: Readonly<Record<AnswerHeader, JsonObject>> = {
  ETag: { schema: { type: 'string' } },
  Location: {
    description: 'Where it is, as path and query.',
    schema: { type: 'string' },
  },
  'Operation-Id': {
    description: 'Names the change, where there was one, for `GET /operations/{operationId}`.',
    schema: { type: 'string' },
  },
  'Idempotent-Replayed': {
    description: 'The key had been used for this request before; nothing was done again.',
    schema: { const: 'true' },
  },
}

/** What each status of a success means. */
const SUCCESS_SAYS: Readonly<Record<string, string>> = {
  200: 'Success.',
  201: 'It was made.',
  202: 'It was submitted.',
  204: 'It has ended, and all of it was seen.',
  304: 'The caller has it already.',
}

function responsesOf(row: Operation): JsonObject {
  const { answers, plan, errors } = row
  const bodies = new Map(
    Object.entries(answers).map(([status, name]): [string, readonly string[]] => [
      status,
      name === 'nothing' ? [] : [name],
    ]),
  )
  if (plan !== undefined) bodies.set('200', [...(bodies.get('200') ?? []), plan])
  const failure = { description: 'What went wrong.', content: content(ref('Error'), JSON_TYPE) }
  return {
    ...Object.fromEntries(
      [...bodies].map(([status, names]) => [status, successOf(row, status, names)]),
    ),
    ...Object.fromEntries(errors.map((status) => [String(status), failure])),
  }
}

function successOf(row: Operation, status: string, names: readonly string[]): JsonObject {
  const description = SUCCESS_SAYS[status] ?? 'Success.'
  const [first, ...others] = names
  if (first === undefined) return { description }
  const schema = others.length === 0 ? ref(first) : { anyOf: names.map(ref) }
  return {
    description,
    headers: {
      'X-Request-Id': { schema: { type: 'string' } },
      ...Object.fromEntries(row.answerHeaders.map((name) => [name, ANSWER_HEADERS[name]])),
    },
    content: content(schema, row.mediaType ?? JSON_TYPE),
  }
}
