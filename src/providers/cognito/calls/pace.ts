/**
 * The pace of Cognito's app client operations (Amazon Cognito, "Quotas"): 15 calls a second for the
 * categories UserPoolClientRead and UserPoolClientUpdate each, in one account and Region, and 5 a second
 * for any one operation on one pool. No answer says what is left, so only throttles show it.
 */

import type { JsonAnswer } from '../../http.ts'
import { createPace, type Pace, type PaceSurroundings } from '../../pace/pace.ts'
import type { BucketSettings, RateReport } from '../../pace/pace-source.ts'
import { nameOf } from './errors.ts'

export interface CognitoPace {
  /** Calls a second of one operation on one pool; 5 when absent. */
  readonly perOperation?: number | undefined
  /** Calls a second of one category in one Region; 15 when absent. */
  readonly perCategory?: number | undefined
  /** The part left for others; 0.4 when absent. */
  readonly reserve?: number | undefined
}

/** The quotas page does not place the operations on secrets; they count as updates. What a pool has is read at the same pace. */
const CATEGORIES = {
  DescribeUserPoolClient: 'client-read',
  ListUserPoolClients: 'client-read',
  CreateUserPoolClient: 'client-update',
  UpdateUserPoolClient: 'client-update',
  DeleteUserPoolClient: 'client-update',
  ListUserPoolClientSecrets: 'client-update',
  AddUserPoolClientSecret: 'client-update',
  DeleteUserPoolClientSecret: 'client-update',
  ListIdentityProviders: 'pool-read',
  ListResourceServers: 'pool-read',
  GetUserPoolClientSessionConfiguration: 'pool-read',
  DescribeManagedLoginBrandingByClient: 'pool-read',
  DescribeRiskConfiguration: 'pool-read',
} as const

export type Operation = keyof typeof CATEGORIES

const OPERATIONS = Object.keys(CATEGORIES) as readonly Operation[]
const PER_OPERATION = 5
const PER_CATEGORY = 15
/** Other programs draw from the same quotas and nothing reports them, so it is a large part; our choice. */
const RESERVE = 0.4
const TOO_FAST = ['TooManyRequestsException', 'ThrottlingException']

type Pools = Readonly<Record<string, { readonly region: string }>>

export function createCognitoPace(
  settings: CognitoPace,
  pools: Pools,
  surroundings: PaceSurroundings,
): Pace {
  const { perOperation = PER_OPERATION, perCategory = PER_CATEGORY } = settings
  const { reserve = RESERVE } = settings
  // Sizes of bursts are not published: those of one second.
  const bucket = (name: string, rate: number): BucketSettings => ({
    name,
    perSecond: rate,
    burst: Math.max(1, rate),
    reserve,
  })
  const regions = [...new Set(Object.values(pools).map(({ region }) => region))]
  const categories = [...new Set(Object.values(CATEGORIES))]
  return createPace({
    buckets: [
      ...Object.keys(pools).flatMap((id) =>
        OPERATIONS.map((operation) => bucket(`${operation} ${id}`, perOperation)),
      ),
      ...regions.flatMap((region) =>
        categories.map((category) => bucket(`${category} ${region}`, perCategory)),
      ),
    ],
    ...surroundings,
  })
}

/** The operation on the pool first: what Cognito throttles is counted against that. */
export function bucketsOf(operation: Operation, poolId: string, region: string): readonly string[] {
  return [`${operation} ${poolId}`, `${CATEGORIES[operation]} ${region}`]
}

/** A lock on simultaneous updates (`ConcurrentModificationException`) says nothing about rates. */
export function rateOf(answer: JsonAnswer): RateReport {
  const throttled = answer.status >= 400 && TOO_FAST.includes(nameOf(answer))
  return throttled ? { throttled } : {}
}
