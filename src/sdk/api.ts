/** The methods of the SDK: one for each operation of the contract, named as its id and typed by its row. */

import type { Bodies, BodyName } from '../contract/bodies.ts'
import type { OPERATIONS, OperationName } from '../contract/operations.ts'
import type { QueryName } from '../contract/query.ts'
import type {
  Client,
  ClientAddress,
  ClientPatch,
  ClientQuery,
  HistoryItem,
  HistoryQuery,
  Job,
  JobResult,
  JsonPatchOperation,
  ListedClient,
  PageQuery,
  Query,
} from './types.ts'

/** A client by its id alone (of the default provider), or with where it is. */
export type ClientArgument = string | ClientAddress

/** What came back. */
export interface Answer<Body> {
  readonly body: Body
  readonly status: number
  readonly requestId: string
  /** Of the client's whole state, as `ifMatch` takes it. */
  readonly etag?: string
  /** Names the change, where there was one, for `getOperation`. */
  readonly operationId?: string
  /** The key had been used before and nothing was done again. */
  readonly replayed: boolean
}

export interface ReadOptions {
  /** Ends the request and the waiting between its repetitions. */
  readonly signal?: AbortSignal
}

export interface WatchOptions extends ReadOptions {
  /** How often it is asked for, in milliseconds; 1,000 when absent. */
  readonly everyMs?: number
}

export interface WriteOptions extends ReadOptions {
  /** Plans the change, sends nothing to the provider. */
  readonly dryRun?: boolean
  /** The `etag` of the state that the change is meant for; `*`: any that exists. */
  readonly ifMatch?: string
  /** Also where the server, or the provider, works by means of the client; where that is asked for. */
  readonly ownClient?: boolean
  /** Names the request; absent: a name made by chance. It is the same over all repetitions. */
  readonly idempotencyKey?: string
}

/** A method that writes: with `dryRun: true` it answers the plan. */
export interface Write<Arguments extends readonly unknown[], Done, Planned, Query = unknown> {
  (
    ...args: [...Arguments, options: WriteOptions & Query & { readonly dryRun: true }]
  ): Promise<Answer<Planned>>
  (
    ...args: [...Arguments, options?: WriteOptions & Query & { readonly dryRun?: false }]
  ): Promise<Answer<Done>>
}

/** A method that writes and needs more than its arguments: some options must be there. */
export interface WriteWith<Query, Arguments extends readonly unknown[], Done, Planned> {
  (
    ...args: [...Arguments, options: WriteOptions & Query & { readonly dryRun: true }]
  ): Promise<Answer<Planned>>
  (
    ...args: [...Arguments, options: WriteOptions & Query & { readonly dryRun?: false }]
  ): Promise<Answer<Done>>
}

/** A method that reads. */
export type Read<Arguments extends readonly unknown[], Body, Query = unknown> = (
  ...args: [...Arguments, options?: ReadOptions & Query]
) => Promise<Answer<Body>>

/** Makes the change that a client needs; `undefined`: none. */
export type ChangeOf = (client: Client) => ClientPatch | undefined

/** Reads a client, makes a patch of it, sends that for the very state it was made of. */
export type UpdateByFunction = (
  client: ClientArgument,
  change: ChangeOf,
  options?: ReadOptions,
) => Promise<Answer<Client>>

type ClientPatchArgument = ClientPatch | readonly JsonPatchOperation[]

/** An id in a path: that of a client can say where the client is. */
type Id<Name extends string> = Name extends 'clientId' ? [client: ClientArgument] : [id: string]

/** One argument for each parameter of a path. */
type Ids<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? [...Id<Name>, ...Ids<Rest>]
  : []

/** The body: a patch is given as it is, and travels as the member `client`. */
type Body<Row> = Row extends { readonly body: infer Name extends BodyName }
  ? Name extends 'ClientPatchRequest'
    ? [patch: ClientPatchArgument]
    : [request: Bodies[Name]]
  : []

type Arguments<Row> = Row extends { readonly path: infer Path extends string }
  ? [...Ids<Path>, ...Body<Row>]
  : []

/** What a success answers. */
type Done<Row> = Row extends { readonly answers: infer Answers }
  ? Bodies[Extract<Answers[keyof Answers], BodyName>]
  : never

/** Query parameters that are said elsewhere: by the address of the client, and by the options of writes. */
type Elsewhere<Row> =
  | (Row extends { readonly path: `${string}{clientId}${string}` }
      ? 'provider' | 'userPoolId' | 'id'
      : never)
  | (Row extends { readonly headers: readonly [] } ? never : 'dryRun' | 'ownClient')

type NeededNames<Row> = Row extends { readonly required: readonly (infer Name extends QueryName)[] }
  ? Name
  : never

type QueryIn<Row> = Row extends { readonly query: readonly (infer Name extends QueryName)[] }
  ? Query<Exclude<Name, Elsewhere<Row>>, NeededNames<Row>>
  : unknown

/** Whether a method takes the options of writes: a key names its request. */
type Writes = { readonly headers: readonly [...string[], 'Idempotency-Key'] }

/** The method of an operation. */
type MethodOf<Row> = Row extends { readonly plan: infer Plan extends BodyName }
  ? Row extends { readonly required: unknown }
    ? WriteWith<QueryIn<Row>, Arguments<Row>, Done<Row>, Bodies[Plan]>
    : Write<Arguments<Row>, Done<Row>, Bodies[Plan], QueryIn<Row>>
  : Row extends Writes
    ? (...args: [...Arguments<Row>, options?: WriteOptions]) => Promise<Answer<Done<Row>>>
    : Read<Arguments<Row>, Done<Row>, QueryIn<Row>>

/** One method for each operation. */
export type Routes = {
  readonly [Name in OperationName]: Name extends 'updateClient'
    ? MethodOf<(typeof OPERATIONS)[Name]> & UpdateByFunction
    : MethodOf<(typeof OPERATIONS)[Name]>
}

/** What a connection to a server can do. */
export interface Api extends Routes {
  /** Clients of all pages; each page is asked for when it is needed. */
  clients(query?: ReadOptions & ClientQuery): AsyncIterable<ListedClient>
  /** Every change of any client that the caller may see, newest first, page by page. */
  history(query?: ReadOptions & HistoryQuery): AsyncIterable<HistoryItem>
  /** A job whenever it has come on, until it waits for someone or has ended. */
  job(jobId: string, options?: WatchOptions): AsyncIterable<Job>
  /** What became of each client of a job, page by page. */
  jobResults(jobId: string, query?: ReadOptions & PageQuery): AsyncIterable<JobResult>
  /** Every change of one client, newest first, page by page. */
  clientHistory(client: ClientArgument, query?: ReadOptions & PageQuery): AsyncIterable<HistoryItem>
}
