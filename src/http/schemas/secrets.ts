/** Schemas of rotations, live secrets and retirements. */

import * as z from 'zod/mini'
import type {
  LiveSecret,
  NewSecret,
  Retirement,
  RetirementPlan,
  Rotation,
  RotationPlan,
  RotationRequest,
  SecretBodies,
  SecretList,
} from '../../contract/secrets.ts'
import { MAX_RETIRE_SECONDS } from '../../service/secrets/retirements.ts'
import { client } from './client.ts'
import { planMembers } from './clients.ts'
import { placeOfChange } from './common.ts'
import { count, described, flag, optional, type Schemas, type Shape, text, time } from './parts.ts'

const SECONDS = { error: `must be a whole number from 1 to ${MAX_RETIRE_SECONDS}` }

/** Seconds from now until a secret ends. */
export const secondsToEnd = z
  .int(SECONDS)
  .check(z.gte(1, SECONDS), z.lte(MAX_RETIRE_SECONDS, SECONDS))

const LENGTH = { error: 'must be a string of 24 to 512 characters' }

/** As `client.secret` of a change. */
const chosenSecret = z.string(LENGTH).check(z.minLength(24, LENGTH), z.maxLength(512, LENGTH))

export const rotationRequest = z.strictObject({
  ...placeOfChange,
  cutOver: optional(described(flag, 'The new secret replaces the old one, which ends at once.')),
  retireAfterSeconds: optional(
    described(secondsToEnd, 'The old secrets end automatically after this many seconds.'),
  ),
  secret: optional(
    described(chosenSecret, 'Your own value for the new secret; absent: one is generated.'),
  ),
} satisfies Shape<RotationRequest>)

const liveSecret = z.object({
  id: text,
  createdAt: optional(time),
  hint: optional(text),
  retiresAt: optional(time),
} satisfies Shape<LiveSecret>)

const newSecret = z.object({
  id: optional(text),
  createdAt: optional(time),
  hint: optional(text),
  retiresAt: optional(time),
  value: z.nullable(text),
} satisfies Shape<NewSecret>)

const live = z.array(liveSecret)

const rotation = z.object({
  secret: newSecret,
  previous: live,
  client,
} satisfies Shape<Rotation>)

const retirement = z.object({
  retired: text,
  retiresAt: optional(time),
  secrets: live,
  client,
} satisfies Shape<Retirement>)

export const SECRET_SCHEMAS = {
  RotationRequest: rotationRequest,
  LiveSecret: liveSecret,
  Rotation: rotation,
  RotationPlan: z.object({ ...planMembers, previous: live } satisfies Shape<RotationPlan>),
  SecretList: z.object({ secrets: live, atOnce: count } satisfies Shape<SecretList>),
  Retirement: retirement,
  RetirementPlan: z.object({ ...planMembers, secrets: live } satisfies Shape<RetirementPlan>),
} satisfies Schemas<SecretBodies>
