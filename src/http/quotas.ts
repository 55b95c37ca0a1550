/**
 * How often one caller may ask for what is kept for good, by the hour: leases, idempotency keys, jobs. Each has
 * a store of tokens that holds an hour's worth and fills up all the time, so that a burst hurts no one. They
 * live in this process.
 */

import { ClientError } from '../core/errors.ts'
import { callerOf } from '../service/base/service.ts'
import type { Principal } from './auth/principal.ts'
import { actorOf } from './auth/principal.ts'
import type { HttpRequest } from './wire/message.ts'

/** Requests of one caller in an hour. */
export interface QuotaSettings {
  readonly leasesPerHour: number
  readonly keysPerHour: number
  readonly jobsPerHour: number
}

export const DEFAULT_QUOTAS: QuotaSettings = {
  leasesPerHour: 2_000,
  keysPerHour: 20_000,
  jobsPerHour: 100,
}

export type Kind = 'leases' | 'keys' | 'jobs'

/** What is counted of a request. */
export interface Counted {
  readonly operation: string
  readonly request: HttpRequest
  readonly query: Readonly<Record<string, string>>
  readonly principal: Principal
}

export interface Quotas {
  /**
   * Counts a request.
   * @throws ClientError `too_many_requests`
   */
  count(counted: Counted): void
}

const HOUR_MS = 3_600_000
/** Callers that are known at a time; the one that has not asked for longest is forgotten first. */
const MAX_CALLERS = 10_000

const KIND_OF: Readonly<Record<string, Kind>> = {
  putLease: 'leases',
  endLeases: 'leases',
  createJob: 'jobs',
  undoJob: 'jobs',
  reapClients: 'jobs',
}

const SAYS: Readonly<Record<Kind, string>> = {
  leases: 'requests that take or end leases',
  keys: 'requests with an Idempotency-Key',
  jobs: 'jobs',
}

/** Quotas that no one has used yet. */
export function createQuotas(settings: QuotaSettings, now: () => number): Quotas {
  const perHour = {
    leases: settings.leasesPerHour,
    keys: settings.keysPerHour,
    jobs: settings.jobsPerHour,
  }
  const buckets = new Map<string, { tokens: number; at: number }>()

  function take(kind: Kind, caller: string): void {
    const most = perHour[kind]
    const key = `${kind} ${caller}`
    const time = now()
    const bucket = buckets.get(key) ?? { tokens: most, at: time }
    const tokens = Math.min(most, bucket.tokens + (Math.max(time - bucket.at, 0) * most) / HOUR_MS)
    buckets.delete(key)
    buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: time })
    const [oldest] = buckets.keys()
    if (buckets.size > MAX_CALLERS && oldest !== undefined) buckets.delete(oldest)
    if (tokens >= 1) return
    throw new ClientError(
      'too_many_requests',
      `This caller has sent ${most} ${SAYS[kind]} in an hour, which is the limit for one caller (quotas.${kind}PerHour). Nothing was sent. Try again later.`,
      { retryAfter: Math.ceil(((1 - tokens) * HOUR_MS) / most / 1_000) },
    )
  }

  return {
    count: ({ operation, request, query, principal }) => {
      // Nothing is kept of a dry run.
      if (query.dryRun === 'true') return
      const caller = callerOf(actorOf(principal))
      const kind = KIND_OF[operation]
      if (kind !== undefined) take(kind, caller)
      if (request.headers['idempotency-key'] !== undefined) take('keys', caller)
    },
  }
}
