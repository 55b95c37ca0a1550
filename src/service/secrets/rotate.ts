/**
 * Giving a client a new secret, by the same seven steps as a change. Its value is chosen here and sealed
 * in the intent before it is sent, so the same request with its key tells it again.
 */

import { neededToRotate } from '../../core/rights/rights.ts'
import { secret } from '../../core/secrecy/secret.ts'
import { newSecretValue } from '../../providers/secrets.ts'
import { resourceOf } from '../../store/resource.ts'
import { callerOf, callOf, type Service } from '../base/service.ts'
import { changeClient } from '../change/change.ts'
import { checkReliance } from '../change/own-client.ts'
import { inAttempts } from '../operation/attempts.ts'
import { begin, nothingToPrepare } from '../operation/base.ts'
import { carryOut } from '../operation/carry-out.ts'
import { LOST_RACE } from '../operation/head.ts'
import { intentAfter } from '../operation/intent.ts'
import { endingAt, withEnds } from './retirements.ts'
import { checkOverlap, checkRoom, secretsOf } from './rotatable.ts'
import type { RotationRequest, RotationResult } from './rotation.ts'
import { toldAgain } from './rotation-replay.ts'

/**
 * Rotates the secret of a client, or plans it in a dry run.
 * @throws ClientError `unsupported_operation`, `invalid_field`, `rule_violated`, and as `changeClient` does
 */
export async function rotateSecret(
  service: Service,
  request: RotationRequest,
): Promise<RotationResult> {
  secretsOf(request.provider)
  if (request.cutOver) return cutOver(service, request)
  const resource = resourceOf(request.ref)
  return inAttempts(service, resource, request, () => attempt(service, request))
}

/** Where there can be one secret only, a new one is a change of `client.secret`. */
async function cutOver(service: Service, request: RotationRequest): Promise<RotationResult> {
  const { provider, ref, actor, caller = callerOf(actor) } = request
  const value = secret(newSecretValue())
  const result = await changeClient(service, { ...request, patch: { kind: 'cut-over', value } })
  const { operationId } = result
  // A dry run is no operation.
  if (operationId === undefined) return { ...result, outcome: 'planned', previous: [] }
  const call = callOf(service, { ...request, operationId, caller })
  if (result.replayed) {
    return toldAgain(service, request, await service.store.operation(operationId), call)
  }
  const live = await secretsOf(provider).list(ref, result.native, call)
  return { ...result, outcome: 'applied', secret: { ...live.at(-1), value }, previous: [] }
}

async function attempt(
  service: Service,
  request: RotationRequest,
): Promise<RotationResult | typeof LOST_RACE> {
  const { provider, ref, dryRun } = request
  const begun = await begin(service, request, nothingToPrepare)
  if (begun === LOST_RACE) return begun
  const { call } = begun
  if (begun.kind === 'repeated') return toldAgain(service, request, begun.used.intent, call)
  const { base, baseTag, before, operationId } = begun
  request.authorize?.(neededToRotate(provider.mapping, base, provider.ownApi?.(ref)))
  checkReliance(request, base, 'given another secret')
  const secrets = checkOverlap(provider, base)
  const previous = await secrets.list(ref, base, call)
  checkRoom(secrets.atOnce(base), previous)
  const value = newSecretValue()
  const step = secrets.add(ref, base, value)
  const { retireAfterSeconds: seconds, actor } = request
  const becomes =
    seconds === undefined
      ? undefined
      : endingAt(before?.standing, previous, service.now() + seconds * 1_000, actor)
  const standing = becomes ?? before?.standing
  const planned = {
    standing,
    previous: withEnds(previous, standing),
    changes: [],
    warnings: [],
    steps: [step],
  }
  if (dryRun) return { ...planned, outcome: 'planned', native: base, tag: baseTag }
  await service.reached?.('change planned')
  const rotation = { value, before: previous.map(({ id }) => id) }
  const aim = { operationId, base, baseTag, next: base, changes: [], rotation }
  const ends = becomes === undefined ? {} : { becomes }
  const intent = await intentAfter(service, request, before, { ...aim, ...ends, action: 'rotate' })
  if (!(await service.store.append(intent))) return LOST_RACE
  await service.reached?.('intent recorded')
  const running = { intent, provider, ref, base, next: base, rotation, added: step.added }
  const done = await carryOut(service, running, [step], { ...call, urgent: true })
  return {
    ...planned,
    outcome: 'applied',
    secret: { ...done.secret, value: secret(value) },
    native: done.native,
    tag: service.fingerprints.ofState(provider.mapping, done.native),
    warnings: done.warnings,
    operationId,
  }
}
