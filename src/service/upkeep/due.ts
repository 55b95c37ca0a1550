/**
 * Does what is due for clients without a request, when its time has come (`dueAt` computes the time).
 * The store knows the times, so that a restart makes no difference; and the work is done by the
 * steps of any change, so that several servers on one store, or a crash halfway, make no difference
 * either.
 */

import { type ErrorCode, isClientError } from '../../core/errors.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Notice, Provider } from '../../providers/provider.ts'
import { refOf, registeredClientOf, resourceOf } from '../../store/resource.ts'
import { withinDeadline } from '../base/deadline.ts'
import { callOf, type Service } from '../base/service.ts'
import { endOverLeases } from '../lease/lease-end.ts'
import { removeWhenDue } from '../life/removal-end.ts'
import { goOnWithMoves } from '../move/move-due.ts'
import { endDueSecrets } from '../secrets/secret-end.ts'
import { DUE, type Duty } from './duty.ts'

const DUTIES: readonly Duty[] = [endOverLeases, goOnWithMoves, endDueSecrets, removeWhenDue]

/** The clients whose due work failed, and when it is tried again; for one process. */
export type Pauses = Map<string, { readonly failures: number; readonly until: number }>

export interface DueDone {
  readonly done: number
  readonly failed: readonly DueFailure[]
  readonly notices: readonly ClientNotice[]
}

/** What the operator has to know of one client. */
export interface ClientNotice extends Notice {
  readonly ref: ClientRef
}

/** A client whose due work failed this time. */
export interface DueFailure {
  readonly resource: string
  readonly code: ErrorCode
}

/** How long one client may take, and how long new clients of a provider are started (milliseconds). */
const CLIENT_TIMEOUT_MS = 15_000
const PROVIDER_TIMEOUT_MS = 30_000

/** The first pause ends before the next sweep; each further one is twice as long, up to the longest. */
const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 900_000

/** Does everything that is due; what fails is tried again, after longer and longer pauses. */
export async function carryOutDue(service: Service, pauses: Pauses): Promise<DueDone> {
  const { store, now, providers } = withinDeadline(service, service.now() + CLIENT_TIMEOUT_MS)
  const due = await store.due(now())
  for (const resource of pauses.keys()) if (!due.includes(resource)) pauses.delete(resource)
  const ready = due.filter((resource) => (pauses.get(resource)?.until ?? 0) <= now())
  // One after the other for each provider, so that a provider that stalls does not delay the others.
  const parts = await Promise.all(
    Array.from(providers, ([name, provider]) => {
      const theirs = ready.filter((resource) => clientIn(resource).provider === name)
      return inTurn(service, provider, theirs, pauses)
    }),
  )
  return {
    done: parts.reduce((sum, { done }) => sum + done, 0),
    failed: parts.flatMap(({ failed }) => failed),
    notices: parts.flatMap(({ notices }) => notices),
  }
}

async function inTurn(
  service: Service,
  provider: Provider,
  resources: readonly string[],
  pauses: Pauses,
): Promise<DueDone> {
  const end = service.now() + PROVIDER_TIMEOUT_MS
  const failed: DueFailure[] = []
  const notices: ClientNotice[] = []
  let done = 0
  for (const resource of resources) {
    // The next sweep starts with the rest, since open changes wait for this one.
    if (service.now() >= end) break
    try {
      if (isRegistration(resource)) notices.push(...(await noticeOf(service, provider, resource)))
      else await carryOutOne(service, provider, resource)
      pauses.delete(resource)
      done += 1
    } catch (error) {
      const failures = (pauses.get(resource)?.failures ?? 0) + 1
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
      pauses.set(resource, { failures, until: service.now() + pause })
      failed.push({
        resource: resourceOf(clientIn(resource)),
        code: isClientError(error) ? error.code : 'internal',
      })
    }
  }
  return { done, failed, notices }
}

/** The client that a log is about: its own one, or that of what opens it. */
const clientIn = (resource: string): ClientRef => registeredClientOf(resource) ?? refOf(resource)
const isRegistration = (resource: string) => registeredClientOf(resource) !== undefined

async function noticeOf(
  service: Service,
  provider: Provider,
  resource: string,
): Promise<readonly ClientNotice[]> {
  const ref = clientIn(resource)
  const deadline = service.now() + service.upstreamTimeoutMs + CLIENT_TIMEOUT_MS
  const call = callOf(service, { operationId: service.newId(), deadline, caller: DUE })
  const notice = await provider.notice?.(ref, call)
  return notice === undefined ? [] : [{ ...notice, ref }]
}

async function carryOutOne(service: Service, provider: Provider, resource: string): Promise<void> {
  const deadline = service.now() + service.upstreamTimeoutMs + CLIENT_TIMEOUT_MS
  const bounded = withinDeadline(service, deadline)
  const standing = (await bounded.store.last(resource))?.standing
  if (standing === undefined) return
  const due = { ref: refOf(resource), provider, standing, deadline }
  const failures: unknown[] = []
  // A failure of one kind does not stop the others.
  for (const duty of DUTIES) await duty(bounded, due).catch((error) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
