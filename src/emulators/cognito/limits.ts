/**
 * Request rates: token buckets per operation and pool, and per category of operations, after the
 * quotas page of Amazon Cognito: 15 a second for UserPoolClientRead and UserPoolClientUpdate each,
 * and 5 a second for any one of their operations on one pool. Burst sizes are unpublished; a bucket
 * here holds one second's worth.
 */

import { refuse } from './refusal.ts'

/** Requests a second. */
export interface Rates {
  readonly perOperation: number
  readonly perCategory: number
}

export type Limits = 'aws' | 'none' | Rates

export type Category = 'client-read' | 'client-update' | 'pool-read'

export interface RateLimits {
  /** Refuses a call that comes too soon. */
  take(operation: string, category: Category, poolId: string): void
  reset(): void
}

const AWS_RATES: Rates = { perOperation: 5, perCategory: 15 }

export function createRateLimits(limits: Limits): RateLimits {
  const buckets = new Map<string, Bucket>()
  const rates = limits === 'aws' ? AWS_RATES : limits

  function bucket(name: string, rate: number): Bucket {
    const existing = buckets.get(name) ?? createBucket(rate)
    buckets.set(name, existing)
    return existing
  }

  return {
    take: (operation, category, poolId) => {
      if (rates === 'none') return
      const claims = [
        bucket(`${operation} ${poolId}`, rates.perOperation),
        bucket(category, rates.perCategory),
      ]
      // A refused call takes no token; whether it does in the real service is unverified.
      if (!claims.every((one) => one.has())) refuse('TooManyRequestsException', 'Rate exceeded')
      for (const one of claims) one.take()
    },
    reset: () => buckets.clear(),
  }
}

interface Bucket {
  has(): boolean
  take(): void
}

function createBucket(rate: number): Bucket {
  let tokens = rate
  let filledAt = performance.now()
  return {
    has: () => {
      const now = performance.now()
      tokens = Math.min(rate, tokens + ((now - filledAt) / 1_000) * rate)
      filledAt = now
      return tokens >= 1
    },
    take: () => {
      tokens -= 1
    },
  }
}
