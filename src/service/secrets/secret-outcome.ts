/** Finds the outcome of a rotation or a retirement whose answer was lost, from the live secrets. */

import { isClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call } from '../../providers/call.ts'
import { hintOf, type LiveSecret } from '../../providers/secrets.ts'
import type { Intent } from '../../store/log/entry.ts'
import type { Rotation } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'
import { CLOCK_SKEW_MS } from '../life/creation-look.ts'
import { isOpen, readOrGone, waitForLate } from '../operation/read-back.ts'
import type { Running, Settled } from '../operation/running.ts'
import { secretsOf } from './rotatable.ts'

interface Observation {
  readonly native: Native
  readonly live: readonly LiveSecret[]
}

/**
 * A rotation was applied if a secret is live that was not before and that may be its own. Several
 * are a conflict, since one of them is someone else's. `mayLand`: the request may still arrive.
 */
export async function findAdded(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
): Promise<Settled> {
  const { intent, rotation, added } = running
  const addition = added?.()
  const isOurs = (one: LiveSecret) =>
    addition === undefined ? fits(one, intent, rotation) : one.id === addition.id
  const ours = ({ live }: Observation) => live.filter(isOurs)
  const observation = await lookTwice(
    service,
    running,
    call,
    mayLand,
    (one) => ours(one).length > 0,
  )
  if (observation === undefined) return { outcome: 'conflict', native: undefined }
  const { native } = observation
  const [secret, ...more] = ours(observation)
  if (secret === undefined) return { outcome: 'not_applied', native }
  if (more.length > 0) return { outcome: 'conflict', native }
  const isLost = addition === undefined && secretsOf(running.provider).showsOnce === true
  return isLost ? takeBack(service, running, secret, call) : { outcome: 'applied', native, secret }
}

/** Ends a secret whose value went with its answer, so that the rotation can be made anew and nothing is left that no one has. */
async function takeBack(
  service: Service,
  running: Running,
  { id }: LiveSecret,
  call: Call,
): Promise<Settled> {
  const { provider, ref, intent } = running
  const observation = await look(running, call)
  if (observation === undefined) return { outcome: 'conflict', native: undefined }
  const { native } = observation
  if (!(await isOpen(service, intent))) return { outcome: 'conflict', native }
  await service.reached?.('undo begun')
  await secretsOf(provider).remove?.(ref, native, id).send(call).catch(noneIfAbsent)
  await service.reached?.('undo step sent')
  const after = await look(running, call)
  const isGone = after?.live.every((one) => one.id !== id) ?? true
  return { outcome: isGone ? 'not_applied' : 'conflict', native: after?.native }
}

function noneIfAbsent(error: unknown): undefined {
  if (!isClientError(error, 'not_found')) throw error
}

/**
 * A secret that someone else has made since is not taken for the new one, as far as the two can be
 * distinguished.
 */
function fits(
  { id, hint, createdAt }: LiveSecret,
  { at, deadline }: Intent,
  { before, value }: Rotation = { before: [] },
): boolean {
  if (before.includes(id)) return false
  const isOther = value !== undefined && hint !== hintOf(value).hint
  if (hint !== undefined && isOther) return false
  if (createdAt === undefined) return true
  const createdMs = Date.parse(createdAt)
  return createdMs >= at - CLOCK_SKEW_MS && createdMs <= deadline + CLOCK_SKEW_MS
}

/** A retirement was applied if the secret is no longer live, no matter who ended it. */
export async function findRetired(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
): Promise<Settled> {
  const { secretId } = running.intent
  const isAbsent = ({ live }: Observation) => !live.some(({ id }) => id === secretId)
  const observation = await lookTwice(service, running, call, mayLand, isAbsent)
  if (observation === undefined) return { outcome: 'applied', native: undefined }
  const { native } = observation
  if (!isAbsent(observation)) return { outcome: 'not_applied', native }
  await removeDisabled(running, native, call)
  return { outcome: 'applied', native }
}

/** One that is switched off and no longer live is still there, in the place of another one. */
async function removeDisabled(
  { provider, ref, intent: { secretId = '' } }: Running,
  native: Native,
  call: Call,
): Promise<void> {
  const { disable, remove } = secretsOf(provider)
  if (disable === undefined || remove === undefined) return
  try {
    await remove(ref, native, secretId).send(call)
  } catch (error) {
    if (!isClientError(error, 'not_found')) throw error
  }
}

/** Looks again if the effect is not there yet; `undefined`: the client itself does not exist. */
async function lookTwice(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
  isThere: (observation: Observation) => boolean,
): Promise<Observation | undefined> {
  const observation = await look(running, call)
  if (observation === undefined || isThere(observation) || !mayLand) return observation
  await waitForLate(service, running.provider, call)
  return look(running, call)
}

async function look(running: Running, call: Call): Promise<Observation | undefined> {
  const native = await readOrGone(running, call)
  if (native === undefined) return undefined
  try {
    return { native, live: await secretsOf(running.provider).list(running.ref, native, call) }
  } catch (error) {
    if (isClientError(error, 'not_found')) return undefined
    throw error
  }
}
