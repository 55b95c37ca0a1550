/** Calls to a registration endpoint, and to the client configuration endpoint of one client. */

import { ClientError, isClientError } from '../../../core/errors.ts'
import type { Json, JsonObject } from '../../../core/json/json.ts'
import { isRecord } from '../../../core/json/json.ts'
import { stringifyJson } from '../../../core/json/json-text.ts'
import type { Mapping } from '../../../core/mapping/mapping.ts'
import { hiddenTexts } from '../../../core/secrecy/provider-words.ts'
import type { Secret } from '../../../core/secrecy/secret.ts'
import { resourceOf } from '../../../store/resource.ts'
import type { Store } from '../../../store/store.ts'
import type { Call, ClientRef } from '../../call.ts'
import { callPaced, type JsonAnswer, throttleOf } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import { type Custody, type CustodyRecord, type Opening, sameOpening } from '../custody.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { secretExpiry } from '../secret-expiry.ts'
import { createEndpoints, documentOf, type EndpointSettings, type Endpoints } from './endpoints.ts'
import { errorOf } from './errors.ts'
import { REGISTRATION } from './pace.ts'

export interface CallerParts {
  readonly endpoints: EndpointSettings
  readonly dialect: Dialect
  readonly initialAccessToken?: Secret | undefined
  readonly custody: Custody
  readonly mapping: Mapping
  readonly pace: Pace
  readonly store: Store
  now(): number
}

/** One request to a client configuration endpoint. */
export interface ClientRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  readonly body?: JsonObject
  /**
   * Sequence number of the registration that the request was made from: where the token has been renewed
   * since, someone else has written, and it is not sent.
   */
  readonly madeAt?: number
}

export interface Answered {
  readonly body: JsonObject
  /** The same as it came, which may be no object. */
  readonly found: Json
  /** What opens the client after the call. */
  readonly held: CustodyRecord
}

export interface Caller {
  readonly endpoints: Endpoints
  /** @throws ClientError as the contract of providers says */
  asClient(ref: Ref, request: ClientRequest, call: Call): Promise<Answered>
  /** Reads with a token that is not in custody. @throws ClientError `provider_refused` */
  tryToken(opening: { token: string; url: string }, call: Call): Promise<JsonObject>
  /** Registers a client. */
  register(body: JsonObject, call: Call): Promise<JsonObject>
}

type Ref = Pick<ClientRef, 'provider' | 'id'>

export function createCaller(parts: CallerParts): Caller {
  const { custody, mapping, pace, dialect } = parts

  async function send(
    request: { operation: string; url: string; token?: string | undefined; body?: JsonObject },
    call: Call,
  ): Promise<JsonAnswer> {
    const { operation, url, token, body } = request
    const [method = 'GET'] = operation.split(' ')
    const nextRequest = async () => ({
      operation,
      method,
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: stringifyJson(body) }),
      effect: method !== 'GET',
      // Servers answer so to what they did not expect, and would again.
      failsForGood: true as const,
    })
    return callPaced({ pace, buckets: REGISTRATION, rateOf: throttleOf }, nextRequest, call)
  }

  const endpoints = createEndpoints(parts.endpoints, dialect, {
    now: parts.now,
    read: async (url, call) => {
      const answer = await send({ operation: 'GET /.well-known', url }, call)
      if (answer.status === 404) return undefined
      const document = answer.status === 200 ? documentOf(answer.body) : undefined
      if (document !== undefined) return document
      throw new ClientError('provider_unavailable', 'The server has no discovery document.')
    },
  })

  /** The first of the tokens that is taken, each at its own address; `undefined` when all are refused. */
  async function withTokens(
    custodyRecord: CustodyRecord,
    { method, body }: ClientRequest,
    call: Call,
  ) {
    for (const opening of custodyRecord.openings) {
      const { token } = opening
      const url = await endpoints.client(custodyRecord.id, opening.uri, call)
      const operation = `${method} /register/{id}`
      const request = { operation, url, token, ...(body === undefined ? {} : { body }) }
      const answer = await send(request, call)
      if (!isRefused(dialect, answer)) return { answer, opening }
    }
    return undefined
  }

  /** What is left of the answer once all that opens the client is durable. */
  async function storeAnswer(
    custodyRecord: CustodyRecord,
    { opening, answer }: { readonly opening: Opening; readonly answer: JsonAnswer },
    method: ClientRequest['method'],
    call: Call,
  ) {
    const { body: content = null } = answer
    const body = isRecord(content) ? content : {}
    const { registration_access_token: renewed } = body
    const token = typeof renewed === 'string' && renewed !== '' ? renewed : opening.token
    // A client that was updated since is no longer about to be removed.
    const settled =
      custodyRecord.condition === 'removing' ? method !== 'PUT' : custodyRecord.condition === 'held'
    // Where it is managed stays as it was at first: nothing may come before the token is durable.
    const next = { ...opening, token }
    const [newest] = custodyRecord.openings
    // RFC 7591 section 3.2.1: an answer with a secret says when it ends.
    const expiry = 'client_secret_expires_at' in body ? (secretExpiry(body) ?? 0) : undefined
    const isKnown = expiry === undefined || expiry === (custodyRecord.secretExpiresAt ?? 0)
    if (newest !== undefined && sameOpening(newest, next) && settled && isKnown) {
      return { body, found: content, held: custodyRecord }
    }
    return {
      body,
      found: content,
      held: await custody.keep(custodyRecord.id, next, call.operationId, expiry),
    }
  }

  async function asClient(ref: Ref, request: ClientRequest, call: Call): Promise<Answered> {
    const { method, madeAt } = request
    const first = await custody.find(ref.id)
    if (madeAt !== undefined && first.seq !== madeAt) throw renewedMeanwhile()
    for (let custodyRecord = first; ; ) {
      const result = await withTokens(custodyRecord, request, call)
      if (result !== undefined) {
        const { openings } = custodyRecord
        const secrets = () => [
          ...openings.map(({ token }) => token),
          result.opening.token,
          ...hiddenTexts(mapping, request.body ?? null),
        ]
        const error = errorOf(mapping, result.answer, method !== 'GET', secrets)
        if (isClientError(error, 'not_found') && method !== 'DELETE') {
          throw await purged(custody, custodyRecord, call)
        }
        if (error !== undefined) throw error
        return storeAnswer(custodyRecord, result, method, call)
      }
      const newer = await newerThan(parts, ref, custodyRecord, call)
      // A write that was made before the token was renewed starts again from the read.
      if (method !== 'GET') throw renewedMeanwhile()
      custodyRecord = newer
    }
  }

  return {
    endpoints,
    asClient,
    tryToken: async ({ token, url }, call) => {
      const answer = await send({ operation: 'GET /register/{id}', url, token }, call)
      if (isRefused(dialect, answer) || answer.status === 404) {
        throw new ClientError(
          'provider_refused',
          'The server does not accept this registration access token for this client. Nothing was stored.',
          { field: 'registrationAccessToken' },
        )
      }
      const error = errorOf(mapping, answer, false)
      if (error !== undefined) throw error
      return isRecord(answer.body) ? answer.body : {}
    },
    register: async (body, call) => {
      const url = await endpoints.registration(call)
      const token = parts.initialAccessToken?.reveal()
      const answer = await send({ operation: 'POST /register', url, token, body }, call)
      if (answer.status === 401) throw badInitialToken()
      // There is no client yet that could be missing.
      if (answer.status === 404) throw noEndpoint()
      const secrets = () => [...(token === undefined ? [] : [token]), ...hiddenTexts(mapping, body)]
      const error = errorOf(mapping, answer, true, secrets)
      if (error !== undefined) throw error
      return isRecord(answer.body) ? answer.body : {}
    },
  }
}

