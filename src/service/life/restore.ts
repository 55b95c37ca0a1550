/**
 * Restores a client that was removed through this program, where its provider gives it back with its id: as its last
 * record in the history has it, its secret and what held for it here included.
 */

import { ClientError } from '../../core/errors.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import { neededFor } from '../../core/rights/rights.ts'
import type { Call, ClientRef, Step } from '../../providers/call.ts'
import type { Restoration } from '../../providers/restoration.ts'
import { type Standing, withStanding } from '../../store/log/standing.ts'
import { removedRecord } from '../access/removed-record.ts'
import type { Authorize, WriteRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { operate } from '../operation/operate.ts'
import { type Begun, onClient, type Plan, type Repeated } from '../operation/operation.ts'
import { readOrGone } from '../operation/read-back.ts'

export interface RestorationRequest extends WriteRequest {
  readonly ref: ClientRef
  readonly authorize?: Authorize | undefined
}

export interface RestorationResult {
  readonly outcome: 'applied' | 'planned'
  /** The record as the provider holds it again; in a dry run the planned one. */
  readonly native: Native
  readonly tag: string
  readonly standing: Standing | undefined
  /** What does not come back; absent if the request is only answered again. */
  readonly lost?: readonly string[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
}

/** What the log holds of the client. */
interface Removed {
  readonly native: Native
  readonly standing: Standing | undefined
}

/**
 * Restores a client, or plans it in a dry run.
 * @throws ClientError `unsupported_operation`, `not_found` for a client that was not removed through this program,
 * `rule_violated` for one that is there, `not_restorable`, and as `operate` does
 */
export async function restoreClient(
  service: Service,
  request: RestorationRequest,
): Promise<RestorationResult> {
  const { provider, ref } = request
  const { restoration } = provider
  if (restoration === undefined) throw cannotRestore()
  return operate<Removed, RestorationResult>(service, {
    ...onClient({ provider, ref }),
    request,
    prepare: async ({ call }) => {
      await checkGone({ provider, ref }, call)
      const removed = await removedRecord(service, ref)
      if (removed !== undefined) return removed
      throw new ClientError('not_found', 'There is no such client.')
    },
    // It has been looked for.
    read: async () => undefined,
    plan: (begun) => planFor(service, request, begun, restoration),
    replay: (again) => replayed(service, request, again),
  })
}

async function checkGone(client: Pick<RestorationRequest, 'provider' | 'ref'>, call: Call) {
  if ((await readOrGone(client, call)) === undefined) return
  throw new ClientError(
    'rule_violated',
    'The client is there: only one that was removed can be restored. To go back to earlier settings, roll it back.',
  )
}

async function planFor(
  service: Service,
  { provider, ref, authorize }: RestorationRequest,
  { prepared: { native: removed, standing: before }, call, base }: Begun<Removed>,
  restoration: Restoration,
): Promise<Plan<RestorationResult>> {
  const { mapping } = provider
  const { next, lost } = await restoration.plan(ref, removed, call)
  const api = provider.ownApi?.(ref)
  authorize?.(neededFor(mapping, { base, next, named: [], api, made: true }))
  const steps = [restoration.step(ref, next)]
  // Its leases end when they would have; its secrets, and when it was to be removed, are those of before the removal.
  const standing = withStanding(before, { removal: undefined, retirements: undefined })
  return {
    aim: { next, changes: [], action: 'restore', becomes: standing },
    steps,
    after: 'answered',
    planned: () => ({
      outcome: 'planned',
      native: next,
      tag: service.fingerprints.ofState(mapping, next),
      standing,
      lost,
      warnings: [],
      steps,
    }),
    unchanged: undefined,
    done: ({ native, tag, warnings, operationId }) => ({
      ...{ outcome: 'applied', native, tag, standing, lost, warnings, steps, operationId },
    }),
  }
}

async function replayed(
  service: Service,
  { provider, ref }: RestorationRequest,
  { earlierUse: { intent }, call, head }: Repeated,
): Promise<RestorationResult> {
  const native = await provider.read(ref, call)
  return {
    outcome: 'applied',
    native,
    tag: service.fingerprints.ofState(provider.mapping, native),
    standing: head?.standing,
    warnings: [],
    steps: [],
    ...(intent && { operationId: intent.operationId }),
    replayed: true,
  }
}

const cannotRestore = () =>
  new ClientError(
    'unsupported_operation',
    'This provider gives no removed client back. Copy it (POST /clients/{clientId}/copy, clientry copy): the copy has its settings, with another id and secret.',
  )
