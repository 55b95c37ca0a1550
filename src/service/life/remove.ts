/**
 * Removes a client. The last full record is kept sealed in the
 * history; the client itself does not come back.
 */

import { diffClients } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef, Step } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import { isUnreadable, passUnreadable } from '../../providers/unreadable.ts'
import type { JobOrigin } from '../../store/log/actor.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { ClientRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { checkReliance } from '../change/own-client.ts'
import { checkUnprotected } from '../change/protection.ts'
import { operate } from '../operation/operate.ts'
import { type Begun, onClient, type Plan } from '../operation/operation.ts'

export interface RemovalRequest extends ClientRequest {
  /** The job that reaps the client. */
  readonly job?: JobOrigin
}

export interface RemovalResult {
  readonly outcome: 'applied' | 'planned'
  /** The record before, and its fingerprint; absent if the request is only answered again. */
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
 * @throws ClientError `unsupported_operation`, `client_protected`, `own_client`, and as `operate` does
 */
export async function removeClient(
  service: Service,
  request: RemovalRequest,
): Promise<RemovalResult> {
  const { provider, ref } = request
  const { removal } = provider
  if (removal === undefined) throw cannotRemove()
  return operate<void, RemovalResult>(service, {
    ...onClient(request),
    request,
    first: true,
    settling: 'removing',
    prepare: ({ head }) => checkUnprotected(head?.standing, 'removed'),
    // A record that cannot be read does not prevent the removal of its client.
    read: ({ call }) => provider.read(ref, call).catch(passUnreadable),
    plan: (begun) => planFor(service, request, begun, removal),
    replay: async ({ earlierUse: { intent } }) => ({
      outcome: 'applied',
      steps: [],
      ...(intent && { operationId: intent.operationId }),
      replayed: true,
    }),
  })
}

function planFor(
  service: Service,
  request: RemovalRequest,
  { base, baseTag, before: last }: Begun<void>,
  removal: NonNullable<Provider['removal']>,
): Plan<RemovalResult> {
  const { provider, ref } = request
  const before = { native: base, tag: baseTag, standing: last?.standing }
  checkReliance(request, base, 'removed')
  const steps = [...stepsBefore(provider, ref, base), removal(ref, base)]
  const { ofSecret } = service.fingerprints
  return {
    aim: {
      next: null,
      changes: isUnreadable(base) ? diffClients(provider.mapping, base, {}, ofSecret) : [],
      action: 'remove',
      becomes: {},
      job: request.job,
    },
    steps,
    after: 'gone',
    planned: () => ({ outcome: 'planned', before, steps }),
    unchanged: undefined,
    done: ({ operationId }) => ({ outcome: 'applied', before, steps, operationId }),
  }
}

/** The change without which the provider would refuse the removal. */
function stepsBefore(provider: Provider, ref: ClientRef, base: Native): readonly Step[] {
  const prepared = provider.beforeRemoval?.(base)
  return prepared === undefined ? [] : provider.steps(ref, base, prepared)
}

const cannotRemove = () =>
  new ClientError('unsupported_operation', 'This provider has no way to remove a client.')
