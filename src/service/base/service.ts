/** What every use case needs, built once in the entry and handed down as one plain object. */

import type { Fingerprints } from '../../core/secrecy/fingerprint.ts'
import type { Call } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Actor } from '../../store/log/actor.ts'
import type { Seal } from '../../store/seal.ts'
import type { Store } from '../../store/store.ts'
import type { CrashPoint } from './crash-points.ts'
import type { Turns } from './turns.ts'

/** Parts of a list, and of the leases that a client can have: above 0, at most 1. */
export interface LeaseShares {
  /** A lease adds no value to a list that is full beyond this. */
  readonly ofList: number
  readonly ofCaller: number
  /** What a caller takes for one owner. */
  readonly ofOwner: number
}

export interface Service {
  readonly store: Store
  readonly seal: Seal
  readonly fingerprints: Fingerprints
  readonly providers: ReadonlyMap<string, Provider>
  readonly turns: Turns
  /** Logs of the idempotency keys with which a request is running in this process. */
  readonly keysInUse: Set<string>
  readonly leaseShares: LeaseShares
  /** The longest one upstream call may take, in milliseconds. */
  readonly upstreamTimeoutMs: number
  /** Epoch milliseconds. */
  now(): number
  sleep(milliseconds: number): Promise<void>
  newId(): string
  /** Told at each crash point; only tests give it. */
  reached?(point: CrashPoint): Promise<void>
}

/** One text for one caller. */
export function callerOf({ issuer, subject, clientId }: Actor): string {
  return JSON.stringify([issuer, subject, clientId ?? null])
}

/** What the upstream calls of one request have in common. */
export interface CallContext {
  readonly operationId: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly requestId?: string
  readonly caller?: string | undefined
  readonly onUpstream?: Call['onUpstream'] | undefined
}

/** The call context of the upstream exchanges within one operation. */
export function callOf(service: Service, context: CallContext): Call {
  const { operationId, deadline, requestId, caller, onUpstream } = context
  return {
    operationId,
    deadline,
    timeoutMs: service.upstreamTimeoutMs,
    ...(requestId === undefined ? {} : { requestId }),
    ...(caller === undefined ? {} : { caller }),
    ...(onUpstream === undefined ? {} : { onUpstream }),
  }
}
