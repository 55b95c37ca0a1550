/**
 * What goes over the wire, as types: the bodies of the contract and the queries of its operations. A new body or
 * a new attribute of a client is here at once.
 */

import type { OPERATIONS, OperationName } from '../contract/operations.ts'
import type { QueryName, QueryValues } from '../contract/query.ts'

export type * from '../contract/clients.ts'
export type {
  Actor,
  ClientName,
  FieldChange,
  FieldName,
  Json,
  JsonObject,
  LeaseField,
  Page,
  Severity,
  Warning,
} from '../contract/common.ts'
export type * from '../contract/history.ts'
export type * from '../contract/jobs.ts'
export type * from '../contract/leases.ts'
export type * from '../contract/life.ts'
export type * from '../contract/lint.ts'
export type * from '../contract/moves.ts'
export type * from '../contract/overview/overview.ts'
export type * from '../contract/providers.ts'
export type * from '../contract/requests/requests.ts'
export type * from '../contract/secrets.ts'
export type * from '../contract/server.ts'
export type * from '../contract/standing.ts'

/** Where a client is: its id, with the provider unless it is the default one. */
export interface ClientAddress {
  readonly id: string
  readonly provider?: string | undefined
  /** For providers that have user pools. */
  readonly userPoolId?: string | undefined
}

/** Query parameters, those that may be left out and those that may not. */
export type Query<Optional extends QueryName, Required extends QueryName = never> = {
  readonly [N in keyof Pick<QueryValues, Exclude<Optional, Required>>]?: QueryValues[N] | undefined
} & Pick<QueryValues, Required>

/** The query of an operation, as its row in the contract has it. */
type QueryOf<Name extends OperationName> = Query<(typeof OPERATIONS)[Name]['query'][number]>

export type ClientQuery = QueryOf<'listClients'>
export type HistoryQuery = QueryOf<'searchHistory'>
export type JobQuery = QueryOf<'listJobs'>
export type LintQuery = QueryOf<'lintClients'>
export type PageQuery = QueryOf<'getJobResults'>
/** Which leases of a client are meant. */
export type LeasesOf = Query<'owner' | 'field' | 'value', 'owner'>
