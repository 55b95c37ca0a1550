/** What one kind of write has of its own: the steps that all of them have in common are in `operate.ts`. */

import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef, Place } from '../../providers/call.ts'
import type { LiveSecret } from '../../providers/secrets.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { ClientRequest, FoundClient, WriteRequest } from '../base/request.ts'
import type { Done, Sending } from './carry-out.ts'
import { checkPrecondition } from './head.ts'
import type { Used } from './idempotency.ts'
import type { Aim } from './intent.ts'
import type { Settling } from './settle.ts'

/** A client that there is, or one that is to be made: it has no id yet, and its intent a log of its own. */
export type Subject =
  | { readonly kind: 'client'; readonly ref: ClientRef }
  | { readonly kind: 'new'; readonly place: Place }

/** The head of the log is known, and no change is open there. */
export interface Start {
  readonly operationId: string
  readonly call: Call
  readonly head: Entry | undefined
  /** What `open` gave. */
  readonly opened: Native | undefined
}

/** Ready to be planned. */
export interface Begun<P> extends Start {
  readonly prepared: P
  readonly base: Native
  /** Fingerprint of its state. */
  readonly baseTag: string
  /** The entry that the intent follows. */
  readonly before: Entry | undefined
}

/** The key was used for this request before. */
export interface Repeated extends Omit<Start, 'operationId'> {
  readonly used: Used
}

export interface Plan<R> extends Sending {
  /** What the intent says, beside the base. */
  readonly aim: Omit<Aim, 'operationId' | 'base' | 'baseTag'>
  /** The secret that the steps have added, once the provider has answered. */
  added?(): LiveSecret | undefined
  /** `false`: a refusal does not name what the client holds. */
  readonly maySeeClient?: boolean | undefined
  /** Answers a dry run. */
  planned(): R | Promise<R>
  /** Answers that there is nothing to do; `undefined`: there is. */
  readonly unchanged: (() => R) | undefined
  /** Answers what was done. */
  done(done: Done): R
}

/**
 * One write. `P`: what it finds out before the client is read; `R`: what it answers. Each member may refuse it
 * by throwing; nothing has been sent by then, but for what `open` sends.
 */
export interface Operation<P, R> {
  readonly request: WriteRequest
  readonly subject: Subject
  /** It takes its turn before other changes of the client. */
  readonly first: boolean
  /** How a change that was left open is settled before it; `none`: not at all, for what only looks. */
  readonly settling: Settling | 'none'
  /** What has to come before the log is looked at; gives the record, where it has read that. */
  open(call: Call): Promise<Native | undefined>
  prepare(start: Start): P | Promise<P>
  /** The base; `undefined`: there is no client any more, as the operation wants it. */
  read(start: Start, prepared: P): Promise<Native | undefined>
  /** Refuses by what was read: `If-Match`, say. */
  check(found: FoundClient): void
  plan(begun: Begun<P>): Plan<R> | Promise<Plan<R>>
  /** Answers a request again whose key was used for it before. */
  replay(again: Repeated): Promise<R>
}

/** What most operations have in common: they are on a client that there is, and begin with reading it. */
export function onClient({
  ref,
  provider,
  ifMatch,
  checkFound,
}: Pick<ClientRequest, 'ref' | 'provider' | 'ifMatch' | 'checkFound'>) {
  return {
    subject: { kind: 'client', ref },
    first: false,
    settling: 'waiting',
    open: async () => undefined,
    prepare: () => undefined,
    read: ({ call }: Start) => provider.read(ref, call),
    check: (found: FoundClient) => {
      checkPrecondition(ifMatch, found.tag)
      checkFound?.(found)
    },
  } as const
}
