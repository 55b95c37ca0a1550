/** The one place where a client and an error become text for a caller. */

import type { Client } from '../core/client.ts'
import type { FieldChange } from '../core/diff.ts'
import { ClientError, isClientError } from '../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../core/json/json.ts'
import { stringifyJson } from '../core/json/json-text.ts'
import type { Mapping } from '../core/mapping/mapping.ts'
import { showClient } from '../core/mapping/mapping.ts'
import type { Native, Warning } from '../core/mapping/row.ts'
import { shownBy, suspensionWarnings } from '../core/mapping/suspension.ts'
import { isFingerprint } from '../core/secrecy/hidden.ts'
import type { Secret } from '../core/secrecy/secret.ts'
import type { ClientRef } from '../providers/call.ts'
import type { Standing } from '../service/base/request.ts'
import { PLAIN_CHALLENGE } from './auth/challenge.ts'
import { managedBody, STANDING_MEMBERS, standingBody, suspensionBody } from './standing.ts'
import type { Site } from './target.ts'
import { accepted, rangesOf } from './wire/accept.ts'
import type { HttpRequest, HttpResponse, Stream } from './wire/message.ts'

/** A handler's result; `app.ts` adds the headers that every answer has. */
export interface Answer {
  readonly status: number
  /** A text goes out as it is, and its handler says of what type it is. */
  readonly body: JsonObject | string
  /** A text as it is sent, where many answers share it. */
  readonly bytes?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly stream?: Stream
}

/** Members of an answer beside the client's own: added by us, and ignored or checked when sent back. */
export const ANSWER_MEMBERS: readonly string[] = [
  'secretRedacted',
  'withheld',
  'provider',
  'userPoolId',
  'warnings',
  'report',
  'lost',
  'lastVerifiedAt',
  'suspension',
  'managed',
  ...STANDING_MEMBERS,
]

/** A client as its caller may see it: of one that they may not read, where it is. */
export function clientBody(
  ref: ClientRef,
  mapping: Mapping,
  native: Native,
  options: {
    readonly may: Site['may']
    readonly warnings: readonly Warning[]
    /** One that reads do not show. */
    readonly secret?: Secret | undefined
    /** What holds for it beside its settings. */
    readonly standing?: Standing | undefined
  },
): JsonObject {
  const { standing, may } = options
  if (!may('clients:read')) return { ...ref, withheld: true }
  const isSuspended = standing?.suspended !== undefined
  const client: Client = showClient(shownBy(mapping, native, isSuspended), native)
  const warnings = [...options.warnings, ...suspensionWarnings(mapping, native, isSuspended)]
  const visible = options.secret ?? client.secret
  const maySeeSecret = may('secrets:read')
  const secret = maySeeSecret ? (visible?.reveal() ?? null) : null
  return {
    ...(client as unknown as JsonObject),
    secret,
    ...(maySeeSecret ? {} : { secretRedacted: true }),
    provider: ref.provider,
    ...(ref.userPoolId === undefined ? {} : { userPoolId: ref.userPoolId }),
    ...standingBody(standing),
    ...managedBody(mapping, native, standing),
    ...suspensionBody(mapping, client, standing),
    ...(warnings.length === 0 ? {} : { warnings: warnings as unknown as Json }),
  }
}

/** What a dry run found out about a client. */
interface PlanParts {
  readonly changes: readonly FieldChange[]
  readonly requests: readonly Json[]
  readonly warnings: readonly Warning[]
}

/**
 * A plan as its caller may see it. It is made of what the provider holds: who may not read clients learns
 * that the request would be taken, and who may not read secrets learns nothing by comparing their fingerprints.
 */
export function planBody(may: Site['may'], { changes, requests, warnings }: PlanParts): JsonObject {
  if (!may('clients:read')) return { dryRun: true, changes: [], requests: [], warnings: [] }
  const plan = { changes, requests, warnings } as unknown as JsonObject
  return { dryRun: true, ...(may('secrets:read') ? plan : withoutFingerprints(plan)) }
}

/** Differences in the same way. */
export function shownChanges(may: Site['may'], changes: readonly FieldChange[]): readonly Json[] {
  return planBody(may, { changes, requests: [], warnings: [] }).changes as readonly Json[]
}

/** What stands for a secret of which not even a fingerprint is shown. */
const NOT_SHOWN = '(not shown)'

function withoutFingerprints<T extends Json>(value: T): T
function withoutFingerprints(value: Json): Json {
  if (isFingerprint(value)) return NOT_SHOWN
  if (Array.isArray(value)) return value.map((item) => withoutFingerprints(item as Json))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withoutFingerprints(inner)]),
  )
}

/** Headers of every answer: nothing is kept by caches, nothing is taken for a page. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** An answer with the headers that each one has. */
export function asResponse(answer: Answer, requestId: string): HttpResponse {
  return {
    status: answer.status,
    headers: { ...HEADERS, 'x-request-id': requestId, ...answer.headers },
    body: typeof answer.body === 'string' ? answer.body : stringifyJson(answer.body),
    ...(answer.bytes === undefined ? {} : { bytes: answer.bytes }),
    ...(answer.stream === undefined ? {} : { stream: answer.stream }),
  }
}

/** The answer to a change that waits for the approval of someone else. */
export const storedAnswer = ({
  id,
  body,
}: NonNullable<ClientError['details']['request']>): Answer => ({
  status: 202,
  headers: { location: `/requests/${encodeURIComponent(id)}` },
  body,
})

/** An error as a caller reads it; an error that is not ours is a fault of ours and says nothing. */
export function errorAnswer(thrown: unknown, request: HttpRequest, requestId: string): Answer {
  const error = isClientError(thrown)
    ? thrown
    : new ClientError(
        'internal',
        'An internal error occurred. The request id identifies it in the log.',
      )
  const { field } = error
  const { fields, retryAfter, headers = {}, operationId, outcome, mend } = error.details
  const { providerMessage } = error.details
  const problem = asksForProblem(request)
  return {
    status: error.status,
    headers: {
      // RFC 6750 section 3.1; a refusal that names the scope has its own.
      ...(error.code === 'insufficient_scope'
        ? { 'www-authenticate': `${PLAIN_CHALLENGE}, error="insufficient_scope"` }
        : {}),
      ...headers,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter)) }),
      ...(problem ? { 'content-type': 'application/problem+json; charset=utf-8' } : {}),
    },
    body: {
      error: error.message,
      code: error.code,
      ...(field === undefined ? {} : { field }),
      ...(fields === undefined ? {} : { fields }),
      ...(operationId === undefined ? {} : { operationId }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(mend === undefined ? {} : { mend }),
      ...(providerMessage === undefined ? {} : { providerMessage }),
      requestId,
      ...(problem ? problemMembers(error) : {}),
    },
  }
}

/** RFC 9457 section 3.1. */
function problemMembers(error: ClientError): JsonObject {
  return {
    type: `urn:clientry:error:${error.code}`,
    title: error.code.replaceAll('_', ' '),
    status: error.status,
    detail: error.message,
  }
}

/** Whether problem details are named in `Accept`, and no less wanted than plain JSON. */
function asksForProblem(request: HttpRequest): boolean {
  const ranges = rangesOf(request)
  const plain = ['application/json', 'application/*', '*/*'].find((name) => ranges.has(name))
  return accepted(request, 'application/problem+json', plain ?? '')
}
