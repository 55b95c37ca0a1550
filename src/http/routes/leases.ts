/** `GET`, `PUT` and `DELETE /clients/{clientId}/leases`: values that are in a list for a time. */

import type { LEASE_OPERATIONS } from '../../contract/operations/leases.ts'
import { ClientError, isClientError } from '../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../core/json/json.ts'
import type { Warning } from '../../core/mapping/row.ts'
import type { ChangeRequest, Lease, LeasedValue, LeaseTaking } from '../../service/base/request.ts'
import { overLeases } from '../../service/lease/leases.ts'
import { readClient } from '../../service/reading/read.ts'
import type { Answer } from '../answer.ts'
import { absent, changeHeaders, performChange, planAnswer, reading } from '../change.ts'
import { etagOf } from '../etag.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import { leasedValue, leaseRequest } from '../schemas/leases.ts'
import { leaseBody } from '../standing.ts'
import { type Target, targetOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'
import { checkedValue, checkMembers, memberOf } from '../wire/members.ts'
import { listValues, putValues } from './values/values.ts'

export const LEASE_HANDLERS: Handlers<keyof typeof LEASE_OPERATIONS> = {
  listLeases,
  putLease,
  endLeases,
  listValues,
  putValues,
}

/** All leases of a client. */
async function listLeases(exchange: Exchange): Promise<Answer> {
  const target = await targetOf(exchange, exchange.query)
  const { tag, warnings, standing } = await absent(
    readClient(exchange.settings.service, reading(exchange, target)),
  )
  const body = leasesBody(target, standing?.leases ?? [], warnings)
  return { status: 200, headers: { etag: etagOf(exchange, tag, body) }, body }
}

/** Takes leases or renews them: one value, or several of which all are leased or none. */
async function putLease(exchange: Exchange): Promise<Answer> {
  const { query } = exchange
  const body = readJsonBody(exchange.request, 'value')
  checkMembers(leaseRequest, body)
  const { provider = query.provider, userPoolId = query.userPoolId } = body
  const target = await targetOf(exchange, { provider, userPoolId })
  const lease = leaseOf(body)
  const content = lease as unknown as JsonObject & { readonly owner: string }
  return answerLeases(exchange, target, lease, { ...content }).catch((error) => {
    throw namedValue(error, lease, body.values !== undefined)
  })
}

/** Ends the leases of an owner: all of them, or those on a list, or the one on a value. */
async function endLeases(exchange: Exchange): Promise<Answer> {
  const { query } = exchange
  const target = await targetOf(exchange, query)
  const { owner = '', field, value } = query
  const ends = (lease: Lease) =>
    lease.owner === owner &&
    (field === undefined || lease.field === field) &&
    (value === undefined || lease.value === value)
  const content = { owner, field: field ?? null, value: value ?? null }
  return answerLeases(exchange, target, { kind: 'end_lease', ends }, content)
}

/** Answers what the owner has now: callers who may only lease learn nothing else of the client. */
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

/** Those about the lease; others reveal settings and values of the client. */
const OWN_WARNINGS = ['near_limit', 'value_stays', 'cannot_end', 'not_as_planned']

const isOwn = ({ code, message }: Warning, { value, more = [] }: JsonObject) =>
  OWN_WARNINGS.includes(code) ||
  [value, ...(Array.isArray(more) ? more.map((one) => isRecord(one) && one.value) : [])].some(
    (own) => typeof own === 'string' && message.includes(JSON.stringify(own)),
  )

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
  const [first, ...more] = valuesOf(body)
  if (first === undefined) throw invalidValues('must hold one value at least')
  const owner = memberOf(leaseRequest, body, 'owner')
  const seconds = memberOf(leaseRequest, body, 'ttlSeconds')
  const further = more.length === 0 ? {} : { more }
  return { kind: 'lease', ...first, ...further, owner, seconds }
}

/** The values that a body names, in one way or the other. */
function valuesOf(body: JsonObject): readonly LeasedValue[] {
  const values = memberOf(leaseRequest, body, 'values')
  if (values === undefined) {
    const [field, value] = [
      checkedValue(leasedValue.shape.field, body.field, 'field'),
      checkedValue(leasedValue.shape.value, body.value, 'value'),
    ]
    return [{ field, value }]
  }
  if (body.field !== undefined || body.value !== undefined) {
    throw invalidValues('must be absent beside "field" and "value"')
  }
  const names = values.map(({ field, value }) => JSON.stringify([field, value]))
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0)
    throw invalidValues(`must not name a value twice: values[${twice}] is there before`)
  return values
}

const invalidValues = (says: string) =>
  new ClientError('invalid_field', `values ${says}.`, { field: 'values' })

/** What is wrong with a value, under the name that it has in this request. */
function namedValue(error: unknown, taking: LeaseTaking, isList: boolean): unknown {
  if (!isClientError(error)) return error
  const values = [taking, ...(taking.more ?? [])]
  for (const [index, { field }] of values.entries()) {
    const before = values.slice(0, index).filter((one) => one.field === field).length
    const path = `client.${field}.add[${before}]`
    if (error.field !== path) continue
    const name = isList ? `values[${index}].value` : 'value'
    const { code, message, details } = error
    return new ClientError(code, message.replaceAll(path, name), { ...details, field: name })
  }
  return error
}
