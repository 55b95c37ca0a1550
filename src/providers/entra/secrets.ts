/**
 * The secrets of an application: several at once, each with an id and an end. Entra ID makes their values, and shows each
 * in the answer to the call that makes it and nowhere else (recorded).
 */

import { ClientError } from '../../core/errors.ts'
import { isRecord } from '../../core/json/json.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Call, ClientRef, Step } from '../call.ts'
import type { AddStep, LiveSecret, Secrets } from '../secrets.ts'
import type { Request } from './calls/call.ts'
import { applicationPath, objectIdOf } from './calls/records.ts'
import { afterWrite, type Seeing } from './calls/seen.ts'
import { credentialsIn, WITHOUT_SECRET } from './lenses.ts'
import { isPublic } from './platforms.ts'
import { isPersonal, MOST_SECRETS_PERSONAL } from './rules.ts'
import { endOf } from './warnings.ts'

/** Ours: Entra ID counts all entries of an application together, about 1,000. */
const MOST_SECRETS = 10

interface Rotating extends Seeing {
  /** The path of the version, as dry runs show it. */
  readonly version: string
  /** Epoch milliseconds. */
  now(): number
}

/** Rotation in one tenant. */
export function createSecrets(rotating: Rotating): Secrets {
  return {
    atOnce: (base) => (isPersonal(base) ? MOST_SECRETS_PERSONAL : MOST_SECRETS),
    makesValues: true,
    showsOnce: true,
    unusable,
    list: async (_, base) => liveSecrets(base, rotating.now()),
    add: (ref, base) => addStep(rotating, ref, base),
    remove: (ref, base, id) => removeStep(rotating, ref, base, id),
  }
}

function unusable(base: Native): string | undefined {
  if (isPublic(base))
    return 'its redirect URIs are of a platform that uses none (client.tokenEndpointAuthMethod)'
  return base[WITHOUT_SECRET] === true ? 'it is made without one' : undefined
}

/** Oldest first; a list of Entra ID begins with the newest (recorded). */
function liveSecrets(native: Native, now: number): readonly LiveSecret[] {
  return [...credentialsIn(native, 'passwordCredentials')]
    .reverse()
    .filter((one) => (endOf(one) ?? Number.POSITIVE_INFINITY) > now)
    .flatMap(liveSecret)
    .sort((one, other) => timeOf(one) - timeOf(other))
}

const timeOf = ({ createdAt = '' }: LiveSecret) => Date.parse(createdAt) || 0

function liveSecret({
  keyId,
  startDateTime: start,
  endDateTime: end,
}: Native): readonly LiveSecret[] {
  if (typeof keyId !== 'string') return []
  return [
    {
      id: keyId,
      ...(typeof start === 'string' ? { createdAt: start } : {}),
      ...(typeof end === 'string' ? { expiresAt: end } : {}),
    },
  ]
}

const hasSecret = (native: Native, id: string | undefined) =>
  credentialsIn(native, 'passwordCredentials').some(({ keyId }) => keyId === id)

/** How secrets that are made here are named in Entra ID. */
export const SECRET_NAME = 'Clientry'

/** The call that adds a secret; it ends after two years (recorded). */
export const passwordRequest = (path: string, personal: boolean): Request => ({
  operation: 'POST /applications/{id}/addPassword',
  path: `${path}/addPassword`,
  body: { passwordCredential: { displayName: SECRET_NAME } },
  isPersonal: personal,
})

/** The call that ends a secret. */
export const passwordRemoval = (path: string, keyId: string, personal: boolean): Request => ({
  operation: 'POST /applications/{id}/removePassword',
  path: `${path}/removePassword`,
  body: { keyId },
  isPersonal: personal,
})

function addStep({ version, ...seeing }: Rotating, ref: ClientRef, base: Native): AddStep {
  const shownPath = applicationPath(typeof base.id === 'string' ? base.id : '{id}')
  const request = passwordRequest(shownPath, isPersonal(base))
  let secret: LiveSecret | undefined
  let value: Secret | undefined
  return {
    request: { method: 'POST', target: `${version}${request.path}`, body: request.body ?? {} },
    send: async (call) => {
      const path = await pathOf(seeing, ref, base, call)
      const { body } = await seeing.send(passwordRequest(path, isPersonal(base)), call)
      const answer = isRecord(body ?? null) ? (body as Native) : {}
      const [addition] = liveSecret(answer)
      const text = secretOf(answer.secretText)
      if (addition === undefined || text === undefined) {
        const says = 'Microsoft Graph answered with something else than a secret.'
        throw new ClientError('outcome_unknown', says)
      }
      secret = addition
      value = text
      return afterWrite(seeing, ref.id, call, (native) => hasSecret(native, addition.id))
    },
    added: () => secret,
    reveal: () => value,
  }
}

function removeStep(
  { version, ...seeing }: Rotating,
  ref: ClientRef,
  base: Native,
  keyId: string,
): Step {
  const shownPath = applicationPath(typeof base.id === 'string' ? base.id : '{id}')
  const request = passwordRemoval(shownPath, keyId, isPersonal(base))
  return {
    request: { method: 'POST', target: `${version}${request.path}`, body: request.body ?? {} },
    send: async (call) => {
      const path = await pathOf(seeing, ref, base, call)
      await seeing.send(passwordRemoval(path, keyId, isPersonal(base)), call)
      return afterWrite(seeing, ref.id, call, (native) => !hasSecret(native, keyId))
    },
  }
}

const pathOf = async ({ send }: Seeing, ref: ClientRef, base: Native, call: Call) =>
  applicationPath(await objectIdOf(send, base, ref.id, call))
