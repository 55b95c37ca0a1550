/** What is specific to one kind of write; the steps that all share are in `operate.ts`. */

import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef, Place } from '../../providers/call.ts'
import type { LiveSecret } from '../../providers/secrets.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { ClientRequest, ClientSnapshot, WriteRequest } from '../base/request.ts'
import type { Done, Sending } from './carry-out.ts'
import { checkPrecondition } from './head.ts'
import type { EarlierUse } from './idempotency.ts'
import type { Aim } from './intent.ts'
import type { Settling } from './settle.ts'

/** An existing client, or one to be made: a new client has no id yet, and its intent has a log of its own. */
export type Subject =
  | { readonly kind: 'client'; readonly ref: ClientRef }
  | { readonly kind: 'new'; readonly place: Place }

/** The head of the log is known, and no change is open there. */
export interface Start {
  readonly operationId: string
  readonly call: Call
  readonly head: Entry | undefined
  /** The result of `open`. */
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

/** The key was already used for this request. */
export interface Repeated extends Omit<Start, 'operationId'> {
  readonly earlierUse: EarlierUse
}

export interface Plan<R> extends Sending {
  /** What the intent says, apart from the base. */
  readonly aim: Omit<Aim, 'operationId' | 'base' | 'baseTag'>
  /** The record that it is planned on, where that is not what was read: secrets are others in a dry run that must not confirm a guess. */
  readonly on?: Native
  /** The secret that the steps have added, once the provider has answered. */
  added?(): LiveSecret | undefined
  /** Answers a dry run. */
  planned(): R | Promise<R>
  /** Answers that there is nothing to do; `undefined`: there is something to do. */
  readonly unchanged: (() => R) | undefined
  /** Answers after the write. */
  done(done: Done): R
}

/**
 * One write. `P`: what it finds out before the client is read; `R`: its answer. Each member may
 * refuse the write by throwing; nothing has been sent by then, except what `open` sends.
 */
export interface Operation<P, R> {
  readonly request: WriteRequest
  readonly subject: Subject
  /** It takes its turn before other changes of the client. */
  readonly first: boolean
  /** How an open change is settled first; `none`: not at all, for an operation that only reads. */
  readonly settling: Settling | 'none'
  /** Work to be done before the log is read; returns the record if it has read it. */
  open(call: Call): Promise<Native | undefined>
  prepare(start: Start): P | Promise<P>
  /** Reads the base; `undefined`: the client no longer exists, as the operation intends. */
  read(start: Start, prepared: P): Promise<Native | undefined>
  /** May refuse the request by what was read, for example because of `If-Match`. */
  check(snapshot: ClientSnapshot): void
  plan(begun: Begun<P>): Plan<R> | Promise<Plan<R>>
  /** Answers a request whose key was already used for it. */
  replay(again: Repeated): Promise<R>
}

/** What most operations have in common: they concern an existing client, and begin by reading it. */
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
    check: (snapshot: ClientSnapshot) => {
      checkPrecondition(ifMatch, snapshot.tag)
      checkFound?.(snapshot)
    },
  } as const
}
