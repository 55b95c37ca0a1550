/**
 * The application: a plain request in, a plain response out. It finds the route, asks who calls, and
 * holds the only catch; everything else is in the handlers, one statement a line.
 */

import { randomUUID } from 'node:crypto'
import { ClientError, isClientError } from '../core/errors.ts'
import { lazy } from '../core/lazy.ts'
import type { PendingChange } from '../service/approval/pending-change.ts'
import { withinDeadline } from '../service/base/deadline.ts'
import { type Answer, asResponse, errorAnswer, storedAnswer } from './answer.ts'
import { bearerToken } from './auth/bearer.ts'
import { accessOf } from './auth/permissions.ts'
import { checkConditions, ifNoneMatchOf } from './conditions.ts'
import { isAmong } from './etag.ts'
import type { Exchange, HttpSettings, Trace } from './exchange.ts'
import { lineOf } from './log.ts'
import { type Match, matchesOf } from './match.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes.ts'
import { sessionCaller } from './session/session-caller.ts'
import { checkStepUp, permissionsWithin } from './session/step-up.ts'
import { checkMediaType, PATCH_TYPES } from './wire/body.ts'
import type { App, HttpRequest } from './wire/message.ts'
import { queryOf } from './wire/query.ts'

/** Few requests wait for an approval. */
const storing = lazy(() => import('./approval/store-request.ts'))
const performing = lazy(() => import('./approval/perform.ts'))

/** A caller may name its request, so that its logs and ours can be brought together. */
const REQUEST_ID = /^[\w.:-]{1,64}$/

/** Builds the application; it never rejects. */
export function createApp(settings: HttpSettings): App {
  return async (request) => {
    const started = Date.now()
    const [requested = ''] = request.headers['x-request-id'] ?? []
    const requestId = REQUEST_ID.test(requested) ? requested : randomUUID()
    const trace: Trace = { upstream: [] }
    let route: Route | undefined
    let principal: Exchange['principal']
    let answer: Answer
    let failure: unknown
    const done = (answer: Answer) => {
      settings.log(
        lineOf({ request, requestId, route, principal, trace, answer, failure, started }),
      )
      return asResponse(answer, requestId)
    }
    try {
      if (request.fault !== undefined) throw request.fault
      if (request.method === 'OPTIONS') return done(optionsAnswer(request))
      const match = matchOf(request)
      route = match.route
      if (route.permission !== 'public') {
        principal =
          (await sessionCaller(request, settings)) ??
          (await settings.verify(bearerToken(request), request.deadline))
        checkStepUp(route, principal, settings.service.now())
      }
      const query = queryOf(route, request.query)
      checkConditions(request, route)
      if (request.isBodyAwaited) {
        if (route.body !== undefined) checkMediaType(request, route.body)
        return asResponse({ status: 100, body: '' }, requestId)
      }
      const params = paramsOf(match.params)
      const operation = route.operationId
      if (principal !== undefined) settings.quotas.count({ operation, request, query, principal })
      const now = settings.service.now()
      const reveals = query.reveal === 'true' || route.permission === 'token'
      const permissions = permissionsWithin(settings.permissions, principal, { now, reveals })
      const service = {
        ...withinDeadline(settings.service, request.deadline),
        ...(principal && { access: accessOf(permissions, principal, route) }),
        approval: {
          always: false,
          pass: async (change: PendingChange) => (await storing()).storeChange(exchange, change),
        },
      }
      const exchange: Exchange = {
        settings: { ...settings, service, permissions },
        request,
        requestId,
        operation,
        row: route,
        params,
        query,
        principal,
        perform: async (one) => (await performing()).perform(settings, one),
        passWork: async (work) => (await storing()).storeWork(exchange, work),
        trace,
      }
      answer = located(unlessKnown(request, await route.handle(exchange)), request)
    } catch (thrown) {
      const stored = isClientError(thrown, 'approval_required') ? thrown.details.request : undefined
      if (stored !== undefined) return done(located(storedAnswer(stored), request))
      failure = thrown
      answer = errorAnswer(thrown, request, requestId)
    }
    return done(answer)
  }
}

/** RFC 9110 section 13.1.2: a representation that the caller has already is not sent again. */
function unlessKnown(request: HttpRequest, answer: Answer): Answer {
  const { etag } = answer.headers ?? {}
  if (request.method !== 'GET' || etag === undefined) return answer
  const isKnown = isAmong(ifNoneMatchOf(request) ?? [], etag)
  return isKnown ? { status: 304, headers: { ...answer.headers }, body: '' } : answer
}

function matchOf({ method, path }: HttpRequest): Match {
  const matches = routesAt(path)
  const match = matches.find(({ route }) => route.method === method)
  if (match !== undefined) return match
  const methods = methodsOf(matches)
  throw new ClientError('method_not_allowed', `This path allows only ${methods}.`, {
    headers: { allow: methods },
  })
}

function routesAt(path: string): readonly Match[] {
  const matches = matchesOf(ROUTES, path)
  if (matches.length > 0) return matches
  throw new ClientError(
    'no_such_route',
    'There is no such path. GET /openapi.json lists the paths.',
  )
}

/** RFC 9110 section 9.1: HEAD is there wherever GET is. */
function methodsOf(matches: readonly Match[]): string {
  const methods = matches.map(({ route }) => route.method)
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
}

/** What a path takes (RFC 9110 section 9.3.7, RFC 5789 section 3.1); no more than the public description says. */
function optionsAnswer({ path }: HttpRequest): Answer {
  const matches = routesAt(path)
  const patches = matches.some(({ route }) => route.method === 'PATCH')
  const headers = {
    allow: methodsOf(matches),
    ...(patches ? { 'accept-patch': PATCH_TYPES.join(', ') } : {}),
  }
  return { status: 204, headers, body: '' }
}

/** An address on this server as its caller can reach it: below what stood before the path of the request. */
function located(answer: Answer, { prefix = '' }: HttpRequest): Answer {
  const { location } = answer.headers ?? {}
  if (prefix === '' || location === undefined) return answer
  return { ...answer, headers: { ...answer.headers, location: `${prefix}${location}` } }
}

/** Decoded once; what is decoded is never used as a path again without being encoded. */
function paramsOf(params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
    )
  } catch (cause) {
    if (!(cause instanceof URIError) || isClientError(cause)) throw cause
    throw new ClientError('invalid_request', 'The path must be percent-encoded UTF-8.', { cause })
  }
}
