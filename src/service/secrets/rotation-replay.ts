/** Answers a rotation again if the same request is sent with its key. */

import { showClient } from '../../core/mapping/mapping.ts'
import { hidesSecret } from '../../core/mapping/unseen.ts'
import { secret } from '../../core/secrecy/secret.ts'
import type { Call } from '../../providers/call.ts'
import type { Intent } from '../../store/log/entry.ts'
import { openSealed, type Sealed } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'
import { standingOf } from '../operation/head.ts'
import { withEnds } from './retirements.ts'
import { secretsOf } from './rotatable.ts'
import type { RotationRequest, RotationResult } from './rotation.ts'

/** How long the value of a new secret can be requested again (milliseconds), in case the answer was lost. */
export const REPLAY_MS = 3_600_000

/**
 * The rotation with the secrets as they are now. The value is included for an hour after the rotation, and
 * only while it is live.
 */
export async function replayRotation(
  service: Service,
  { provider, ref }: RotationRequest,
  intent: Intent | undefined,
  call: Call,
): Promise<RotationResult> {
  const { mapping } = provider
  if (intent === undefined) throw new TypeError('a rotation that was applied has an intent')
  const { resource, seq, at, operationId } = intent
  const [closing] = await service.store.entries(resource, { from: seq + 1, limit: 1 })
  const secretId = closing?.kind === 'outcome' ? closing.secretId : undefined
  const native = await provider.read(ref, call)
  const standing = await standingOf(service, resource)
  const live = withEnds(await secretsOf(provider).list(ref, native, call), standing)
  const current = showClient(mapping, native).secret?.reveal()
  const value = await newValueOf(
    service,
    intent,
    mapping,
    live.at(-1)?.id === secretId ? current : undefined,
  )
  // A cut-over leaves one secret, and the record shows whether it is still the same one. If no record shows it, it
  // is taken to be the same until anything else is recorded of the client.
  const isCurrent = hidesSecret(mapping)
    ? (await service.store.last(resource))?.seq === closing?.seq
    : current === value
  const ours = live.find(({ id }) => (secretId === undefined ? isCurrent : id === secretId))
  const recent = service.now() - at <= REPLAY_MS
  const isShown = ours !== undefined && recent && value !== undefined
  return {
    outcome: 'applied',
    secret: {
      ...(secretId === undefined ? {} : { id: secretId }),
      ...ours,
      ...(isShown ? { value: secret(value) } : {}),
    },
    previous: secretId === undefined ? [] : live.filter((one) => one !== ours),
    native,
    standing,
    tag: service.fingerprints.ofState(mapping, native),
    changes: intent.changes,
    warnings: [],
    steps: [],
    operationId,
    replayed: true,
  }
}

/** The new value; `undefined` if the key of its intent is no longer available. */
async function newValueOf(
  service: Service,
  intent: Intent,
  mapping: RotationRequest['provider']['mapping'],
  providerValue: string | undefined,
): Promise<string | undefined> {
  const { next = null, rotation }: Partial<Sealed> = (await openSealed(service, intent)) ?? {}
  if (next === null) return undefined
  // What the provider made is in no intent: the record shows it while it is the newest.
  if (rotation !== undefined) return rotation.value ?? providerValue
  return showClient(mapping, next).secret?.reveal()
}
