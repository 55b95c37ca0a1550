/** Schemas of leases. */

import * as z from 'zod/mini'
import type {
  Lease,
  LeaseBodies,
  LeasedValue,
  LeaseRequest,
  Leases,
} from '../../contract/leases.ts'
import { LEASE_FIELDS } from '../../core/client.ts'
import {
  MAX_LEASE_SECONDS,
  MAX_OWNER_LENGTH,
  MAX_VALUE_LENGTH,
} from '../../service/base/request.ts'
import { name, place, warning } from './common.ts'
import { described, optional, type Schemas, type Shape, text, time, yes } from './parts.ts'

const field = z.enum(LEASE_FIELDS, { error: `must be one of: ${LEASE_FIELDS.join(', ')}` })

/** No C0, DEL or C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point
const PLAIN = /^[^\u0000-\u001f\u007f-\u009f]*$/

/** A text that logs and lists can show as it is. */
export function plainText(longest: number) {
  const error = `must be a string of 1 to ${longest} characters without control characters`
  return z
    .string({ error })
    .check(z.minLength(1, { error }), z.maxLength(longest, { error }), z.regex(PLAIN, { error }))
}

/** No wildcard. */
export const ONE_URL = z.refine<string>((value) => !value.includes('*'), {
  error: 'must be one URL, without a wildcard',
})

const SECONDS = { error: `must be a whole number from 1 to ${MAX_LEASE_SECONDS}` }

export const lease = z.object({
  field,
  value: text,
  owner: text,
  expiresAt: time,
  kept: optional(described(yes, 'The value stays when the lease ends.')),
} satisfies Shape<Lease>)

const value = plainText(MAX_VALUE_LENGTH).check(ONE_URL)

/** As many as one owner can have on a client. */
const MAX_VALUES = 20
const VALUES = { error: `must be a list of 1 to ${MAX_VALUES} values, each with field and value` }

export const leasedValue = z.strictObject({ field, value } satisfies Shape<LeasedValue>)

export const leaseRequest = z.strictObject({
  ...place,
  field: optional(field),
  value: optional(value),
  values: optional(
    z.array(leasedValue, VALUES).check(z.minLength(1, VALUES), z.maxLength(MAX_VALUES, VALUES)),
  ),
  owner: plainText(MAX_OWNER_LENGTH),
  ttlSeconds: z.int(SECONDS).check(z.gte(1, SECONDS), z.lte(MAX_LEASE_SECONDS, SECONDS)),
} satisfies Shape<LeaseRequest>)

const leases = z.object({
  ...name,
  leases: z.array(lease),
  warnings: optional(z.array(warning)),
} satisfies Shape<Leases>)

export const LEASE_SCHEMAS = {
  Lease: lease,
  LeasedValue: leasedValue,
  LeaseRequest: leaseRequest,
  Leases: leases,
} satisfies Schemas<LeaseBodies>
