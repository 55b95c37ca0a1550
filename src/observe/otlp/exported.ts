/** What became of a message for a collector. */

export interface Exported {
  /** Why it was not taken, or not as a whole: a status, or the kind of failure. Absent: it was. */
  readonly failure?: string
  /** The collector may take the same message later (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes). */
  readonly mayBeSentAgain?: boolean
}
