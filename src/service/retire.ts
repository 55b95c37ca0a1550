/** Ending one of the live secrets of a client, by the same seven steps as a change. */

import { ClientError } from '../core/errors.ts'
import type { Native, Warning } from '../core/mapping.ts'
import type { Step } from '../providers/provider.ts'
import type { LiveSecret } from '../providers/secrets.ts'
import { resourceOf } from '../store/resource.ts'
import { inAttempts } from './attempts.ts'
import { begin } from './base.ts'
import { carryOut } from './carry-out.ts'
import { LOST_RACE } from './head.ts'
import { intentAfter } from './intent.ts'
import type { ChangeRequest } from './request.ts'
import { secretsOf } from './rotatable.ts'
import type { Service } from './service.ts'

export interface RetirementRequest extends Omit<ChangeRequest, 'patch' | 'authorize'> {
  readonly secretId: string
}

export interface RetirementResult {
  readonly outcome: 'applied' | 'planned'
  /** The record as the provider holds it now, and its fingerprint. */
  readonly native: Native
  readonly tag: string
  /** Those that are live after it. */
  readonly live: readonly LiveSecret[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
}

/**
 * Ends a secret, or plans it in a dry run.
 * @throws ClientError `unsupported_operation`, `not_found` with the field `secretId`, `rule_violated` for the
 *   last one, and as `changeClient` does
 */
export async function retireSecret(
  service: Service,
  request: RetirementRequest,
): Promise<RetirementResult> {
  const { remove } = secretsOf(request.provider)
  if (remove === undefined) throw cannotRetire()
  const resource = resourceOf(request.ref)
  return inAttempts(service, resource, request, () => attempt(service, request, remove))
}

async function attempt(
  service: Service,
  request: RetirementRequest,
  remove: NonNullable<ReturnType<typeof secretsOf>['remove']>,
): Promise<RetirementResult | typeof LOST_RACE> {
  const { provider, ref, dryRun, secretId } = request
  const { list } = secretsOf(provider)
  const begun = await begin(service, request)
  if (begun === LOST_RACE) return begun
  const { call } = begun
  if (begun.kind === 'repeated') {
    const native = await provider.read(ref, call)
    const tag = service.fingerprints.ofState(provider.mapping, native)
    const told = begun.used.intent && { operationId: begun.used.intent.operationId }
    const live = await list(ref, native, call)
    const again = { native, tag, live, warnings: [], steps: [], ...told }
    return { ...again, outcome: 'applied', replayed: true }
  }
  const { base, baseTag, before, operationId } = begun
  const live = await list(ref, base, call)
  checkRetirable(live, secretId)
  const step = remove(ref, base, secretId)
  const left = live.filter(({ id }) => id !== secretId)
  const planned = { live: left, warnings: [], steps: [step] }
  if (dryRun) return { ...planned, outcome: 'planned', native: base, tag: baseTag }
  await service.reached?.('change planned')
  const aim = { operationId, base, baseTag, next: base, changes: [], secretId }
  const intent = intentAfter(service, request, before, { ...aim, action: 'retire' })
  if (!(await service.store.append(intent))) return LOST_RACE
  await service.reached?.('intent recorded')
  const running = { intent, provider, ref, base, next: base }
  const { native, warnings } = await carryOut(service, running, [step], { ...call, urgent: true })
  const tag = service.fingerprints.ofState(provider.mapping, native)
  return { ...planned, outcome: 'applied', native, tag, warnings, operationId }
}

function checkRetirable(live: readonly LiveSecret[], secretId: string): void {
  const field = 'secretId'
  if (!live.some(({ id }) => id === secretId)) {
    const says = 'The client has no such live secret; GET /clients/{clientId}/secrets lists them.'
    throw new ClientError('not_found', says, { field })
  }
  if (live.length > 1) return
  const says = 'The last secret of a client cannot be retired; rotate it first.'
  throw new ClientError('rule_violated', says, { field })
}

const cannotRetire = () =>
  new ClientError(
    'unsupported_operation',
    'This provider keeps one secret of a client at a time; a rotation with cutOver ends it.',
  )
