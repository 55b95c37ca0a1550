/**
 * Removing a client, by the same seven steps as a change. The last full record is kept sealed in the
 * history; the client itself does not come back.
 */

import { diffClients } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Step } from '../../providers/call.ts'
import { isUnreadable } from '../../providers/unreadable.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import type { ChangeRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { checkReliance } from '../change/own-client.ts'
import { checkUnprotected } from '../change/protection.ts'
import { inAttempts } from '../operation/attempts.ts'
import { begin, nothingToPrepare } from '../operation/base.ts'
import { carryOut } from '../operation/carry-out.ts'
import { LOST_RACE } from '../operation/head.ts'
import { intentAfter } from '../operation/intent.ts'

export type RemovalRequest = Omit<ChangeRequest, 'patch' | 'authorize'>

export interface RemovalResult {
  readonly outcome: 'applied' | 'planned'
  /** The record before, and its fingerprint; absent where the request is only told its outcome again. */
  readonly before?: {
    readonly native: Native
    readonly tag: string
    readonly standing: Standing | undefined
  }
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
}

/**
 * Removes a client, or plans it in a dry run.
 * @throws ClientError `unsupported_operation`, and as `changeClient` does
 */
export async function removeClient(
  service: Service,
  request: RemovalRequest,
): Promise<RemovalResult> {
  return inAttempts(service, resourceOf(request.ref), { ...request, first: true }, () =>
    attempt(service, request),
  )
}

async function attempt(
  service: Service,
  request: RemovalRequest,
): Promise<RemovalResult | typeof LOST_RACE> {
  const { provider, ref, dryRun } = request
  if (provider.removal === undefined) throw cannotRemove()
  const prepare = (head: Entry | undefined) => {
    checkUnprotected(head?.standing, 'removed')
    return nothingToPrepare()
  }
  const begun = await begin(service, request, prepare, 'removal')
  if (begun === LOST_RACE) return LOST_RACE
  if (begun.kind === 'repeated') {
    const { intent } = begun.used
    const told = intent === undefined ? {} : { operationId: intent.operationId }
    return { outcome: 'applied', steps: [], ...told, replayed: true }
  }
  const { operationId, call, base, baseTag, before: last } = begun
  const before = { native: base, tag: baseTag, standing: last?.standing }
  checkReliance(request, base, 'removed')
  const step = provider.removal(ref, base)
  if (dryRun) return { outcome: 'planned', before, steps: [step] }
  await service.reached?.('change planned')
  const { mapping } = provider
  const { ofSecret } = service.fingerprints
  const aim = {
    operationId,
    base,
    baseTag,
    next: null,
    changes: isUnreadable(base) ? diffClients(mapping, base, {}, ofSecret) : [],
    action: 'remove' as const,
    becomes: {},
  }
  const intent = await intentAfter(service, request, last, aim)
  if (!(await service.store.append(intent))) return LOST_RACE
  await service.reached?.('intent recorded')
  const running = { intent, provider, ref, base, next: base }
  await carryOut(service, running, [step], { ...call, urgent: true })
  return { outcome: 'applied', before, steps: [step], operationId }
}

const cannotRemove = () =>
  new ClientError('unsupported_operation', 'This provider has no way to remove a client.')
