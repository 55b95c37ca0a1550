/** What every use case needs, built once in the entry and handed down as one plain object. */

import type { Fingerprints } from '../core/fingerprint.ts'
import type { Call, ClientRef, Provider } from '../providers/provider.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { Turns } from './turns.ts'

export interface Service {
  readonly store: Store
  readonly seal: Seal
  readonly fingerprints: Fingerprints
  readonly providers: ReadonlyMap<string, Provider>
  readonly turns: Turns
  /** The longest one upstream call may take, in milliseconds. */
  readonly upstreamTimeoutMs: number
  /** Epoch milliseconds. */
  now(): number
  sleep(milliseconds: number): Promise<void>
  newId(): string
}

/** The text under which the log keeps a client; canonical, so that it is one text for one client. */
export function resourceOf({ provider, userPoolId, id }: ClientRef): string {
  return JSON.stringify([provider, userPoolId ?? null, id])
}

/** The way back from `resourceOf`. */
export function refOf(resource: string): ClientRef {
  const [provider, userPoolId, id] = JSON.parse(resource) as [string, string | null, string]
  return { provider, id, ...(userPoolId === null ? {} : { userPoolId }) }
}

/** The call context of one upstream exchange within an operation. */
export function callOf(
  service: Service,
  operationId: string,
  deadline: number,
  onUpstream?: Call['onUpstream'],
): Call {
  const { upstreamTimeoutMs: timeoutMs } = service
  return { operationId, deadline, timeoutMs, ...(onUpstream === undefined ? {} : { onUpstream }) }
}
