/**
 * Waits until a provider is seen to accept a new redirect URI, and records it. Whether it does is seen at its
 * authorization endpoint; where not even the old redirect URI is seen to be accepted, nothing can be seen there, and a
 * configured time has to pass.
 */

import { isClientError } from '../../core/errors.ts'
import {
  type Authorization,
  UNKNOWN_AUTHORIZATION,
} from '../../providers/authorization/authorization.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Actor } from '../../store/log/actor.ts'
import type { Move, Standing, Widened } from '../../store/log/standing.ts'
import type { MoveConfirmation } from '../base/request.ts'
import { callOf, type Service } from '../base/service.ts'
import { changeClient } from '../change/change.ts'

/** How often an endpoint has to accept it in a row: it may be several servers (our choice). */
const LOOKS = 3
/** Between two attempts of one request (milliseconds). */
const PAUSE_MS = 500

/** One move of a client, and for whom it is looked at. */
export interface Confirming {
  readonly ref: ClientRef
  readonly provider: Provider
  readonly move: Move
  readonly actor: Actor
  readonly caller?: string
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly onUpstream?: Call['onUpstream']
}

/**
 * Looks until the new redirect URI is accepted or the time is over, and records that it is; `undefined`: it is not
 * known to be.
 */
export async function confirmOnceAccepted(
  service: Service,
  confirming: Confirming,
  until: number,
): Promise<Standing | undefined> {
  for (;;) {
    const by = await acceptedBy(service, confirming)
    const codeSeconds = by === undefined ? undefined : await codeSecondsOf(service, confirming)
    if (by !== undefined && codeSeconds !== undefined) {
      return confirm(service, confirming, { by, codeSeconds })
    }
    const { look, waitSeconds } = confirming.provider.authorization ?? UNKNOWN_AUTHORIZATION
    const from = confirming.move.startedAt + waitSeconds * 1_000
    // Where nothing can be seen, looking again before the wait is over shows nothing either.
    if (look === undefined && from >= until) return undefined
    if (service.now() + PAUSE_MS >= until) return undefined
    await service.sleep(PAUSE_MS)
  }
}

async function confirm(
  service: Service,
  { move, ...request }: Confirming,
  seen: Required<Pick<MoveConfirmation, 'by' | 'codeSeconds'>>,
): Promise<Standing | undefined> {
  const { from, to } = move
  const patch = { kind: 'confirm_move', from, to, ...seen } as const
  const { standing } = await changeClient(service, { ...request, patch, dryRun: false })
  return standing
}

/** Why the new redirect URI is known to be accepted; `undefined`: it is not. */
async function acceptedBy(
  service: Service,
  { provider, ref, move, ...context }: Confirming,
): Promise<Widened['by'] | undefined> {
  const { authorization = UNKNOWN_AUTHORIZATION } = provider
  const hasWaited = service.now() >= move.startedAt + authorization.waitSeconds * 1_000
  const call = callOf(service, { ...context, operationId: move.operationId })
  const accepts = (redirectUri: string) => isAccepted(authorization, { ref, redirectUri }, call)
  if (await accepts(move.to)) return 'endpoint'
  if (!hasWaited || (await accepts(move.from))) return undefined
  return 'wait'
}

/** How long codes live now; `undefined`: that cannot be learned now, so that nothing is said of the move yet. */
async function codeSecondsOf(
  service: Service,
  { provider, ref, move, ...context }: Confirming,
): Promise<number | undefined> {
  const { codeSeconds, codeLifetime } = provider.authorization ?? UNKNOWN_AUTHORIZATION
  if (codeLifetime === undefined) return codeSeconds
  const call = callOf(service, { ...context, operationId: move.operationId })
  try {
    return (await codeLifetime(ref, call)) ?? codeSeconds
  } catch (error) {
    if (isClientError(error)) return undefined
    throw error
  }
}

async function isAccepted(
  { look }: Authorization,
  redirect: { readonly ref: ClientRef; readonly redirectUri: string },
  call: Call,
): Promise<boolean> {
  if (look === undefined) return false
  for (let looks = 0; looks < LOOKS; looks += 1) {
    if (!(await look(redirect, call))) return false
  }
  return true
}
