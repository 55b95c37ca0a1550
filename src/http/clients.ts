/** `GET` and `PATCH /clients/{clientId}`. */

import { FIELDS, type FieldKind, type FieldName } from '../core/client.ts'
import { ClientError, isClientError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { isRecord } from '../core/json.ts'
import { type Patch, parseJsonPatch, parseMergePatch } from '../core/patch.ts'
import { replacePaths } from '../core/paths.ts'
import { changeClient } from '../service/change.ts'
import { readClient } from '../service/read.ts'
import type { ChangeResult } from '../service/request.ts'
import { callerOf } from '../service/service.ts'
import { ANSWER_MEMBERS, type Answer, clientBody } from './answer.ts'
import { readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import type { FieldKind as FormKind } from './form-body.ts'
import { single } from './headers.ts'
import { checkBodyMembers, noSuchClient, type Target, targetOf } from './target.ts'

/** Reads one client. */
export async function getClient(exchange: Exchange): Promise<Answer> {
  const target = targetOf(exchange, exchange.query, 'clients:read')
  const { ref, provider } = target
  const { native, tag, warnings } = await absent(
    readClient(exchange.settings.service, {
      ref,
      provider,
      requestId: exchange.requestId,
      caller: callerOf(actorOf(target)),
      deadline: exchange.request.deadline,
      onUpstream: (call) => exchange.trace.upstream.push(call),
    }),
  )
  const told = { maySeeSecret: target.may('secrets:read'), warnings }
  return {
    status: 200,
    headers: { etag: `"${tag}"` },
    body: clientBody(ref, provider.mapping, native, told),
  }
}

/** Changes one client, or plans the change with `?dryRun=true`. */
export async function patchClient(exchange: Exchange): Promise<Answer> {
  const sent = readBody(exchange.request, FORM_KINDS)
  const { provider, userPoolId, client } = membersOf(exchange, sent.value)
  const target = targetOf(exchange, { provider, userPoolId }, 'clients:write')
  const patch =
    sent.kind === 'json-patch' ? parseJsonPatch(client) : parseMergePatch(sentBack(target, client))
  checkSecretPatch(target, patch)
  const ifMatch = ifMatchOf(exchange)
  const result = await absent(
    changeClient(exchange.settings.service, {
      ref: target.ref,
      provider: target.provider,
      patch,
      ...(ifMatch === undefined ? {} : { ifMatch }),
      authorize: (named) => checkNamed(target, named),
      dryRun: exchange.query.dryRun === 'true',
      actor: actorOf(target),
      requestId: exchange.requestId,
      deadline: exchange.request.deadline,
      onUpstream: (call) => exchange.trace.upstream.push(call),
    }),
  )
  exchange.trace.outcome = result.outcome
  if (result.operationId !== undefined) exchange.trace.operationId = result.operationId
  return changeAnswer(exchange, target, result)
}

function changeAnswer(exchange: Exchange, target: Target, result: ChangeResult): Answer {
  const { ref, provider } = target
  const planned = result.outcome === 'planned'
  const told = {
    maySeeSecret: target.may('secrets:read'),
    warnings: planned ? [] : result.warnings,
  }
  const client = clientBody(ref, provider.mapping, result.native, told)
  const headers = { etag: `"${result.tag}"` }
  if (!planned) return { status: 200, headers, body: client }
  const { fingerprints } = exchange.settings.service
  const requests = result.steps.map(({ request }) => ({
    ...request,
    body: replacePaths(request.body, provider.mapping.secretPaths, (value) =>
      fingerprints.ofSecret(String(value)),
    ),
  }))
  const plan = { changes: result.changes, requests, warnings: result.warnings }
  return {
    status: 200,
    headers,
    body: { dryRun: true, ...(plan as unknown as JsonObject), client },
  }
}

/** One answer for every way in which a client is not there. */
async function absent<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isClientError(error, 'not_found')) throw noSuchClient()
    throw error
  }
}

interface Members {
  readonly provider?: Json | undefined
  readonly userPoolId?: Json | undefined
  readonly client?: Json | undefined
}

/** A bare JSON Patch has no room for the address, which then stands in the query. */
function membersOf({ query }: Exchange, body: Json): Members {
  if (Array.isArray(body)) return { ...query, client: body }
  if (!isRecord(body)) {
    throw new ClientError('invalid_request', 'The body must be an object with a member "client".')
  }
  checkBodyMembers(body, ['provider', 'userPoolId', 'client'])
  const { provider = query.provider, userPoolId = query.userPoolId, client } = body
  return { provider, userPoolId, client }
}

/** A client as it was answered can be sent back: what is ours in it is checked and taken out. */
function sentBack({ ref }: Target, client: Json | undefined): Json | undefined {
  if (!isRecord(client)) return client
  const { provider = ref.provider, userPoolId = ref.userPoolId } = client
  if (provider !== ref.provider || userPoolId !== ref.userPoolId) {
    throw new ClientError(
      'read_only_field',
      'client.provider and client.userPoolId must be absent or name where the client is: it cannot be moved.',
      { field: 'client.provider' },
    )
  }
  return Object.fromEntries(
    Object.entries(client).filter(
      ([name]) => !(ANSWER_MEMBERS as readonly string[]).includes(name),
    ),
  )
}

/**
 * Setting a secret takes more than the right to change clients. Who may neither see nor set it is
 * refused before it is compared with anything; who may see it can send it back as it is.
 */
function checkSecretPatch(target: Target, patch: Patch): void {
  const sets =
    patch.kind === 'merge'
      ? patch.fields.secret !== undefined && patch.fields.secret !== null
      : patch.operations.some(({ path }) => path[0] === 'secret')
  if (sets && !target.may('secrets:read')) checkNamed(target, ['secret'])
}

function checkNamed(target: Target, named: readonly FieldName[]): void {
  if (!named.includes('secret') || target.may('secrets:rotate')) return
  throw new ClientError(
    'insufficient_scope',
    'client.secret needs the permission secrets:rotate; leave it out to change the rest.',
    { field: 'client.secret' },
  )
}

function actorOf({ principal }: Target) {
  const { subject, issuer, clientId } = principal
  return { subject, issuer, ...(clientId === undefined ? {} : { clientId }) }
}

/** RFC 9110 section 13.1.1; weak tags never match. */
function ifMatchOf({ request }: Exchange): readonly string[] | undefined {
  const value = single(request, 'if-match')
  if (value === undefined) return undefined
  if (value.trim() === '*') return ['*']
  const tags = value.split(',').map((tag) => tag.trim())
  if (!tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) {
    throw new ClientError(
      'invalid_request',
      'If-Match must hold entity tags in double quotes, or *.',
      {
        field: 'If-Match',
      },
    )
  }
  return tags.filter((tag) => tag.startsWith('"')).map((tag) => tag.slice(1, -1))
}

const FORM_KIND: { readonly [K in FieldKind]: FormKind } = {
  string: 'string',
  secret: 'string',
  boolean: 'boolean',
  integer: 'integer',
  list: 'list',
  map: 'map',
  object: { enabled: 'boolean', graceSeconds: 'integer' },
  raw: 'raw',
}

/** How a form spells each field. */
const FORM_KINDS = Object.fromEntries(
  Object.entries(FIELDS).map(([field, { kind }]) => [field, FORM_KIND[kind]]),
)
