/** Finds the outcome of an operation on a key whose answer was lost, from the keys that the provider has. */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call } from '../../providers/call.ts'
import type { ClientKey, ResourceKeys } from '../../providers/provider.ts'
import type { Service } from '../base/service.ts'
import { isOpen, readOrGone, waitForLate } from '../operation/read-back.ts'
import type { Running, Settled } from '../operation/running.ts'
import { keysOf } from './keys.ts'

interface Observation {
  readonly native: Native
  /** The key that the operation is about; absent: it is not there. */
  readonly key?: ClientKey
}

/**
 * A key is added once it is there, and in use where the client authenticates by keys. One that is there and not in
 * use was added halfway: it is taken away again.
 */
export async function findKeyAdded(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
): Promise<Settled> {
  const { provider, base } = running
  const keys = resourceOf(provider)
  const isDone = ({ key }: Observation) =>
    key !== undefined && (key.inUse || !keys.authenticates(base))
  const observation = await lookTwice(service, running, call, { mayLand, isDone })
  if (observation === undefined) return { outcome: 'conflict', native: undefined }
  if (isDone(observation)) return { outcome: 'applied', native: observation.native }
  if (observation.key === undefined) return { outcome: 'not_applied', native: observation.native }
  return finishHalf(service, running, observation, call, 'not_applied')
}

/**
 * A key is removed once it is there no longer. One that the client named before and names no longer is deleted now:
 * it proves nothing, and going back would let it prove something again.
 */
export async function findKeyRemoved(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
): Promise<Settled> {
  const { provider, base } = running
  const keys = resourceOf(provider)
  const isDone = ({ key }: Observation) => key === undefined
  const observation = await lookTwice(service, running, call, { mayLand, isDone })
  if (observation === undefined) return { outcome: 'applied', native: undefined }
  const { key, native } = observation
  if (key === undefined) return { outcome: 'applied', native }
  if (key.inUse || !keys.isUsed(base, key)) return { outcome: 'not_applied', native }
  return finishHalf(service, running, observation, call, 'applied')
}

/** Deletes a key that is not in use. */
async function finishHalf(
  service: Service,
  running: Running,
  { native, key }: Observation,
  call: Call,
  outcome: 'applied' | 'not_applied',
): Promise<Settled> {
  const { intent, provider, ref } = running
  if (key === undefined || !(await isOpen(service, intent))) return { outcome: 'conflict', native }
  await service.reached?.('undo begun')
  try {
    for (const step of resourceOf(provider).remove(ref, native, key)) {
      await step.send(call)
      await service.reached?.('undo step sent')
    }
  } catch (error) {
    if (!isClientError(error, 'provider_refused')) throw error
  }
  const remainder = await look(running, call)
  return { outcome: remainder?.key === undefined ? outcome : 'conflict', native: remainder?.native }
}

/** Looks again if the effect is not there yet; `undefined`: the client itself does not exist. */
async function lookTwice(
  service: Service,
  running: Running,
  call: Call,
  { mayLand, isDone }: { readonly mayLand: boolean; isDone(observation: Observation): boolean },
): Promise<Observation | undefined> {
  const latest = await look(running, call)
  if (latest === undefined || isDone(latest) || !mayLand) return latest
  await waitForLate(service, running.provider, call)
  return look(running, call)
}

async function look(running: Running, call: Call): Promise<Observation | undefined> {
  const { provider, ref, intent } = running
  const native = await readOrGone(running, call)
  if (native === undefined) return undefined
  try {
    const present = await resourceOf(provider).list(ref, native, call)
    const key = present.find(({ kid }) => kid === intent.keyId)
    return { native, ...(key === undefined ? {} : { key }) }
  } catch (error) {
    if (isClientError(error, 'not_found')) return undefined
    throw error
  }
}

function resourceOf(provider: Running['provider']): ResourceKeys {
  const keys = keysOf(provider)
  if (keys.kind === 'resource') return keys
  throw new ClientError('internal', 'The keys of this provider are part of the record.')
}
