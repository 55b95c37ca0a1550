/** What every use case needs, built once in the entry and passed down as one plain object. */

import type { AccessTo } from '../../core/rights/access.ts'
import type { Grant } from '../../core/rights/limit.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import type { Fingerprints } from '../../core/secrecy/fingerprint.ts'
import type { Call } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Actor, Grantee } from '../../store/log/actor.ts'
import type { Seal } from '../../store/seal.ts'
import type { Store } from '../../store/store.ts'
import type { Approval } from '../approval/pending-change.ts'
import type { CrashPoint } from './crash-points.ts'
import type { Late } from './late-work.ts'
import { untilSeen } from './retry.ts'
import type { Turns } from './turns.ts'

/** Shares of a list, and of the leases that a client can have: above 0, at most 1. */
export interface LeaseShares {
  /** A lease adds no value to a list that is fuller than this. */
  readonly ofList: number
  readonly ofCaller: number
  /** The share that a caller may take for one owner. */
  readonly ofOwner: number
}

export interface Service {
  readonly store: Store
  readonly seal: Seal
  /** Seals records of clients in their logs, which may be dropped one day; absent: `seal` does. Opens everything. */
  readonly historySeal?: Seal
  readonly fingerprints: Fingerprints
  readonly providers: ReadonlyMap<string, Provider>
  readonly turns: Turns
  /** The logs of the idempotency keys whose requests are running in this process. */
  readonly keysInUse: Set<string>
  /** Results of changes of this process that are on their way into the mirror. */
  readonly late: Late
  readonly leaseShares: LeaseShares
  /** What a caller of an earlier request may do today at a provider, by the scopes and claims that its token had. */
  permits(caller: Grantee, providerId: string): ReadonlySet<Permission>
  /** The same as the grants themselves, with their limits; absent: no grant has one. */
  grantsOf?(caller: Grantee, providerId: string): readonly Grant[]
  /**
   * For whom this is done, where grants can be limited: every read and write of a client is shown to it. Absent: for
   * the server itself.
   */
  readonly access?: AccessTo | undefined
  /** What becomes of a change that needs the approval of someone else; absent: it is refused. */
  readonly approval?: Approval | undefined
  /** How long a request waits for an approval (milliseconds). */
  readonly requestsWaitMs: number
  /** The longest time that one upstream call may take (milliseconds). */
  readonly upstreamTimeoutMs: number
  /** Epoch milliseconds. */
  now(): number
  sleep(milliseconds: number): Promise<void>
  newId(): string
  /** Called at each crash point; only tests set it. */
  reached?(point: CrashPoint): Promise<void>
}

/** One string for each caller. */
export function callerOf({ issuer, subject, clientId }: Actor): string {
  return JSON.stringify([issuer, subject, clientId ?? null])
}

/** What all upstream calls of one request share. */
export interface CallContext {
  readonly operationId: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly requestId?: string
  readonly caller?: string | undefined
  readonly reserve?: number | undefined
  readonly onUpstream?: Call['onUpstream'] | undefined
}

/** The call context of the upstream exchanges within one operation. */
export function callOf(service: Service, context: CallContext): Call {
  const { operationId, deadline, requestId, caller, reserve, onUpstream } = context
  return {
    operationId,
    deadline,
    timeoutMs: service.upstreamTimeoutMs,
    untilSeen: untilSeen(service, deadline),
    ...(requestId === undefined ? {} : { requestId }),
    ...(caller === undefined ? {} : { caller }),
    ...(reserve === undefined ? {} : { reserve }),
    ...(onUpstream === undefined ? {} : { onUpstream }),
  }
}
