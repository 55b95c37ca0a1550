/** What a row of the route table says. */

import type { Permission } from '../core/rights/permissions.ts'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import type { QueryName } from './wire/query.ts'

export interface Route {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE'
  /** With `{parameters}`, as OpenAPI writes it. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  /** `public`: no token is asked for. */
  readonly permission: Permission | 'public'
  /** A further permission, at the place of the client that is copied. */
  readonly atSource?: Permission
  /** Query parameters that it takes; any other is refused. */
  readonly query: readonly QueryName[]
  /** What the body is, where there is one. */
  readonly body?:
    | 'ClientPatch'
    | 'CreationRequest'
    | 'CopyRequest'
    | 'RollbackRequest'
    | 'ProtectionRequest'
    | 'AdoptionRequest'
    | 'RotationRequest'
    | 'SuspensionRequest'
    | 'ResumptionRequest'
    | 'LeaseRequest'
    | 'JobRequest'
    | 'UndoRequest'
  /** What a success answers. */
  readonly answers:
    | 'Client'
    | 'Copy'
    | 'ClientPage'
    | 'Removal'
    | 'Rotation'
    | 'Retirement'
    | 'SecretList'
    | 'Findings'
    | 'Leases'
    | 'LintPage'
    | 'HistoryPage'
    | 'HistoryItem'
    | 'Provider'
    | 'ProviderList'
    | 'Job'
    | 'JobPage'
    | 'JobResultPage'
    | 'Events'
    | 'Status'
    | 'Document'
    | 'Text'
  handle(exchange: Exchange): Answer | Promise<Answer>
}

/** Conditions of RFC 9110 section 13 that a route may take. */
export const CONDITIONS = ['If-Match', 'If-None-Match'] as const

export type Condition = (typeof CONDITIONS)[number]

/** What a success has an `ETag` for. */
const TAGGED: readonly Route['answers'][] = [
  'Client',
  'Copy',
  'Findings',
  'Leases',
  'Retirement',
  'Rotation',
  'SecretList',
]

/** Whether a success of the route has an `ETag`. */
export const isTagged = ({ answers }: Pick<Route, 'answers'>) => TAGGED.includes(answers)

/** The conditions that a route heeds. */
export function conditionsOf(
  route: Pick<Route, 'method' | 'answers' | 'body'>,
): readonly Condition[] {
  if (route.method === 'GET') return isTagged(route) ? ['If-None-Match'] : []
  // What is made, or taken in, had no state before that its caller could know of.
  if (route.answers === 'Job' || route.body === 'CreationRequest') return []
  if (route.body === 'AdoptionRequest') return []
  return route.body === 'CopyRequest' ? ['If-Match'] : CONDITIONS
}
