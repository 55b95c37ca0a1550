/** What is wrong with the limits of grants: members that would limit nothing, or not what they seem to. */

import { OPERATIONS } from '../../contract/operations.ts'
import { isFieldName } from '../../core/client.ts'
import { isRecord } from '../../core/json/json.ts'
import type { Limit } from '../../core/rights/limit.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import type { TextRule } from '../../core/rights/text-rule.ts'
import type { RawConfig } from '../config-schema.ts'

type RawGrant = NonNullable<RawConfig['auth']['permissions']>[number]

/** Permissions to change settings and values one by one; all others are about clients as a whole, or about none. */
const OF_SETTINGS: readonly Permission[] = ['clients:write', 'leases:write', 'jobs:write']

/** Permissions that are about no single client. */
const OF_NO_CLIENT: readonly Permission[] = ['metrics:read']

/** Permissions to change a client, which someone else can approve first. */
const APPROVABLE: readonly Permission[] = [
  'clients:write',
  'clients:delete',
  'clients:protect',
  'clients:suspend',
  'clients:assign',
  'clients:privileged',
  'leases:write',
  'secrets:rotate',
  'keys:manage',
  'access:grant',
]

/** Permissions of a row that asks for approval, and that no one can approve. */
export const approvalFaults = (
  { approval, grants }: Pick<RawGrant, 'approval' | 'grants'>,
  at: string,
): readonly string[] =>
  approval === undefined
    ? []
    : grants
        .filter((one) => !APPROVABLE.includes(one))
        .map(
          (one) =>
            `${at}.approval can stand for ${APPROVABLE.join(', ')} only: give ${one} a row of its own.`,
        )

/** The faults of one row, as sentences that begin with its place. */
export function limitFaults(
  { only, grants, providers: ids }: RawGrant,
  at: string,
  providers: RawConfig['providers'],
): readonly string[] {
  if (only === undefined) return []
  const limit = only as Limit
  const place = `${at}.only`
  const limits = Object.keys(only).filter((name) => name !== 'operations')
  return [
    ...(Object.keys(only).length === 0 ? [`${place} must limit something, or be absent.`] : []),
    ...settingFaults(limit, grants, place),
    ...(limits.length > 0
      ? grants
          .filter((one) => OF_NO_CLIENT.includes(one))
          .map(
            (one) =>
              `${at}.grants has ${one}, which no limit can hold for: give it a row of its own.`,
          )
      : []),
    ...rulesOf(limit).flatMap(([name, rule]) => ruleFaults(rule, `${place}.${name}`)),
    ...(limit.operations ?? [])
      .filter((one) => !Object.hasOwn(OPERATIONS, one))
      .map(
        (one) =>
          `${place}.operations names ${one}, which is no operation. GET /openapi.json lists them.`,
      ),
    ...(limit.pools === undefined
      ? []
      : poolFaults(limit.pools, place, ids ?? Object.keys(providers), providers)),
  ]
}

function settingFaults(
  { fields, values }: Limit,
  grants: readonly Permission[],
  place: string,
): readonly string[] {
  const unknown = (fields ?? []).filter((one) => !isFieldName(one.split('.')[0] ?? ''))
  const other = grants.find((one) => !OF_SETTINGS.includes(one))
  const name = fields === undefined ? 'values' : 'fields'
  return [
    ...unknown.map((one) => `${place}.fields names ${one}, which is no attribute of a client.`),
    ...((fields ?? values) !== undefined && other !== undefined
      ? [
          `${place}.${name} can limit ${OF_SETTINGS.join(', ')} only: give ${other} a row of its own.`,
        ]
      : []),
  ]
}

const rulesOf = ({ clients = [], names = [], values = [] }: Limit) =>
  Object.entries({ clients, names, values }).flatMap(([name, rules]) =>
    rules.map((rule): [string, TextRule] => [name, rule]),
  )

function ruleFaults(rule: TextRule, place: string): readonly string[] {
  if (typeof rule !== 'string' || !rule.includes('*')) return []
  return [
    `${place} contains *, and a text is compared as it is; for a pattern write { pattern: TEXT }.`,
  ]
}

/** A pool of another provider would make the row about nothing. */
function poolFaults(
  pools: readonly string[],
  place: string,
  ids: readonly string[],
  providers: RawConfig['providers'],
): readonly string[] {
  const known = ids.flatMap((id) => {
    const settings = providers[id]
    return settings !== undefined && 'pools' in settings && isRecord(settings.pools)
      ? Object.keys(settings.pools)
      : []
  })
  return pools
    .filter((one) => !known.includes(one))
    .map((one) => `${place}.pools names ${one}, which no provider of this row has.`)
}
