/** Schemas of rotations, live secrets and retirements, and of public keys. */

import * as z from 'zod/mini'
import type {
  ClientKey,
  KeyAddition,
  KeyList,
  KeyPlan,
  KeyRemoval,
  LiveSecret,
  NewKeyRequest,
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
import {
  anyObject,
  count,
  described,
  flag,
  optional,
  type Schemas,
  type Shape,
  text,
  time,
} from './parts.ts'

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
  expiresAt: optional(time),
} satisfies Shape<LiveSecret>)

const newSecret = z.object({
  id: optional(text),
  createdAt: optional(time),
  hint: optional(text),
  retiresAt: optional(time),
  expiresAt: optional(time),
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

export const newKeyRequest = z.strictObject({
  ...placeOfChange,
  key: described(
    anyObject(),
    'A JSON Web Key (RFC 7517) without any private member; without kid it is named by its thumbprint (RFC 7638).',
  ),
} satisfies Shape<NewKeyRequest>)

const clientKey = z.object({
  kid: text,
  id: optional(text),
  kty: optional(text),
  alg: optional(text),
  use: optional(text),
  name: optional(text),
  createdAt: optional(time),
  expiresAt: optional(time),
  inUse: z.boolean(),
} satisfies Shape<ClientKey>)

const keys = z.array(clientKey)

export const SECRET_SCHEMAS = {
  RotationRequest: rotationRequest,
  LiveSecret: liveSecret,
  Rotation: rotation,
  RotationPlan: z.object({ ...planMembers, previous: live } satisfies Shape<RotationPlan>),
  SecretList: z.object({ secrets: live, atOnce: count } satisfies Shape<SecretList>),
  Retirement: retirement,
  RetirementPlan: z.object({ ...planMembers, secrets: live } satisfies Shape<RetirementPlan>),
  NewKeyRequest: newKeyRequest,
  ClientKey: clientKey,
  KeyList: z.object({ keys, atMost: optional(count) } satisfies Shape<KeyList>),
  KeyAddition: z.object({ added: text, keys, client } satisfies Shape<KeyAddition>),
  KeyRemoval: z.object({ removed: text, keys, client } satisfies Shape<KeyRemoval>),
  KeyPlan: z.object({ ...planMembers, keys } satisfies Shape<KeyPlan>),
} satisfies Schemas<SecretBodies>
