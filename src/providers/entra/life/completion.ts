/**
 * What makes a usable client of a new application: its service principal, without which no one signs in, and the first secret of
 * one that can keep one. Each of these calls may find the new application missing for a while, and the answer to each can be
 * lost: a service principal is then asked for again, and a secret that no one has is ended and made anew.
 */

import { isClientError } from '../../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import { secretOf } from '../../../core/mapping/mapping.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Secret } from '../../../core/secrecy/secret.ts'
import type { Call } from '../../call.ts'
import { applicationPath, readClient } from '../calls/records.ts'
import { afterWrite, onNew, type Seeing } from '../calls/seen.ts'
import { credentialsIn, getsSecret } from '../lenses.ts'
import { isPersonal } from '../rules.ts'
import { passwordRemoval, passwordRequest, SECRET_NAME } from '../secrets.ts'

export interface Completing extends Seeing {
  /** Whether a new application gets a service principal. */
  readonly servicePrincipals: boolean
  /** Ids of secrets whose values this process has, of creations that were answered in part. */
  readonly kept: Set<Json>
}

/** An application that the call before has made. */
interface New {
  readonly created: Native
  readonly next: Native
  /** Receives the value of its secret. */
  keep(secret: Secret | undefined): void
}

/** Completes an application that the call before has made. */
export async function completeNew(
  completing: Completing,
  { created, next, keep }: New,
  call: Call,
): Promise<Native> {
  const { kept } = completing
  const appId = String(created.appId)
  await makePrincipal(completing, appId, call)
  const see = (isSeen: (native: Native) => boolean) => afterWrite(completing, appId, call, isSeen)
  if (!getsSecret(next)) return see(() => true)
  const { secret, keyId } = await firstSecret(completing, created, call)
  keep(secret)
  kept.add(keyId)
  let native = await see((one) => ownSecrets(one).includes(keyId))
  // One that came late, or was not shown before.
  const left = ownSecrets(native).filter((one) => one !== keyId)
  if (left.length > 0) {
    await endSecrets(completing, native, left, call)
    native = await see((one) => ownSecrets(one).length === 1)
  }
  kept.delete(keyId)
  return native
}

/** Completes an application that was found after its creation was not answered; a secret of it that no one has is ended. */
export async function completeFound(
  completing: Completing,
  found: Native,
  call: Call,
): Promise<Native> {
  const appId = String(found.appId)
  if (completing.servicePrincipals) await repeatPrincipal(completing, appId, call)
  const orphans = ownSecrets(found).filter((keyId) => !completing.kept.has(keyId))
  if (orphans.length === 0) return found
  await endSecrets(completing, found, orphans, call)
  const isEnded = (one: Native) => !ownSecrets(one).some((keyId) => orphans.includes(keyId))
  return afterWrite(completing, appId, call, isEnded)
}

async function makePrincipal(completing: Completing, appId: string, call: Call): Promise<void> {
  if (!completing.servicePrincipals) return
  const operation = 'POST /servicePrincipals'
  const body = { appId, accountEnabled: true }
  const make = () => completing.send({ operation, path: '/servicePrincipals', body }, call)
  await onNew(completing, call, make).catch((cause) => {
    if (!isClientError(cause, 'outcome_unknown')) throw cause
    return repeatPrincipal(completing, appId, call)
  })
}

/** Microsoft Graph, "Upsert servicePrincipal": 201 with the object, 204 where there is one. A second POST is refused. */
function repeatPrincipal(completing: Completing, appId: string, call: Call) {
  const operation = 'PATCH /servicePrincipals(appId)'
  const path = `/servicePrincipals(appId='${encodeURIComponent(appId)}')`
  const headers = { prefer: 'create-if-missing' }
  const body = { accountEnabled: true }
  return onNew(completing, call, () => completing.send({ operation, path, headers, body }, call))
}

interface FirstSecret {
  readonly secret: Secret | undefined
  readonly keyId: Json
}

/** Its value is in the answer and nowhere else. */
async function firstSecret(
  completing: Completing,
  created: Native,
  call: Call,
): Promise<FirstSecret> {
  const add = () => onNew(completing, call, () => addOnce(completing, created, call))
  return add().catch(async (cause) => {
    if (!isClientError(cause, 'outcome_unknown')) throw cause
    const look = () => readClient(completing.send, String(created.appId), call)
    const isThere = (native: Native) => ownSecrets(native).length > 0
    // As long as the lost request may take to arrive.
    const native = await (call.untilSeen?.(look, isThere, call.timeoutMs) ?? look())
    await endSecrets(completing, native, ownSecrets(native), call)
    return add()
  })
}

async function addOnce({ send }: Seeing, created: Native, call: Call): Promise<FirstSecret> {
  const path = applicationPath(String(created.id))
  const { body } = await send(passwordRequest(path, isPersonal(created)), call)
  const { secretText, keyId = null } = isRecord(body ?? null) ? (body as JsonObject) : {}
  return { secret: secretOf(secretText), keyId }
}

/** The secrets that were made here: all of a new application are. */
const ownSecrets = (native: Native): readonly Json[] =>
  credentialsIn(native, 'passwordCredentials')
    .filter(({ displayName }) => displayName === SECRET_NAME)
    .map(({ keyId = null }) => keyId)

async function endSecrets(
  { send }: Seeing,
  native: Native,
  keyIds: readonly Json[],
  call: Call,
): Promise<void> {
  const path = applicationPath(String(native.id))
  for (const keyId of keyIds) {
    await send(passwordRemoval(path, String(keyId), isPersonal(native)), call)
  }
}
