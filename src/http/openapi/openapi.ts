/**
 * `GET /openapi.json`: OpenAPI 3.1, made of the route table and of the very schemas that validate.
 * https://spec.openapis.org/oas/v3.1.0
 */

import type { JsonObject } from '../../core/json/json.ts'
import type { Answer } from '../answer.ts'
import type { Route } from '../route.ts'
import { QUERY_PARAMETERS } from '../wire/query.ts'
import { VERSION } from '../wire/version.ts'
import { schemas } from './openapi-schemas.ts'
import { ref } from './schema-parts.ts'

let document: Answer | undefined

/** The description of all routes; made at its first use, and sent as the same bytes from then on. */
export function getOpenapi(routes: readonly Route[]): Answer {
  document ??= documentOf(routes)
  return document
}

function documentOf(routes: readonly Route[]): Answer {
  const body = JSON.stringify(openapiOf(routes))
  return { status: 200, body, bytes: Buffer.from(body) }
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
    ...(route.permission === 'public' ? { security: [] } : { description: needsOf(route) }),
    parameters: [...inPath, ...inQuery, ...conditionsOf(route)],
    ...(route.body === undefined ? {} : { requestBody: BODIES[route.body] }),
    responses: responsesOf(route),
  }
}

function needsOf({ permission, atSource }: Route): string {
  if (atSource === undefined) return `Needs the permission \`${permission}\`.`
  return `Needs the permission \`${permission}\` where the copy is made, and \`${atSource}\` where the client is.`
}

const isWrite = ({ method }: Pick<Route, 'method'>) => method !== 'GET'

const CONDITIONS: readonly JsonObject[] = [
  {
    name: 'If-Match',
    in: 'header',
    description: 'The ETag of the state that the change is meant for; 412 when it has moved on.',
    schema: { type: 'string' },
  },
  {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'A name of the request: repeated with it, the request has its effect once.',
    schema: { type: 'string', maxLength: 257 },
  },
]

/** A job is told what to do as often as one likes; submitting one has its effect each time. */
function conditionsOf(route: Route): readonly JsonObject[] {
  if (!isWrite(route)) return []
  if (route.answers !== 'Job') return CONDITIONS
  return route.body === undefined ? [] : CONDITIONS.filter(({ name }) => name !== 'If-Match')
}

const jsonContent = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } })

const BODIES: Readonly<Record<NonNullable<Route['body']>, JsonObject>> = {
  ClientPatch: patchBody(),
  CreationRequest: { required: true, content: jsonContent(ref('CreationRequest')) },
  CopyRequest: { required: true, content: jsonContent(ref('CopyRequest')) },
  RotationRequest: { required: true, content: jsonContent(ref('RotationRequest')) },
  RollbackRequest: { required: true, content: jsonContent(ref('RollbackRequest')) },
  JobRequest: { required: true, content: jsonContent(ref('JobRequest')) },
  UndoRequest: { required: true, content: jsonContent(ref('UndoRequest')) },
  LeaseRequest: { required: true, content: jsonContent(ref('LeaseRequest')) },
  AdoptionRequest: { required: false, content: jsonContent(ref('AdoptionRequest')) },
  ProtectionRequest: { required: true, content: jsonContent(ref('ProtectionRequest')) },
  SuspensionRequest: { required: false, content: jsonContent(ref('SuspensionRequest')) },
  ResumptionRequest: { required: false, content: jsonContent(ref('ResumptionRequest')) },
}

function patchBody(): JsonObject {
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

const CHANGE_HEADERS: JsonObject = {
  'Operation-Id': {
    description: 'Names the change, where there was one, for `GET /operations/{operationId}`.',
    schema: { type: 'string' },
  },
  'Idempotent-Replayed': {
    description: 'The key had been used for this request before; nothing was done again.',
    schema: { const: 'true' },
  },
}

/** What answers that are no JSON are. */
const TEXTS: { readonly [A in Route['answers']]?: string } = {
  Text: 'text/plain',
  Events: 'text/event-stream',
}

/** What a dry run answers, where it is not a plan of changes alone. */
const PLANS: { readonly [A in Route['answers']]?: string } = {
  Copy: 'CopyPlan',
  Job: 'JobPlan',
  Removal: 'RemovalPlan',
}

/** Bodies of routes that make something. */
const MAKING: readonly Route['body'][] = ['CreationRequest', 'CopyRequest']

const WITH_ETAG: readonly Route['answers'][] = [
  'Client',
  'Copy',
  'Findings',
  'Leases',
  'Retirement',
  'Rotation',
  'SecretList',
]

function responsesOf(route: Route): JsonObject {
  const { answers, permission, path, body, query } = route
  const write = isWrite(route)
  const text = TEXTS[answers]
  const plan = PLANS[answers] ?? 'Plan'
  const plans = write && (answers !== 'Job' || query.includes('dryRun'))
  const success = plans ? { anyOf: [ref(answers), ref(plan)] } : ref(answers)
  const absent = path.includes('{') || query.includes('userPoolId') || answers === 'Text'
  const failures = [
    400,
    ...(permission === 'public' ? [] : [401, 403]),
    ...(absent ? [404] : []),
    ...(write ? [409, 412, 422] : []),
    ...(body === undefined ? [] : [413, 415]),
    ...(answers === 'Removal' ? [428] : []),
    ...(answers === 'Events' ? [429] : []),
    500,
    503,
    504,
  ]
  const failure = { description: 'What went wrong.', content: jsonContent(ref('Error')) }
  const answer = {
    description: 'Success.',
    headers: {
      'X-Request-Id': { schema: { type: 'string' } },
      ...(WITH_ETAG.includes(answers) ? { ETag: { schema: { type: 'string' } } } : {}),
      ...(write && answers !== 'Job' ? CHANGE_HEADERS : {}),
    },
    content: text ? { [text]: { schema: { type: 'string' } } } : jsonContent(success),
  }
  return {
    200: answer,
    ...(answers === 'Events'
      ? { 204: { description: 'It has ended, and all of it was seen.' } }
      : {}),
    ...(answers === 'Job' && body !== undefined
      ? { 202: { ...answer, description: 'It was submitted.' } }
      : {}),
    ...(MAKING.includes(body) ? { 201: { ...answer, description: 'It was made.' } } : {}),
    ...Object.fromEntries(failures.map((status) => [String(status), failure])),
  }
}
