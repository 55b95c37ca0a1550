/** `GET`, `PUT` and `DELETE /clients/{clientId}/leases`: values that are in a list for a time. */

import type { LEASE_OPERATIONS } from '../../contract/operations/leases.ts'
import { ClientError, isClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import type { Warning } from '../../core/mapping/row.ts'
import type { ChangeRequest, Lease, LeaseTaking } from '../../service/base/request.ts'
import { overLeases } from '../../service/lease/leases.ts'
import { readClient } from '../../service/reading/read.ts'
import type { Answer } from '../answer.ts'
import { absent, changeHeaders, performChange, planAnswer, reading } from '../change.ts'
import { etagOf } from '../etag.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import { leaseRequest } from '../schemas/leases.ts'
import { leaseBody } from '../standing.ts'
import { type Target, targetOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'
import { checkMembers, memberOf } from '../wire/members.ts'

export const LEASE_HANDLERS: Handlers<keyof typeof LEASE_OPERATIONS> = {
  listLeases,
  putLease,
  endLeases,
}

/** All leases of a client. */
async function listLeases(exchange: Exchange): Promise<Answer> {
  const target = targetOf(exchange, exchange.query)
  const { tag, warnings, standing } = await absent(
    readClient(exchange.settings.service, reading(exchange, target)),
  )
  const body = leasesBody(target, standing?.leases ?? [], warnings)
  return { status: 200, headers: { etag: etagOf(exchange, tag, body) }, body }
}

/** Takes a lease or renews it. */
async function putLease(exchange: Exchange): Promise<Answer> {
  const { query } = exchange
  const body = readJsonBody(exchange.request, 'value')
  checkMembers(leaseRequest, body)
  const { provider = query.provider, userPoolId = query.userPoolId } = body
  const target = targetOf(exchange, { provider, userPoolId })
  const lease = leaseOf(body)
  return answerLeases(exchange, target, lease, { ...lease }).catch((error) => {
    throw namedValue(error, lease)
  })
}

/** Ends the leases of an owner: all of them, or those on a list, or the one on a value. */
async function endLeases(exchange: Exchange): Promise<Answer> {
  const { query } = exchange
  const target = targetOf(exchange, query)
  const { owner = '', field, value } = query
  const ends = (lease: Lease) =>
    lease.owner === owner &&
    (field === undefined || lease.field === field) &&
    (value === undefined || lease.value === value)
  const content = { owner, field: field ?? null, value: value ?? null }
  return answerLeases(exchange, target, { kind: 'end_lease', ends }, content)
}

/** Answers what the owner has now: whoever may only lease learns nothing else of the client. */
async function answerLeases(
  exchange: Exchange,
  target: Target,
  patch: ChangeRequest['patch'],
  content: JsonObject & { readonly owner: string },
): Promise<Answer> {
  const { service } = exchange.settings
  if (exchange.query.dryRun === 'true' && !target.may('clients:read')) {
    throw new ClientError(
      'insufficient_scope',
      'A dry run shows the client, so it also needs the permission clients:read.',
    )
  }
  const result = await performChange(exchange, target, patch, {
    asked: content,
    shown: ({ standing }) =>
      leasesBody(target, standing?.leases ?? [], overLeases(standing, service.now())),
  })
  if (result.outcome === 'planned') return planAnswer(exchange, target, result)
  const theirs = (result.standing?.leases ?? []).filter(({ owner }) => owner === content.owner)
  const warnings = result.warnings.filter(
    (one) => target.may('clients:read') || isOwn(one, content),
  )
  const body = leasesBody(target, theirs, warnings)
  return { status: 200, headers: changeHeaders(exchange, result, body), body }
}

/** Those about the lease; others tell settings and values of the client. */
const OWN_WARNINGS = ['near_limit', 'value_stays', 'cannot_end', 'not_as_planned']

const isOwn = ({ code, message }: Warning, { value }: JsonObject) =>
  OWN_WARNINGS.includes(code) ||
  (typeof value === 'string' && message.includes(JSON.stringify(value)))

function leasesBody(
  { ref }: Target,
  leases: readonly Lease[],
  warnings: readonly Warning[],
): JsonObject {
  return {
    ...ref,
    leases: leases.map(leaseBody),
    ...(warnings.length === 0 ? {} : { warnings: warnings as unknown as Json }),
  }
}

/** @throws ClientError `invalid_field` */
function leaseOf(body: JsonObject): LeaseTaking {
  const field = memberOf(leaseRequest, body, 'field')
  const value = memberOf(leaseRequest, body, 'value')
  const owner = memberOf(leaseRequest, body, 'owner')
  const seconds = memberOf(leaseRequest, body, 'ttlSeconds')
  return { kind: 'lease', field, value, owner, seconds }
}

/** What is wrong with the value, under the name that it has in this request. */
function namedValue(error: unknown, { field }: LeaseTaking): unknown {
  const path = `client.${field}.add[0]`
  if (!isClientError(error) || error.field !== path) return error
  const { code, message, details } = error
  return new ClientError(code, message.replaceAll(path, 'value'), { ...details, field: 'value' })
}
