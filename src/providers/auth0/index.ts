/**
 * Auth0, spoken as plain JSON over HTTP. The client's connections are a second resource: they are
 * read along with it and changed in calls of their own, enabled ones first and disabled ones last.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { isRecord } from '../../core/json.ts'
import type { Native } from '../../core/mapping.ts'
import { updateBody } from '../../core/update-body.ts'
import { callPaced, type JsonAnswer } from '../http.ts'
import type { Pace } from '../pace.ts'
import type { Call, ClientRef, Provider, Step } from '../provider.ts'
import { AVAILABLE, asMember, connectionChanges, ENABLED } from './connections.ts'
import { errorOf } from './errors.ts'
import { mapping } from './mapping.ts'
import { type Auth0Pace, createAuth0Pace, MANAGEMENT, toldBy } from './pace.ts'
import { createTokenSource, type TokenSettings } from './token.ts'

interface Request {
  /** Method and template, as logs name it. */
  readonly operation: string
  readonly path: string
  readonly body?: Json
}

type Send = (request: Request, call: Call) => Promise<Json | undefined>

export interface Auth0Settings extends TokenSettings {
  readonly pace?: Auth0Pace | undefined
}

/** One Auth0 tenant. */
export function createAuth0Provider(settings: Auth0Settings): Provider {
  const pace = createAuth0Pace(settings.pace ?? {}, settings.now)
  const send = createSender(settings, pace)
  return {
    type: 'auth0',
    mapping,
    pace: pace.state,
    read: async (ref, call, fields = []) => {
      const [native, enabled, available] = await Promise.all([
        readClient(send, ref, call),
        readConnections(
          send,
          `${clientPath(ref)}/connections`,
          'GET /clients/{id}/connections',
          call,
        ),
        fields.includes('supportedIdp')
          ? readConnections(send, '/connections', 'GET /connections', call)
          : undefined,
      ])
      return {
        ...native,
        [ENABLED]: asMember(enabled),
        ...(available === undefined ? {} : { [AVAILABLE]: asMember(available) }),
      }
    },
    steps: (ref, base, next) => {
      const { enable, disable } = connectionChanges(base, next)
      return [
        ...enable.map((id) => connectionStep(send, ref, id, true)),
        ...clientSteps(send, ref, base, next),
        ...disable.map((id) => connectionStep(send, ref, id, false)),
      ]
    },
  }
}

const clientPath = ({ id }: ClientRef) => `/clients/${encodeURIComponent(id)}`

async function readClient(send: Send, ref: ClientRef, call: Call): Promise<Native> {
  const body = await send({ operation: 'GET /clients/{id}', path: clientPath(ref) }, call)
  if (isRecord(body) && typeof body.client_id === 'string') return body
  throw new ClientError('provider_unavailable', 'Auth0 answered with something else than a client.')
}

/** Only what is needed: a connection's options hold the secrets of the identity provider behind it. */
const CONNECTION_QUERY = 'fields=id,name,strategy&include_fields=true&take=100'

async function readConnections(
  send: Send,
  path: string,
  operation: string,
  call: Call,
): Promise<readonly Json[]> {
  const found: Json[] = []
  for (let from = ''; ; ) {
    const page = await send({ operation, path: `${path}?${CONNECTION_QUERY}${from}` }, call)
    const { connections = page, next } = isRecord(page) ? page : {}
    if (!Array.isArray(connections)) {
      throw new ClientError(
        'provider_unavailable',
        'Auth0 answered with something else than a list.',
      )
    }
    found.push(...connections)
    if (typeof next !== 'string' || next === '') return found
    from = `&from=${encodeURIComponent(next)}`
  }
}

function clientSteps(send: Send, ref: ClientRef, base: Native, next: Native): readonly Step[] {
  const body = updateBody(mapping, base, next)
  // Auth0 refuses an update without any member.
  if (Object.keys(body).length === 0) return []
  return [
    {
      request: { method: 'PATCH', target: '/api/v2/clients/{id}', body },
      send: async (call) => {
        const request = { operation: 'PATCH /clients/{id}', path: clientPath(ref), body }
        const after = await send(request, call)
        if (!isRecord(after) || typeof after.client_id !== 'string') {
          throw new ClientError(
            'outcome_unknown',
            'Auth0 answered with something else than a client.',
          )
        }
        return { ...after, [ENABLED]: base[ENABLED] ?? {} }
      },
    },
  ]
}

function connectionStep(send: Send, ref: ClientRef, id: string, status: boolean): Step {
  const body = [{ client_id: ref.id, status }]
  return {
    request: {
      method: 'PATCH',
      target: `/api/v2/connections/${id}/clients`,
      body: { clients: body },
    },
    send: async (call) => {
      const operation = 'PATCH /connections/{id}/clients'
      const path = `/connections/${encodeURIComponent(id)}/clients`
      await send({ operation, path, body }, call).catch(connectionError)
      return undefined
    },
  }
}

/** A refused read is no refused change: what is wrong is between this server and Auth0. */
function readError(error: ClientError): ClientError {
  if (error.code !== 'provider_refused') return error
  return new ClientError(
    'provider_misconfigured',
    'Auth0 refused to show the client to this server; its operator must look at the configuration.',
  )
}

/** A connection that has gone meanwhile is not a client that is missing. */
function connectionError(error: unknown): never {
  if (!isClientError(error, 'not_found')) throw error
  throw new ClientError(
    'provider_refused',
    'Auth0 no longer has one of the connections that client.supportedIdp names; nothing was changed.',
    { field: 'client.supportedIdp' },
  )
}

function createSender(settings: TokenSettings, pace: Pace): Send {
  const source = createTokenSource(settings, pace)
  const told = (answer: JsonAnswer) => toldBy(answer, settings.now())
  return async ({ operation, path, body }, call) => {
    const [method = 'GET'] = operation.split(' ')
    let token = ''
    const request = async () => {
      token = await source.token(call)
      return {
        operation,
        method,
        url: `${settings.baseUrl}/api/v2${path}`,
        headers: {
          authorization: `Bearer ${token}`,
          'x-correlation-id': call.operationId,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        effect: method !== 'GET',
      }
    }
    const answer = await callPaced({ pace, buckets: MANAGEMENT, told }, request, call)
    if (answer.status === 401) source.drop(token)
    const error = errorOf(mapping, answer, settings.now())
    if (error !== undefined) throw method === 'GET' ? readError(error) : error
    return answer.body
  }
}
