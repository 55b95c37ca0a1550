/** What holds for a client beside its settings, as answers show it and as it may be sent back. */

import type { OwnedValue } from '../contract/clients.ts'
import { type Client, FIELD_NAMES, FIELDS } from '../core/client.ts'
import { ClientError } from '../core/errors.ts'
import { type Json, type JsonObject, same } from '../core/json/json.ts'
import { type Mapping, visibleField } from '../core/mapping/mapping.ts'
import type { Native } from '../core/mapping/row.ts'
import { heldPaths } from '../core/mapping/suspension.ts'
import { isSentBackWhole } from '../core/patch/patch.ts'
import type { Lease, Move, Standing } from '../service/base/request.ts'
import { managersIn } from '../service/change/managed-values.ts'
import type { Site } from './target.ts'

/** Members of an answer that show it; each is absent where it does not hold. */
export const STANDING_MEMBERS = ['protected', 'leases'] as const

/** Those of them that hold. */
export function standingBody({ protected: on, leases }: Standing = {}): JsonObject {
  return {
    ...(on === undefined ? {} : { protected: true }),
    ...(leases === undefined ? {} : { leases: leases.map(leaseBody) }),
  }
}

/** The values of all lists, in the order of the client, with whose they are. */
export function ownedValues(
  mapping: Mapping,
  native: Native,
  { managed = [], leases = [] }: Standing = {},
): readonly OwnedValue[] {
  return LISTS.flatMap((field) => {
    const list = visibleField(mapping, field, native) as readonly string[]
    return list.map((value) => {
      const managers = managersIn({ managed }, field, value)
      const matches = leases.filter((one) => one.field === field && one.value === value)
      const ends = matches.map(({ owner, expiresAt }) => ({
        owner,
        expiresAt: new Date(expiresAt).toISOString(),
      }))
      return {
        field,
        value,
        ...(managers.length === 0 ? {} : { managers }),
        ...(ends.length === 0 ? {} : { leases: ends }),
      }
    })
  })
}

/** Those that someone manages, as answers show them; absent where there are none. */
export function managedBody(
  mapping: Mapping,
  native: Native,
  standing: Standing | undefined,
): JsonObject {
  if (standing?.managed === undefined) return {}
  const managed = ownedValues(mapping, native, { managed: standing.managed }).flatMap(
    ({ field, value, managers }) => (managers === undefined ? [] : [{ field, value, managers }]),
  )
  return managed.length === 0 ? {} : { managed: managed as unknown as Json }
}

const LISTS = FIELD_NAMES.filter((field) => FIELDS[field].kind === 'list')

/** A lease without who asked for it, which the history shows to those who may read it. */
export function leaseBody({
  field,
  value,
  owner,
  expiresAt,
  kept: isPermanent,
}: Lease): JsonObject {
  const until = new Date(expiresAt).toISOString()
  return { field, value, owner, expiresAt: until, ...(isPermanent ? { kept: isPermanent } : {}) }
}

/** A move without who asked for it. */
export function moveBody({
  from,
  to,
  operationId,
  startedAt,
  widened,
  narrowAt,
}: Move): JsonObject {
  const time = (at: number) => new Date(at).toISOString()
  return {
    from,
    to,
    state: widened === undefined ? 'widening' : 'widened',
    operationId,
    startedAt: time(startedAt),
    ...(widened && {
      widenedAt: time(widened.at),
      acceptedBy: widened.by,
      narrowFrom: time(widened.narrowFrom),
    }),
    ...(narrowAt === undefined ? {} : { narrowAt: time(narrowAt) }),
  }
}

/** That a client is off or was suspended: since when, by which operation and what it holds, where it was done here. */
export function suspensionBody(
  mapping: Mapping,
  { disabled }: Client,
  standing: Standing | undefined,
): JsonObject {
  const { suspension } = mapping
  const mark = standing?.suspended
  if (suspension === undefined || (mark === undefined && !disabled)) return {}
  const doesNotStop = [...suspension.doesNotStop]
  if (mark === undefined) return { suspension: { doesNotStop } }
  const since = new Date(mark.since).toISOString()
  const [operationId] = mark.operations
  const details = { since, ...(operationId && { operationId }), fields: [...heldPaths(mapping)] }
  return { suspension: { ...details, doesNotStop } }
}

/**
 * A client as it was answered can be sent back; what holds for it is no setting, so anything else than
 * what holds is refused, and with the way to set it. Leases end by themselves, so those of a client that
 * is sent back whole count for nothing.
 * @returns the check, once it is known what holds; it throws ClientError `read_only_field`
 */
export function confirmStanding(client: Json | undefined, may: Site['may']) {
  const members = (client ?? {}) as JsonObject
  const foreign = Object.entries(members).filter(
    ([name]) =>
      (STANDING_MEMBERS as readonly string[]).includes(name) &&
      !(name === 'leases' && isSentBackWhole(members)),
  )
  // Callers who may not read the client were never shown what holds for it.
  const isKnown = may('clients:read')
  return (standing: Standing | undefined): void => {
    const current = standingBody(standing)
    for (const [name, value] of foreign) {
      if (isKnown && same(value, current[name] ?? ABSENT[name as keyof typeof ABSENT])) continue
      throw new ClientError(
        'read_only_field',
        `client.${name} is not a setting of the client. ${SET_BY[name as keyof typeof SET_BY]} sets it.`,
        { field: `client.${name}` },
      )
    }
  }
}

/** What stands for a member that does not hold. */
const ABSENT = { protected: false, leases: [] } as const satisfies Record<string, Json>
const SET_BY = {
  protected: 'PUT /clients/{clientId}/protection',
  leases: 'PUT /clients/{clientId}/leases',
} as const
