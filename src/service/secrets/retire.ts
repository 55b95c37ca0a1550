/** Ending one of the live secrets of a client, by the same seven steps as a change. */

import type { FieldChange } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Step } from '../../providers/call.ts'
import type { LiveSecret } from '../../providers/secrets.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import type { ChangeRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { checkReliance } from '../change/own-client.ts'
import { inAttempts } from '../operation/attempts.ts'
import { begin, nothingToPrepare } from '../operation/base.ts'
import { carryOut } from '../operation/carry-out.ts'
import { LOST_RACE, standingOf } from '../operation/head.ts'
import { intentAfter } from '../operation/intent.ts'
import { type Ending, endingAt, withEnds, withoutEnd } from './retirements.ts'
import { secretsOf } from './rotatable.ts'

export interface RetirementRequest extends Omit<ChangeRequest, 'patch' | 'authorize'> {
  readonly secretId: string
  /** It ends by itself after so many seconds; absent: now. */
  readonly afterSeconds?: number
  /** It is ended because its time has come, if that still holds; what cannot end any more is let be. */
  readonly whenDue?: boolean
}

export interface RetirementResult {
  readonly outcome: 'applied' | 'planned' | 'unchanged'
  /** The record as the provider holds it now, and its fingerprint. */
  readonly native: Native
  readonly tag: string
  /** What holds for the client beside its settings. */
  readonly standing: Standing | undefined
  /** Those that are live after it. */
  readonly live: readonly Ending[]
  /** Of settings; a secret that ends is none of them. */
  readonly changes: readonly FieldChange[]
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
  const begun = await begin(service, request, nothingToPrepare)
  if (begun === LOST_RACE) return begun
  const { call } = begun
  if (begun.kind === 'repeated') {
    const native = await provider.read(ref, call)
    const tag = service.fingerprints.ofState(provider.mapping, native)
    const told = begun.used.intent && { operationId: begun.used.intent.operationId }
    const standing = await standingOf(service, resourceOf(ref))
    const live = withEnds(await list(ref, native, call), standing)
    const again = { native, tag, standing, live, changes: [], warnings: [], steps: [], ...told }
    return { ...again, outcome: 'applied', replayed: true }
  }
  const { base, baseTag, before, operationId } = begun
  if (request.whenDue !== true) checkReliance(request, base, 'left without one of its secrets')
  const live = await list(ref, base, call)
  const wanted = wantedOf(service, request, before?.standing, live)
  const { action, becomes, ends } = wanted
  const steps = ends ? [remove(ref, base, secretId)] : []
  const left = ends ? live.filter(({ id }) => id !== secretId) : live
  const ending = withEnds(left, becomes)
  const planned = {
    standing: becomes,
    live: ending,
    changes: [],
    warnings: [],
    steps,
    native: base,
    tag: baseTag,
  }
  if (action === undefined) return { ...planned, outcome: 'unchanged' }
  if (dryRun) return { ...planned, outcome: 'planned' }
  await service.reached?.('change planned')
  const aim = { operationId, base, baseTag, next: base, changes: [], secretId, action, becomes }
  const intent = await intentAfter(service, request, before, aim)
  if (!(await service.store.append(intent))) return LOST_RACE
  await service.reached?.('intent recorded')
  const running = { intent, provider, ref, base, next: base }
  const { native, warnings } = await carryOut(service, running, steps, { ...call, urgent: true })
  const tag = service.fingerprints.ofState(provider.mapping, native)
  return { ...planned, outcome: 'applied', native, tag, warnings, operationId }
}

interface Wanted {
  /** Absent: there is nothing to do. */
  readonly action?: 'retire' | 'retire_later' | 'retain'
  readonly becomes: Standing
  /** Whether the provider is told to end it. */
  readonly ends: boolean
}

/** @throws ClientError as `checkRetirable` does */
function wantedOf(
  service: Service,
  { secretId, afterSeconds, whenDue, actor }: RetirementRequest,
  standing: Standing | undefined,
  live: readonly LiveSecret[],
): Wanted {
  const becomes = withoutEnd(standing, secretId)
  const isLive = live.some(({ id }) => id === secretId)
  if (whenDue === true) {
    const at = standing?.retirements?.find((one) => one.secretId === secretId)?.at
    // Somebody else has ended it or moved its end meanwhile.
    if (at === undefined || at > service.now()) return { becomes: standing ?? {}, ends: false }
    // Without another one the client could not authenticate at all.
    if (isLive && live.length === 1) return { action: 'retain', becomes, ends: false }
    return { action: 'retire', becomes, ends: isLive }
  }
  checkRetirable(live, secretId)
  if (afterSeconds === undefined) return { action: 'retire', becomes, ends: true }
  const secrets = live.filter(({ id }) => id === secretId)
  const at = service.now() + afterSeconds * 1_000
  const later = endingAt(standing, secrets, at, actor)
  return { action: 'retire_later', becomes: later, ends: false }
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
