/** The methods of the SDK: one for each route, named as its operationId. */

import type { Job, JobPlan, JobQuery, JobRequest, JobResult, UndoRequest } from './job-types.ts'
import type {
  Adoption,
  Client,
  ClientAddress,
  ClientPage,
  ClientPatch,
  ClientQuery,
  Copy,
  CopyPlan,
  CopyRequest,
  Creation,
  Finding,
  HistoryItem,
  HistoryQuery,
  JsonObject,
  JsonPatchOperation,
  LeaseRequest,
  Leases,
  LeasesOf,
  LintPage,
  LintQuery,
  ListedClient,
  Page,
  PageQuery,
  Plan,
  ProtectionRequest,
  Provider,
  ProviderSummary,
  Removal,
  RemovalPlan,
  ResumptionRequest,
  Retirement,
  RetirementPlan,
  RollbackRequest,
  Rotation,
  RotationPlan,
  RotationRequest,
  SecretList,
  SuspensionRequest,
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
    ...given: [...Arguments, options: WriteOptions & Query & { readonly dryRun: true }]
  ): Promise<Answer<Planned>>
  (
    ...given: [...Arguments, options?: WriteOptions & Query & { readonly dryRun?: false }]
  ): Promise<Answer<Done>>
}

/** A method that writes and needs to be told more than its arguments. */
export interface WriteWith<Query, Arguments extends readonly unknown[], Done, Planned> {
  (
    ...given: [...Arguments, options: WriteOptions & Query & { readonly dryRun: true }]
  ): Promise<Answer<Planned>>
  (
    ...given: [...Arguments, options: WriteOptions & Query & { readonly dryRun?: false }]
  ): Promise<Answer<Done>>
}

/** A method that reads. */
export type Read<Arguments extends readonly unknown[], Body, Query = unknown> = (
  ...given: [...Arguments, options?: ReadOptions & Query]
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

/** One method for each route. */
export interface Routes {
  readonly listClients: Read<[], ClientPage, ClientQuery>
  readonly createClient: Write<[creation: Creation], Client, Plan>
  readonly deleteClient: Write<[client: ClientArgument], Removal, RemovalPlan>
  readonly getClient: Read<[client: ClientArgument], Client>
  /**
   * A patch is sent as it is. A function is given the client and makes a patch: where the client has
   * changed meanwhile, it is read again and the function is asked again.
   */
  readonly updateClient: Write<[client: ClientArgument, patch: ClientPatchArgument], Client, Plan> &
    UpdateByFunction
  readonly lintClient: Read<[client: ClientArgument], { readonly findings: readonly Finding[] }>
  readonly lintClients: Read<[], LintPage, LintQuery>
  readonly getClientHistory: Read<[client: ClientArgument], Page<HistoryItem>, PageQuery>
  readonly rollbackClient: Write<[client: ClientArgument, request: RollbackRequest], Client, Plan>
  /** The client as its options name it is copied to where the request says. */
  readonly copyClient: Write<[client: ClientArgument, request: CopyRequest], Copy, CopyPlan>
  readonly protectClient: Write<[client: ClientArgument, request: ProtectionRequest], Client, Plan>
  /** Takes in a client that was registered elsewhere; the same adoption again changes nothing. */
  readonly adoptClient: Write<[client: ClientArgument, adoption: Adoption], Client, Plan>
  readonly suspendClient: Write<[client: ClientArgument, request: SuspensionRequest], Client, Plan>
  readonly resumeClient: Write<[client: ClientArgument, request: ResumptionRequest], Client, Plan>
  readonly listLeases: Read<[client: ClientArgument], Leases>
  readonly putLease: Write<[client: ClientArgument, lease: LeaseRequest], Leases, Plan>
  /** Ends the leases of an owner: all of them, or those on one list, or the one on one value. */
  readonly endLeases: WriteWith<LeasesOf, [client: ClientArgument], Leases, Plan>
  /** Its key is the same over all repetitions, so a lost answer does not lose the value. */
  readonly rotateSecret: Write<
    [client: ClientArgument, request: RotationRequest],
    Rotation,
    RotationPlan
  >
  readonly listSecrets: Read<[client: ClientArgument], SecretList>
  /** Ends it now, or by itself `afterSeconds` from now. */
  readonly retireSecret: Write<
    [client: ClientArgument, secretId: string],
    Retirement,
    RetirementPlan,
    { readonly afterSeconds?: number }
  >
  readonly searchHistory: Read<[], Page<HistoryItem>, HistoryQuery>
  readonly getOperation: Read<[operationId: string], HistoryItem>
  /** Answers at once; what becomes of it is told by `getJob`, or step by step by `job`. */
  readonly createJob: Write<[request: JobRequest], Job, JobPlan>
  readonly listJobs: Read<[], Page<Job>, JobQuery>
  readonly getJob: Read<[jobId: string], Job>
  readonly getJobResults: Read<[jobId: string], Page<JobResult>, PageQuery>
  /** Server-sent events as text, once they have ended: `job` gives the steps as they come. */
  readonly getJobEvents: Read<[jobId: string], string>
  readonly startJob: Read<[jobId: string], Job>
  readonly pauseJob: Read<[jobId: string], Job>
  readonly resumeJob: Read<[jobId: string], Job>
  readonly cancelJob: Read<[jobId: string], Job>
  /** Submits the job that takes back what a job has done. */
  readonly undoJob: (
    jobId: string,
    request: UndoRequest,
    options?: WriteOptions,
  ) => Promise<Answer<Job>>
  readonly listProviders: Read<[], { readonly providers: readonly ProviderSummary[] }>
  readonly getProvider: Read<[providerId: string], Provider>
  readonly getOpenapi: Read<[], JsonObject>
  readonly getHealth: Read<[], { readonly status: string }>
  readonly getReadiness: Read<[], { readonly status: string }>
  /** The text format of Prometheus. */
  readonly getMetrics: Read<[], string>
}

/** What a connection to a server can do. */
export interface Api extends Routes {
  /** Clients of all pages; each page is asked for when it is needed. */
  clients(query?: ReadOptions & ClientQuery): AsyncIterable<ListedClient>
  /** Every change of any client that the caller may see, newest first, page by page. */
  history(query?: ReadOptions & HistoryQuery): AsyncIterable<HistoryItem>
  /** A job whenever it has come on, until it waits for somebody or has ended. */
  job(jobId: string, options?: WatchOptions): AsyncIterable<Job>
  /** What became of each client of a job, page by page. */
  jobResults(jobId: string, query?: ReadOptions & PageQuery): AsyncIterable<JobResult>
  /** Every change of one client, newest first, page by page. */
  clientHistory(client: ClientArgument, query?: ReadOptions & PageQuery): AsyncIterable<HistoryItem>
}
