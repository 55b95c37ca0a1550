/**
 * The secrets of a client. One, unless a client policy of the realm rotates secrets: then the former one goes on for the
 * time that the policy gives it, and Keycloak makes the new one. A value of the caller's own would end the former at once.
 */

import { createHmac, randomBytes } from 'node:crypto'
import { ClientError } from '../../core/errors.ts'
import { isRecord } from '../../core/json/json.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { ClientRef, Step } from '../call.ts'
import { type AddStep, hintOf, type LiveSecret, type Secrets } from '../secrets.ts'
import { attributesOf } from './attributes.ts'
import type { Send, SendAt } from './calls/call.ts'
import { clientPath } from './calls/records.ts'
import { usesSecret } from './grants.ts'
import { timeIn } from './warnings.ts'

/** What rotation needs to know of the program around it. */
interface Rotating {
  readonly sendAt: SendAt
  pathOf(ref: ClientRef): string
  /** Epoch milliseconds. */
  now(): number
  readonly fingerprintOf?: ((secret: string) => string) | undefined
}

/** Rotation in the realms of a provider. */
export function createSecrets({
  sendAt,
  pathOf,
  now,
  fingerprintOf = inThisProcess,
}: Rotating): Secrets {
  const live = (native: Native) => liveSecrets(native, now(), fingerprintOf)
  return {
    // A policy shows by the date that it gives a secret.
    atOnce: (base) => (timeIn(base, 'expiration.time') === undefined ? 1 : 2),
    makesValues: true,
    unusable: (base) =>
      usesSecret(base)
        ? undefined
        : 'it does not authenticate with one (client.tokenEndpointAuthMethod)',
    list: async (_, base) => live(base),
    add: (ref, base) => addStep(sendAt(ref), pathOf(ref), base, fingerprintOf),
    remove: (ref, base, id) => removeStep(sendAt(ref), pathOf(ref), base, live(base), id),
  }
}

const KEY = randomBytes(32)

/** Where no key of the installation is at hand, ids hold for one process. */
const inThisProcess = (value: string) =>
  createHmac('sha256', KEY).update(value).digest('base64url').slice(0, 12)

/** Keycloak gives secrets no ids. */
const idBy = (value: string, fingerprintOf: (secret: string) => string) =>
  fingerprintOf(value).replace(/^fingerprint:/, '')

/** The former one first, while it is accepted: Keycloak goes on showing it once it is not. */
function liveSecrets(
  native: Native,
  now: number,
  fingerprintOf: (secret: string) => string,
): readonly LiveSecret[] {
  const { 'client.secret.rotated': former } = attributesOf(native)
  const { secret } = native
  const ends = Date.parse(timeIn(native, 'rotated.expiration.time') ?? '')
  const createdAt = timeIn(native, 'creation.time')
  const liveSecret = (value: string) => ({ id: idBy(value, fingerprintOf), ...hintOf(value) })
  return [
    ...(typeof former === 'string' && ends > now ? [liveSecret(former)] : []),
    ...(typeof secret === 'string' && secret !== ''
      ? [{ ...liveSecret(secret), ...(createdAt === undefined ? {} : { createdAt }) }]
      : []),
  ]
}

function addStep(
  send: Send,
  adminPath: string,
  base: Native,
  fingerprintOf: (secret: string) => string,
): AddStep {
  const path = `${clientPath(base)}/client-secret`
  let newSecret: Secret | undefined
  return {
    request: { method: 'POST', target: `${adminPath}${path}`, body: {} },
    send: async (call) => {
      const { body } = await send({ operation: 'POST /clients/{id}/client-secret', path }, call)
      newSecret = isRecord(body) ? secretOf(body.value) : undefined
      if (newSecret !== undefined) return undefined
      const says = 'Keycloak answered with something else than a secret.'
      throw new ClientError('outcome_unknown', says)
    },
    added: () => {
      const value = newSecret?.reveal()
      return value === undefined ? undefined : { id: idBy(value, fingerprintOf), ...hintOf(value) }
    },
    reveal: () => newSecret,
  }
}

/** @throws ClientError `rule_violated` for the newest one, which Keycloak does not end before the former */
function removeStep(
  send: Send,
  adminPath: string,
  base: Native,
  live: readonly LiveSecret[],
  id: string,
): Step {
  const path = `${clientPath(base)}/client-secret/rotated`
  if (live.length > 1 && live.at(-1)?.id === id) {
    throw new ClientError(
      'rule_violated',
      'Keycloak ends the former secret of a client only. Retire that one, and rotate again.',
      { field: 'secretId' },
    )
  }
  return {
    request: { method: 'DELETE', target: `${adminPath}${path}`, body: {} },
    send: async (call) => {
      await send({ operation: 'DELETE /clients/{id}/client-secret/rotated', path }, call)
      return undefined
    },
  }
}
