/** One operation in the OpenAPI description, made of its row in the contract. */

import type { BodyName } from '../../contract/bodies.ts'
import { ENTRY_ERRORS } from '../../contract/operations/row.ts'
import type { HeaderName, Operation, OperationName } from '../../contract/operations.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { APPROVALS } from '../approval/approvals.ts'
import { QUERY_PARAMETERS } from '../wire/query.ts'
import { ID } from './conditions-of-bodies.ts'
import { BODY_EXAMPLES, JSON_PATCH_EXAMPLE, PATH_EXAMPLES } from './examples.ts'
import { failureRef, headers } from './failures.ts'
import { linksOf } from './links.ts'
import { querySchema } from './query-schemas.ts'
import { tagOf } from './tags.ts'

/** The whole description of an operation. */
export function describeOperation(operationId: string, row: Operation): JsonObject {
  return {
    operationId,
    tags: [tagOf(operationId)],
    summary: row.summary,
    description: `${row.summary} ${needsOf(row)}`,
    ...(row.permission === 'public' ? { security: [] } : {}),
    parameters: parametersOf(row),
    ...(row.body === undefined ? {} : { requestBody: requestBodyOf(row.body, row) }),
    responses: responsesOf(row, APPROVALS[operationId as OperationName] === 'request'),
  }
}

function needsOf({ permission, also, alternative, atSource }: Operation): string {
  if (permission === 'public') return 'No token is needed.'
  if (permission === 'token') return 'Any accepted token will do.'
  const needs = `Needs the permission \`${permission}\``
  if (also !== undefined) return `${[needs, ...also.map((one) => `\`${one}\``)].join(' and ')}.`
  if (alternative !== undefined) return `${needs} or \`${alternative}\`.`
  if (atSource === undefined) return `${needs}.`
  return `${needs} at the provider of the copy, and \`${atSource}\` at the provider of the source.`
}

const HEADER_SAYS: Readonly<Record<HeaderName, string>> = {
  'If-Match':
    'The ETag of the state that the change is meant for; 412 if the client has changed since.',
  'If-None-Match':
    'The ETag that the caller has: if it still matches, 304 for a read and 412 for a write.',
  'Idempotency-Key': 'An idempotency key: a request repeated with it takes effect only once.',
  'Last-Event-ID': 'The event after which the stream continues.',
}

/** No parameter of OpenAPI can depend on another one. */
const NEEDED = ' Required, except in a dry run.'

/** An entity tag, or nothing (RFC 9110 sections 8.8.3 and 5.6.1.2). */
const TAG = '[\\t ]*((W/)?"[!#-~\\u0080-\\u00ff]*")?[\\t ]*'
const TAGS: JsonObject = { type: 'string', pattern: `^([\\t ]*[*][\\t ]*|${TAG}(,${TAG})*)$` }

/** Of what the server takes. */
const HEADER_SCHEMAS: Readonly<Record<HeaderName, JsonObject>> = {
  'If-Match': TAGS,
  'If-None-Match': TAGS,
  'Idempotency-Key': {
    type: 'string',
    maxLength: 257,
    pattern: '^("[!#-~]{1,255}"|[!#-~]{1,255})$',
  },
  'Last-Event-ID': { type: 'string', pattern: '^[0-9]{1,12}$' },
}

function parametersOf(row: Operation): readonly JsonObject[] {
  const { path, query, required = [], headers, errors } = row
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PATH_SAYS[name] ?? 'Its id.',
    schema: ID,
    example: PATH_EXAMPLES[name] ?? name,
  }))
  const inQuery = query.map((name) => ({
    name,
    in: 'query',
    ...(required.includes(name) ? { required: true } : {}),
    description: QUERY_PARAMETERS[name].says,
    schema: querySchema(name),
  }))
  const inHeader = headers.map((name) => ({
    name,
    in: 'header',
    description: `${HEADER_SAYS[name]}${name === 'If-Match' && errors.includes(428) ? NEEDED : ''}`,
    schema: HEADER_SCHEMAS[name],
  }))
  const requestId = { $ref: '#/components/parameters/RequestId' }
  return [...inPath, ...inQuery, ...inHeader, requestId]
}

