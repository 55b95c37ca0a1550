/** Who asked for something: one caller, or those behind a job. */

/** Who asked for a change. */
export interface Actor {
  readonly subject: string
  readonly issuer: string
  readonly clientId?: string
}

/** The callers behind a job; each is absent as long as no one has done that. */
export interface JobCallers {
  readonly submittedBy: Actor
  /** Set its changes going last: by a submission with `autoStart`, by `start` or by `resume`. */
  readonly startedBy?: Actor
  /** Approved its start once its dry run was there. */
  readonly approvedBy?: Actor
}

/** What of a caller's token its rights follow from, so that they can be judged again later. */
export interface TokenRights {
  readonly scopes: readonly string[]
  /** Claims that permissions went by; absent: none. */
  readonly claims?: Readonly<Record<string, readonly string[]>>
}

/** The same of something that has more. */
export const rightsIn = ({ scopes, claims }: TokenRights): TokenRights => ({
  scopes,
  ...(claims === undefined ? {} : { claims }),
})

/** A caller of an earlier request. */
export interface Grantee extends Actor, TokenRights {}

/** A change that was approved, as its intent keeps it. */
export interface ApprovalMark {
  /** Id of the request for approval. */
  readonly requestId: string
  readonly approvedBy: Actor
}

/** The job that a change is part of. */
export interface JobOrigin extends JobCallers {
  readonly id: string
}
