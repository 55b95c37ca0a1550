/**
 * Gives a client a new secret. Its value is chosen here and sealed in the intent before it is sent, so the
 * same request with its key shows it again.
 */

import { ClientError } from '../../core/errors.ts'
import { showField } from '../../core/mapping/mapping.ts'
import { neededToRotate } from '../../core/rights/rights.ts'
import { type Secret, secret } from '../../core/secrecy/secret.ts'
import { type AddStep, newSecretValue } from '../../providers/secrets.ts'
import { callerOf, callOf, type Service } from '../base/service.ts'
import { changeClient } from '../change/change.ts'
import { checkReliance } from '../change/own-client.ts'
import { operate } from '../operation/operate.ts'
import { type Begun, onClient, type Plan } from '../operation/operation.ts'
import { endingAt, withEnds } from './retirements.ts'
import {
  checkOther,
  checkOverlap,
  checkRoom,
  checkValue,
  sameSecret,
  secretsOf,
} from './rotatable.ts'
import type { RotationRequest, RotationResult } from './rotation.ts'
import { replayRotation } from './rotation-replay.ts'

/**
 * Rotates the secret of a client, or plans it in a dry run.
 * @throws ClientError `unsupported_operation`, `invalid_field`, `rule_violated`, `own_client`, and
 * as `operate` does
 */
export async function rotateSecret(
  service: Service,
  request: RotationRequest,
): Promise<RotationResult> {
  const { provider, cutOver, retireAfterSeconds } = request
  if (cutOver && retireAfterSeconds !== undefined) throw endsAtOnce()
  checkValue(provider, request.value)
  if (cutOver) return replaceSecret(service, request)
  return operate<void, RotationResult>(service, {
    ...onClient(request),
    request,
    plan: (begun) => planFor(service, request, begun),
    replay: ({ earlierUse, call }) => replayRotation(service, request, earlierUse.intent, call),
  })
}

/** If there can be only one secret, a new one is a change of `client.secret`. */
async function replaceSecret(service: Service, request: RotationRequest): Promise<RotationResult> {
  const { ref, provider, key, dryRun, ifMatch, checkFound, ownClient, authorize } = request
  const { actor, caller = callerOf(actor), requestId, deadline, onUpstream } = request
  const { value = secret(newSecretValue()) } = request
  const { maySeeClient, maySeeSecrets } = request
  const common = { ref, provider, key, dryRun, ifMatch, checkFound, ownClient, authorize }
  const patch = { kind: 'cut-over', value } as const
  const from = { actor, caller, requestId, deadline, onUpstream }
  const may = { maySeeClient, maySeeSecrets }
  const result = await changeClient(service, { ...common, ...from, ...may, patch })
  const { operationId } = result
  if (result.outcome === 'unchanged') throw sameSecret()
  // A dry run is not an operation.
  if (operationId === undefined) return { ...result, outcome: 'planned', previous: [] }
  const call = callOf(service, { ...from, operationId })
  if (result.replayed) {
    return replayRotation(service, request, await service.store.operation(operationId), call)
  }
  const live = await secretsOf(provider).list(ref, result.native, call)
  return { ...result, outcome: 'applied', secret: { ...live.at(-1), value }, previous: [] }
}

async function planFor(
  service: Service,
  request: RotationRequest,
  { call, base, baseTag, before }: Begun<void>,
): Promise<Plan<RotationResult>> {
  const { provider, ref, retireAfterSeconds: seconds, actor } = request
  request.authorize?.(neededToRotate(provider.mapping, base, provider.ownApi?.(ref)))
  checkReliance(request, base, 'given another secret')
  const secrets = checkOverlap(provider, base)
  if (secrets.makesValues && request.value !== undefined) throw madeThere()
  // A dry run would confirm a guess to those who may not see the secret.
  const mayCompare = !request.dryRun || request.maySeeSecrets !== false
  if (mayCompare && request.value !== undefined) checkOther(provider, base, request.value)
  const live = await secrets.list(ref, base, call)
  checkRoom(secrets.atOnce(base), live)
  const value = secrets.makesValues ? undefined : (request.value?.reveal() ?? newSecretValue())
  const step = secrets.add(ref, base, value ?? '')
  const becomes =
    seconds === undefined
      ? undefined
      : endingAt(before?.standing, live, service.now() + seconds * 1_000, actor)
  const standing = becomes ?? before?.standing
  const previous = withEnds(live, standing)
  const planned = { standing, previous, changes: [], warnings: [], steps: [step] }
  return {
    aim: {
      next: base,
      changes: [],
      action: 'rotate',
      rotation: { ...(value === undefined ? {} : { value }), before: live.map(({ id }) => id) },
      becomes,
    },
    steps: [step],
    after: 'answered',
    added: step.added,
    planned: () => ({ ...planned, outcome: 'planned', native: base, tag: baseTag }),
    unchanged: undefined,
    done: ({ secret: addition, native, tag, warnings, operationId }) => ({
      ...planned,
      outcome: 'applied',
      secret: {
        ...addition,
        ...shownValue(value, step, showField(provider.mapping, 'secret', native)),
      },
      native,
      tag,
      warnings,
      operationId,
    }),
  }
}

/** Where the provider makes the value, its answer holds it, or the record where that was lost. */
function shownValue(
  value: string | undefined,
  { reveal }: AddStep,
  current: Secret | null,
): { readonly value?: Secret } {
  const newest = value === undefined ? (reveal?.() ?? current) : secret(value)
  return newest === null ? {} : { value: newest }
}

const madeThere = () =>
  new ClientError(
    'invalid_field',
    'secret must be absent: this provider makes the value of a secret that is added beside another.',
    { field: 'secret' },
  )

const endsAtOnce = () =>
  new ClientError(
    'invalid_field',
    'retireAfterSeconds must be absent with cutOver: the old secret ends at once.',
    { field: 'retireAfterSeconds' },
  )
