/** Ends one of the live secrets of a client, now or later. */

import type { FieldChange } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { ClientRef, Step } from '../../providers/call.ts'
import type { LiveSecret, Secrets } from '../../providers/secrets.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import type { ClientRequest, WriteRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { checkReliance } from '../change/own-client.ts'
import { standingOf } from '../operation/head.ts'
import { operate } from '../operation/operate.ts'
import { type Begun, onClient, type Plan, type Repeated } from '../operation/operation.ts'
import { type Ending, endingAt, withEnds, withoutEnd } from './retirements.ts'
import { secretsOf } from './rotatable.ts'

export type RetirementRequest = WriteRequest & {
  readonly ref: ClientRef
  readonly secretId: string
} & (RetireCall | Due)

/** A caller asks to end it. */
interface RetireCall extends Pick<ClientRequest, 'ifMatch' | 'checkFound' | 'ownClient'> {
  readonly whenDue?: never
  /** It ends by itself after this many seconds; absent: now. */
  readonly afterSeconds?: number | undefined
}

/** It ends because its time has come, if that is still so; a secret that can no longer end is left alone. */
interface Due {
  readonly whenDue: true
  readonly afterSeconds?: never
  readonly ifMatch?: never
  readonly checkFound?: never
  readonly ownClient?: never
}

export interface RetirementResult {
  readonly outcome: 'applied' | 'planned' | 'unchanged'
  /** The record as the provider holds it now, and its fingerprint. */
  readonly native: Native
  readonly tag: string
  /** The client's standing. */
  readonly standing: Standing | undefined
  /** The secrets that are live afterwards. */
  readonly live: readonly Ending[]
  /** Changes of settings; the end of a secret is not one. */
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
}

/**
 * Ends a secret, or plans it in a dry run.
 * @throws ClientError `unsupported_operation`, `not_found` with the field `secretId`, `rule_violated` for the
 *   last one, `own_client`, and as `operate` does
 */
export async function retireSecret(
  service: Service,
  request: RetirementRequest,
): Promise<RetirementResult> {
  const { remove } = secretsOf(request.provider)
  if (remove === undefined) throw cannotRetire()
  return operate<void, RetirementResult>(service, {
    ...onClient(request),
    request,
    plan: (begun) => planFor(service, request, begun, remove),
    replay: (again) => replay(service, request, again),
  })
}

async function planFor(
  service: Service,
  request: RetirementRequest,
  { call, base, baseTag, before: last }: Begun<void>,
  remove: NonNullable<Secrets['remove']>,
): Promise<Plan<RetirementResult>> {
  const { provider, ref, secretId } = request
  if (request.whenDue !== true) checkReliance(request, base, 'left without one of its secrets')
  const live = await secretsOf(provider).list(ref, base, call)
  const { action, becomes, ends } = aimOf(service, request, last?.standing, live)
  const { disable } = secretsOf(provider)
  const before = disable === undefined ? [] : [disable(ref, base, secretId)]
  const steps = ends ? [...before, remove(ref, base, secretId)] : []
  const remaining = ends ? live.filter(({ id }) => id !== secretId) : live
  const planned = {
    standing: becomes,
    live: withEnds(remaining, becomes),
    changes: [],
    warnings: [],
    steps,
    native: base,
    tag: baseTag,
  }
  return {
    aim: { next: base, changes: [], secretId, action, becomes },
    steps,
    after: 'answered',
    planned: () => ({ ...planned, outcome: 'planned' }),
    unchanged: action === undefined ? () => ({ ...planned, outcome: 'unchanged' }) : undefined,
    done: ({ native, tag, warnings, operationId }) => ({
      ...planned,
      outcome: 'applied',
      native,
      tag,
      warnings,
      operationId,
    }),
  }
}

/** Returns the secrets as they are now, since the request was already carried out. */
async function replay(
  service: Service,
  { provider, ref }: RetirementRequest,
  { earlierUse: { intent }, call }: Repeated,
): Promise<RetirementResult> {
  const native = await provider.read(ref, call)
  const standing = await standingOf(service, resourceOf(ref))
  return {
    outcome: 'applied',
    native,
    tag: service.fingerprints.ofState(provider.mapping, native),
    standing,
    live: withEnds(await secretsOf(provider).list(ref, native, call), standing),
    changes: [],
    warnings: [],
    steps: [],
    ...(intent && { operationId: intent.operationId }),
    replayed: true,
  }
}

interface RetirementAim {
  /** Absent: there is nothing to do. */
  readonly action?: 'retire' | 'retire_later' | 'retain'
  readonly becomes: Standing
  /** Whether the provider must end it. */
  readonly ends: boolean
}

/** @throws ClientError as `checkRetirable` does */
function aimOf(
  service: Service,
  { secretId, afterSeconds, whenDue, actor }: RetirementRequest,
  standing: Standing | undefined,
  live: readonly LiveSecret[],
): RetirementAim {
  const becomes = withoutEnd(standing, secretId)
  const isLive = live.some(({ id }) => id === secretId)
  if (whenDue === true) {
    const at = standing?.retirements?.find((one) => one.secretId === secretId)?.at
    // Someone else has ended it or changed its end meanwhile.
    if (at === undefined || at > service.now()) return { becomes: standing ?? {}, ends: false }
    // Without another secret the client could not authenticate at all.
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
    const says =
      'The client has no such live secret. GET /clients/{clientId}/secrets lists its secrets.'
    throw new ClientError('not_found', says, { field })
  }
  if (live.length > 1) return
  const says = 'The last secret of a client cannot be retired. Rotate it first.'
  throw new ClientError('rule_violated', says, { field })
}

const cannotRetire = () =>
  new ClientError(
    'unsupported_operation',
    'This provider keeps only one secret for each client; a rotation with cutOver ends it.',
  )
