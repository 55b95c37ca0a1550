/**
 * `GET /openapi.json`: OpenAPI 3.1, made of the route table and of the very schemas that validate.
 * https://spec.openapis.org/oas/v3.1.0
 */

import type { JsonObject } from '../../core/json/json.ts'
import type { Answer } from '../answer.ts'
import { type Condition, conditionsOf, isTagged, type Route } from '../route.ts'
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
    parameters: [...inPath, ...inQuery, ...headersOf(route)],
    ...(route.body === undefined ? {} : { requestBody: BODIES[route.body] }),
    responses: responsesOf(route),
  }
}

function needsOf({ permission, atSource }: Route): string {
  if (atSource === undefined) return `Needs the permission \`${permission}\`.`
  return `Needs the permission \`${permission}\` where the copy is made, and \`${atSource}\` where the client is.`
}

const isWrite = ({ method }: Pick<Route, 'method'>) => method !== 'GET'

const CONDITION_SAYS: Readonly<Record<Condition, string>> = {
  'If-Match': 'The ETag of the state that the change is meant for; 412 when it has moved on.',
  'If-None-Match': 'The ETag of what the caller has: 304 for a read of the same, 412 for a write.',
}

const IDEMPOTENCY_KEY: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A name of the request: repeated with it, the request has its effect once.',
  schema: { type: 'string', maxLength: 257 },
}

/** A job is told what to do as often as one likes; submitting one has its effect each time. */
function headersOf(route: Route): readonly JsonObject[] {
  const keyed = isWrite(route) && (route.answers !== 'Job' || route.body !== undefined)
  return [
    ...conditionsOf(route).map((name) => ({
      name,
      in: 'header',
      description: CONDITION_SAYS[name],
      schema: { type: 'string' },
    })),
    ...(keyed ? [IDEMPOTENCY_KEY] : []),
  ]
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
      ...(isTagged(route) ? { ETag: { schema: { type: 'string' } } } : {}),
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
    ...(!write && isTagged(route) ? { 304: { description: 'The caller has it already.' } } : {}),
    ...(MAKING.includes(body) ? { 201: { ...answer, description: 'It was made.' } } : {}),
    ...Object.fromEntries(failures.map((status) => [String(status), failure])),
  }
}
