/** Protected clients, which no request may remove, suspend or switch off. */

import { FIELDS } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import { same } from '../../core/json/json.ts'
import { doubleOf } from '../../core/json/json-number.ts'
import type { MappedField, Mapping } from '../../core/mapping/mapping.ts'
import { MAPPED_FIELDS, showField } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { isOff, pathOf } from '../../core/mapping/suspension.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { ChangeRequest } from '../base/request.ts'

/**
 * Refuses to end a client that is protected.
 * @param what as in "cannot be removed"
 * @throws ClientError `client_protected`
 */
export function checkUnprotected(
  standing: Standing | undefined,
  what: string,
  field?: string,
): void {
  if (standing?.protected === undefined) return
  throw new ClientError(
    'client_protected',
    `The client is protected and cannot be ${what}. Remove the protection first: PUT /clients/{clientId}/protection with "protected": false.`,
    field === undefined ? {} : { field },
  )
}

/**
 * Kinds of changes without this check: a suspension checks protection itself, and leases end as
 * agreed when taken.
 */
const EXEMPT: readonly ChangeRequest['patch']['kind'][] = ['suspension', 'lease', 'end_lease']

/** Lists without which no one gets a token through the client. */
const LIFELINES = MAPPED_FIELDS.filter((field) => {
  const row = FIELDS[field]
  return row.kind === 'list' && row.lifeline
})

/**
 * Refuses a change of settings that would switch off a protected client, by whichever setting.
 * @throws ClientError `client_protected`
 */
export function checkProtection(
  { patch, provider: { mapping } }: Pick<ChangeRequest, 'patch' | 'provider'>,
  standing: Standing | undefined,
  base: Native,
  next: Native,
): void {
  if (standing?.protected === undefined || EXEMPT.includes(patch.kind)) return
  const path = switchedOffBy(mapping, base, next)
  if (path === undefined) return
  checkUnprotected(standing, `switched off by this change of client.${path}`, `client.${path}`)
}

/** The setting, as a path below the client, by which a change would switch the client off. */
function switchedOffBy(mapping: Mapping, base: Native, next: Native): string | undefined {
  const emptied = LIFELINES.find(
    (field) => itemsOf(mapping, field, base) > 0 && itemsOf(mapping, field, next) === 0,
  )
  if (emptied !== undefined) return emptied
  if (secretEnd(next) < secretEnd(base)) return `providerSettings.${SECRET_END}`
  const { emulation } = mapping.suspension ?? {}
  if (emulation === undefined)
    return isOff(mapping, next) && !isOff(mapping, base) ? 'disabled' : undefined
  const isHeld = (native: Native, key: string) =>
    same(
      mapping.normal(native)[key] ?? null,
      mapping.normal(emulation.suspended(native))[key] ?? null,
    )
  const offKey = emulation.keys.find((key) => isHeld(next, key) && !isHeld(base, key))
  return offKey === undefined ? undefined : pathOf(mapping, offKey)
}

/** When the secret ends, in seconds; 0 means never (RFC 7591 section 3.2.1). */
const SECRET_END = 'client_secret_expires_at'

function secretEnd({ [SECRET_END]: at }: Native): number {
  const seconds = doubleOf(at) ?? 0
  return seconds > 0 ? seconds : Number.POSITIVE_INFINITY
}

function itemsOf(mapping: Mapping, field: MappedField, native: Native): number {
  const content: unknown = showField(mapping, field, native)
  return Array.isArray(content) ? content.length : 0
}