/** Whether a token was not taken, which some servers say with another status than 401. */
const isRefused = ({ refusedToken }: Dialect, { status, body }: JsonAnswer) =>
  status === 401 ||
  (refusedToken !== 401 && status === 400 && isRecord(body) && body.error === refusedToken)

/**
 * The registration that another instance has left since `held` was refused. Clients' logs are looked at
 * first: whatever was renewed by a change that is closed there has been kept before that.
 * @throws ClientError `provider_unavailable`, `not_found`, `client_gone`
 */
async function newerThan(
  { store, custody, now }: CallerParts,
  ref: Ref,
  custodyRecord: CustodyRecord,
  call: Call,
): Promise<CustodyRecord> {
  const head = await store.last(resourceOf(ref))
  const latest = await custody.find(ref.id)
  if (latest.seq !== custodyRecord.seq) return latest
  if (custodyRecord.condition === 'refused') throw noSuchClient()
  if (head?.kind === 'intent' && head.operationId !== call.operationId && head.deadline > now()) {
    throw renewedMeanwhile()
  }
  if (custodyRecord.condition === 'removing') {
    // RFC 7592 section 2.1: a client that does not exist is a 401 too.
    await custody.mark(custodyRecord, 'removed', call.operationId)
    throw new ClientError('not_found', 'There is no such client.')
  }
  await custody.mark(custodyRecord, 'refused', call.operationId)
  throw noSuchClient()
}

/** What a 404 means for a client that is known here: it is gone, by our own removal or by one at the server. */
async function purged(
  custody: Custody,
  custodyRecord: CustodyRecord,
  { operationId }: Call,
): Promise<ClientError> {
  if (custodyRecord.condition === 'removing') {
    await custody.mark(custodyRecord, 'removed', operationId)
    return new ClientError('not_found', 'There is no such client.')
  }
  await custody.mark(custodyRecord, 'refused', operationId)
  return new ClientError(
    'client_gone',
    'The server no longer has this client: it was removed there. Copy it from its last known record, or adopt another one in its place.',
    { purged: true },
  )
}

const noSuchClient = () =>
  new ClientError(
    'client_gone',
    'The server no longer accepts the registration access token of this client: the client was removed there, or an answer with a newer token was lost. Adopt the client again with a valid token, or copy it from its last known record.',
  )

const renewedMeanwhile = () =>
  new ClientError(
    'provider_unavailable',
    "The client's registration access token was renewed by another change meanwhile. Nothing was changed. Try again.",
  )

const badInitialToken = () =>
  new ClientError(
    'provider_misconfigured',
    "The server does not accept this server's initial access token for registrations. The operator must check the configuration.",
  )

const noEndpoint = () =>
  new ClientError(
    'provider_misconfigured',
    'The server registers no clients at the registration endpoint (404). The operator must check the configuration.',
  )
