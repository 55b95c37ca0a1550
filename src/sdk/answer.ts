/** What an answer of the network means: the body with what stands in its headers, or an error. */

import type { ErrorBody } from '../contract/common.ts'
import type { ApprovalRequest } from '../contract/requests/requests.ts'
import { currentCode, ERROR_CODES, type ErrorCode } from '../core/errors.ts'
import type { Json } from '../core/json/json.ts'
import { parseJson } from '../core/json/json-text.ts'
import type { Answer } from './api.ts'
import { ClientryError, type ErrorFacts } from './error.ts'
import type { FetchResponse } from './fetch.ts'

/** Reads one; `text` is its body. */
export function readAnswer<Body>(
  response: Omit<FetchResponse, 'text'>,
  text: string,
): Answer<Body> | ClientryError {
  const { status, headers } = response
  const header = (name: string) => headers.get(name) || undefined
  const json = /^application\/(problem\+)?json\b/.test(header('content-type') ?? '')
  const body = json ? parsed(text) : text
  // Every answer of a server names its request; what does not comes from something between.
  const requestId = header('x-request-id')
  const isOdd = json && (typeof body !== 'object' || body === null || Array.isArray(body))
  if (!response.ok || requestId === undefined || body === undefined || isOdd) {
    const facts = {
      status,
      retryAfter: secondsOf(header('retry-after')),
      scope: scopeOf(header('www-authenticate')),
    }
    return failureOf(facts, body)
  }
  if (status === 202 && isRequest(body)) return waiting(body, requestId)
  const etag = header('etag')
  const operationId = header('operation-id')
  return {
    body: body as Body,
    status,
    requestId,
    ...(etag === undefined ? {} : { etag }),
    ...(operationId === undefined ? {} : { operationId }),
    replayed: header('idempotent-replayed') === 'true',
  }
}

/** A change that was stored for someone else to approve; a job is answered with the same status. */
const isRequest = (body: unknown): body is ApprovalRequest =>
  typeof body === 'object' && body !== null && 'operation' in body && 'submittedBy' in body

/** What was asked for was not done, so it is no answer. */
function waiting(request: ApprovalRequest, requestId: string): ClientryError {
  const { id, expiresAt } = request
  const says = `Someone else has to approve this change: it waits as the request ${id} until ${expiresAt}. POST /requests/${id}/approve (clientry approve ${id}) approves it.`
  return new ClientryError('approval_required', says, { status: 202, requestId, request })
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** The body of an error; a server that is newer may have codes that are not known here. */
type Failure = Omit<ErrorBody, 'code'> & { readonly code: string }

function failureOf(facts: ErrorFacts, body: unknown): ClientryError {
  const failure: Partial<Failure> = typeof body === 'object' && body !== null ? body : {}
  const { error, code = '', field, fields, requestId, operationId, outcome, mend } = failure
  const { providerMessage } = failure
  if (typeof error !== 'string' || requestId === undefined) {
    const says = `What answered with status ${facts.status} is not a Clientry server.`
    return new ClientryError('unexpected_answer', says, facts)
  }
  const current = currentCode(code)
  const codeOrUnknown = Object.hasOwn(ERROR_CODES, current)
    ? (current as ErrorCode)
    : 'unexpected_answer'
  const details = { field, fields, requestId, operationId, outcome, mend, providerMessage }
  return new ClientryError(codeOrUnknown, error, { ...facts, ...details })
}

/** RFC 6750 section 3: what the token lacks. */
function scopeOf(challenge: string | undefined): string | undefined {
  const [, scope] = /\bscope="([^"]+)"/.exec(challenge ?? '') ?? []
  return scope
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function secondsOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter)
  const date = Date.parse(retryAfter)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1_000)
}
