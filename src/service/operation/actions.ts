/**
 * The kinds of operations, and how each is settled: everything in which the steps of a write
 * differ once its intent is recorded. An action without a row, or without a member of one, does not compile.
 */

import type { ClientError } from '../../core/errors.ts'
import { lazy } from '../../core/lazy.ts'
import { asPlanned } from '../../core/mapping/making.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import { type ActionName, actionOf, type Intent } from '../../store/log/entry.ts'
import type { Service } from '../base/service.ts'
import { findChange } from '../change/change-outcome.ts'
import { keyConflict, namesKeys } from '../keys/key-conflict.ts'
import { creationConflict } from '../life/creation-conflict.ts'
import { changeConflict } from './conflict.ts'
import type { Running, Settled } from './running.ts'

/** Most intents are of changes of settings, which are settled by what is here. */
const rare = lazy(() => import('../settlement/rare-outcomes.ts'))

export interface Settlement {
  /** Loads what it takes, which is done before its intent is recorded. */
  prepare(): Promise<unknown>
  /** Finds the outcome of an open intent by reading back; `mayLand`: the request may still arrive. */
  look(service: Service, running: Running, call: Call, mayLand: boolean): Promise<Settled>
  /**
   * The answer to an operation that is neither in force nor undone; `candidates`: the clients that
   * it may be about.
   */
  conflict(intent: Intent, candidates: readonly string[] | undefined): ClientError
  /** The resulting record, without values that the provider assigns. */
  asPlanned(running: Running, native: Native): Native
  /** Whether a difference in a field is expected, although no plan can show it. */
  isExpected(running: Running, field: string): boolean
  /** Begins the log of a client that it has made, and returns its id. */
  begin(service: Service, running: Running, native: Native | undefined): Promise<string | undefined>
  /** The resulting client; `created` is the id that `begin` returned. */
  left(ref: ClientRef, created: string | undefined): ClientRef | undefined
  /** Clients that it may have made, if another instance has closed its intent. */
  candidates(running: Running, native: Native): readonly string[] | undefined
  /** Its intent is in a log of its own, so settling it takes no turn of a client. */
  readonly ownLog: boolean
  /** Its calls carry settings of the client, which may be the reason for a refusal. */
  readonly sendsSettings: boolean
  /** A rollback or an undo reverts it. */
  readonly undoable: boolean
}

/** A change of settings, and every action that is settled like one. */
const SETTINGS: Settlement = {
  prepare: async () => undefined,
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

type Looks = Pick<
  Awaited<ReturnType<typeof rare>>,
  | 'findCreation'
  | 'findRemoval'
  | 'findRestored'
  | 'findAdded'
  | 'findRetired'
  | 'findKeyAdded'
  | 'findKeyRemoved'
>

/** An action whose outcome is found in its own way. */
const lookedFor = (name: keyof Looks): Pick<Settlement, 'prepare' | 'look'> => ({
  prepare: rare,
  look: async (...parts) => (await rare())[name](...parts),
})

/** The part of a record about several live secrets changes when one is added or ended; of a list, the whole. */
function isOfSecrets({ provider }: Running, field: string): boolean {
  const fields = provider.mapping.secretPaths.map((path) => `providerSettings.${path}`)
  return field === 'secret' || fields.some((one) => one === field || one.startsWith(`${field}.`))
}

const ADDED = lookedFor('findAdded')

export type Actions = { readonly [A in ActionName]: Settlement }

export const SETTLEMENTS: Actions = {
  change: { ...SETTINGS, undoable: true },
  create: {
    ...SETTINGS,
    ...lookedFor('findCreation'),
    conflict: creationConflict,
    asPlanned: ({ provider, next }, native) => asPlanned(provider.mapping, next, native),
    begin: async (...parts) => (await rare()).beginLog(...parts),
    left: (ref, created) => (created === undefined ? undefined : { ...ref, id: created }),
    candidates: ({ provider: { creation } }, native) => creation && [creation.idOf(native)],
    ownLog: true,
  },
  remove: { ...SETTINGS, ...lookedFor('findRemoval'), sendsSettings: false },
  protect: SETTINGS,
  unprotect: SETTINGS,
  assign: SETTINGS,
  suspend: SETTINGS,
  resume: SETTINGS,
  lease: SETTINGS,
  end_lease: SETTINGS,
  move: { ...SETTINGS, undoable: true },
  confirm_move: SETTINGS,
  narrow_move: { ...SETTINGS, undoable: true },
  end_move: { ...SETTINGS, undoable: true },
  // A cut-over is a change of the existing secret.
  rotate: {
    ...SETTINGS,
    ...ADDED,
    look: (...parts) => (parts[1].rotation === undefined ? findChange : ADDED.look)(...parts),
    isExpected: (running, field) => running.rotation !== undefined && isOfSecrets(running, field),
    sendsSettings: false,
  },
  retire: {
    ...SETTINGS,
    ...lookedFor('findRetired'),
    isExpected: isOfSecrets,
    sendsSettings: false,
  },
  retire_later: SETTINGS,
  retain: SETTINGS,
  adopt: SETTINGS,
  restore: { ...SETTINGS, ...lookedFor('findRestored') },
  add_key: {
    ...SETTINGS,
    ...lookedFor('findKeyAdded'),
    conflict: keyConflict,
    isExpected: namesKeys,
    sendsSettings: false,
  },
  remove_key: {
    ...SETTINGS,
    ...lookedFor('findKeyRemoved'),
    conflict: keyConflict,
    isExpected: namesKeys,
    sendsSettings: false,
  },
}

/** How an intent is settled. */
export const settlementOf = (intent: Parameters<typeof actionOf>[0]): Settlement =>
  SETTLEMENTS[actionOf(intent)]
