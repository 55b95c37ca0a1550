/**
 * What an operation can be, and how one of each kind is settled: everything in which the steps of a write
 * differ once its intent is recorded. An action without a row, or without a member of one, does not compile.
 */

import type { ClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import { type ActionName, actionOf, type Intent } from '../../store/log/entry.ts'
import type { Service } from '../base/service.ts'
import { findChange } from '../change/change-outcome.ts'
import { creationConflict } from '../life/creation-conflict.ts'
import { asPlanned, beginLog, findCreation } from '../life/creation-outcome.ts'
import { findRemoval } from '../life/removal-outcome.ts'
import { findAdded, findRetired } from '../secrets/secret-outcome.ts'
import { changeConflict } from './conflict.ts'
import type { Running, Settled } from './running.ts'

export interface Settlement {
  /** Learns what became of an open intent by reading back; `mayLand`: what was sent may still be on its way. */
  look(service: Service, running: Running, call: Call, mayLand: boolean): Promise<Settled>
  /** The answer to one that is neither in force nor undone; `candidates`: clients that it may be about. */
  conflict(intent: Intent, candidates: readonly string[] | undefined): ClientError
  /** The record that it came to, without what the provider was to make up. */
  asPlanned(running: Running, native: Native): Native
  /** Whether a difference in a field comes with it, although no plan can show it. */
  isExpected(running: Running, field: string): boolean
  /** Begins the log of a client that it has made, and gives its id. */
  begin(service: Service, running: Running, native: Native | undefined): Promise<string | undefined>
  /** The client that it has left; `created` is the id that `begin` gave. */
  left(ref: ClientRef, created: string | undefined): ClientRef | undefined
  /** Clients that may be its doing, where another instance has closed its intent. */
  candidates(running: Running, native: Native): readonly string[] | undefined
  /** Its intent is in a log of its own, so that settling it takes no turn of a client. */
  readonly ownLog: boolean
  /** Its calls carry settings of the client, so that these may be why it is refused. */
  readonly sendsSettings: boolean
  /** A rollback or an undo takes it back. */
  readonly undoable: boolean
}

/** A change of settings, and whatever is settled as one. */
const SETTINGS: Settlement = {
  look: findChange,
  conflict: changeConflict,
  asPlanned: (_, native) => native,
  isExpected: () => false,
  begin: async () => undefined,
  left: (ref) => ref,
  candidates: () => undefined,
  ownLog: false,
  sendsSettings: true,
  undoable: false,
}

/** What a record shows of several live secrets changes with one that is added or ended. */
function isOfSecrets({ provider }: Running, field: string): boolean {
  const fields = provider.mapping.secretPaths.map((path) => `providerSettings.${path}`)
  return field === 'secret' || fields.includes(field)
}

export type Actions = { readonly [A in ActionName]: Settlement }

export const SETTLEMENTS: Actions = {
  change: { ...SETTINGS, undoable: true },
  create: {
    ...SETTINGS,
    look: findCreation,
    conflict: creationConflict,
    asPlanned: ({ provider, next }, native) => asPlanned(provider.mapping, next, native),
    begin: beginLog,
    left: (ref, created) => (created === undefined ? undefined : { ...ref, id: created }),
    candidates: ({ provider: { creation } }, native) => creation && [creation.idOf(native)],
    ownLog: true,
  },
  remove: { ...SETTINGS, look: findRemoval, sendsSettings: false },
  protect: SETTINGS,
  unprotect: SETTINGS,
  suspend: SETTINGS,
  resume: SETTINGS,
  lease: SETTINGS,
  end_lease: SETTINGS,
  // A cut-over is a change of the secret that is there.
  rotate: {
    ...SETTINGS,
    look: (service, running, call, mayLand) =>
      (running.rotation === undefined ? findChange : findAdded)(service, running, call, mayLand),
    isExpected: (running, field) => running.rotation !== undefined && isOfSecrets(running, field),
    sendsSettings: false,
  },
  retire: { ...SETTINGS, look: findRetired, isExpected: isOfSecrets, sendsSettings: false },
  retire_later: SETTINGS,
  retain: SETTINGS,
  adopt: SETTINGS,
}

/** How an intent is settled. */
export const settlementOf = (intent: Pick<Intent, 'action'>): Settlement =>
  SETTLEMENTS[actionOf(intent)]