const PATH_SAYS: Readonly<Record<string, string>> = {
  clientId: 'The id of the client, as its provider knows it.',
  providerId: 'The id of the provider in the configuration.',
  operationId: 'The id of the change.',
  jobId: 'The id of the job.',
  requestId: 'The id of the request for approval.',
  secretId: 'The id of the secret.',
  kid: 'The `kid` of the key.',
  file: 'The name of the file.',
}

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` })

const content = (schema: JsonObject, ...types: readonly string[]): JsonObject =>
  Object.fromEntries(types.map((type) => [type, { schema }]))

const withExample = (schema: JsonObject, body: BodyName, ...types: readonly string[]): JsonObject =>
  Object.fromEntries(types.map((type) => [type, { schema, example: BODY_EXAMPLES[body] ?? {} }]))

function requestBodyOf(body: BodyName, { bodyOptional }: Operation): JsonObject {
  const required = bodyOptional !== true
  if (body !== 'ClientPatchRequest')
    return { required, content: withExample(ref(body), body, JSON_TYPE) }
  const patch = withExample(ref(body), body, JSON_TYPE, 'application/merge-patch+json')
  const operations = { anyOf: [ref('JsonPatch'), ref('JsonPatchRequest')] }
  return {
    required,
    content: {
      ...patch,
      'application/json-patch+json': { schema: operations, example: JSON_PATCH_EXAMPLE },
      ...formOf(body),
    },
  }
}

/** The same members as pairs; the one form of a pair that holds any client is JSON (docs/http.md, Forms). */
const formOf = (body: BodyName): JsonObject => ({
  'application/x-www-form-urlencoded': {
    schema: ref(body),
    example: BODY_EXAMPLES[body] ?? {},
    encoding: { client: { contentType: JSON_TYPE } },
  },
})

const JSON_TYPE = 'application/json'

/** What each status of a success means. */
const SUCCESS_SAYS: Readonly<Record<string, string>> = {
  200: 'Success.',
  201: 'It was created.',
  202: 'It was submitted.',
  204: 'The job has ended, and the caller has seen all events.',
  304: 'The caller has it already.',
}

/** `waits`: the change can be stored, for someone else to approve. */
function responsesOf(row: Operation, waits: boolean): JsonObject {
  const { answers, plan, errors } = row
  const bodies = new Map(
    Object.entries(answers).map(([status, name]): [string, readonly string[]] => [
      status,
      name === 'nothing' ? [] : [name],
    ]),
  )
  if (plan !== undefined) bodies.set('200', [...(bodies.get('200') ?? []), plan])
  return {
    ...(waits ? { '202': storedResponse() } : {}),
    ...Object.fromEntries(
      [...bodies].map(([status, names]) => [status, successOf(row, status, names)]),
    ),
    ...Object.fromEntries(
      [...errors, ...ENTRY_ERRORS].map((status) => [
        String(status),
        failureRef(status, row.mediaType === 'text/html'),
      ]),
    ),
  }
}

const storedResponse = (): JsonObject => ({
  description:
    'Someone else has to approve the change: it was stored as a request, and not carried out.',
  headers: headers('X-Request-Id', 'Cache-Control', 'Location'),
  content: content(ref('ApprovalRequest'), JSON_TYPE),
})

function successOf(row: Operation, status: string, names: readonly string[]): JsonObject {
  const description = SUCCESS_SAYS[status] ?? 'Success.'
  const [first, ...others] = names
  const common = headers('X-Request-Id', 'Cache-Control')
  if (first === undefined) {
    return { description, headers: { ...common, ...(status === '304' ? headers('ETag') : {}) } }
  }
  const links = linksOf(row, status)
  const schema = others.length === 0 ? ref(first) : { anyOf: names.map(ref) }
  return {
    description,
    headers: { ...common, ...headers(...row.answerHeaders) },
    content: contentOf(row, schema),
    ...(Object.keys(links).length === 0 ? {} : { links }),
  }
}

/** What a browser gets in the place of JSON stands beside it. */
const contentOf = (row: Operation, schema: JsonObject): JsonObject => ({
  // Readers hold each event against the schema, which OpenAPI 3.1 cannot describe.
  ...content(row.mediaType === 'text/event-stream' ? {} : schema, row.mediaType ?? JSON_TYPE),
  ...(row.path === '/' ? content({ type: 'string' }, 'text/html') : {}),
})
