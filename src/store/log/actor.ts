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

/** A caller with the scopes of its token, so that its rights can be judged again later. */
export interface Grantee extends Actor {
  readonly scopes: readonly string[]
}

/** The job that a change is part of. */
export interface JobOrigin extends JobCallers {
  readonly id: string
}
