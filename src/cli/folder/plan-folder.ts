/**
 * What `plan` and `drift` have in common: a folder of client files, compared with the clients as
 * they are.
 */

import { randomUUID } from 'node:crypto'
import type { LiveClient } from '../../files/compare.ts'
import { filelessManagers, filelessNotes, withEnded } from '../../files/ended-managers.ts'
import type { Environment } from '../../files/environments/environment.ts'
import { hide, hideIn } from '../../files/environments/plan-values.ts'
import { readLive, withCapabilities } from '../../files/live.ts'
import { makePlan, type PlanDraft } from '../../files/make-plan.ts'
import { type Comparison, compareFiles, type Gone, placesOf } from '../../files/plan.ts'
import type { Fault } from '../../files/review/fault.ts'
import type { Invocation } from '../command.ts'
import { UsageError } from '../exit.ts'
import { progressOf } from '../show/progress.ts'
import { chosenEnvironment, exclusionsOf } from './environments.ts'
import { readFolder, type Skipped } from './folder.ts'

export interface Planned extends PlanDraft {
  /** Files whose clients are no longer there. */
  readonly gone: readonly Gone[]
  /** Files that cannot be compared, and places that could not be read. */
  readonly faults: readonly Fault[]
  /** Clients without a file, which are left alone. */
  readonly unmanaged: readonly LiveClient[]
  /** The environment that the files were read for; no value of the process environment is in the items. */
  readonly environment: Environment | undefined
}

/** Plans the changes that make the clients match the folder; `verb` as in "planned 3 of 5". */
export async function planFolder(invocation: Invocation, verb: string): Promise<Planned> {
  const {
    words: [folder = ''],
    options,
    terminal,
    connect,
  } = invocation
  const environment = chosenEnvironment(invocation, folder)
  const { files, skipped } = readFolder(folder, environment)
  const deleteUnmanaged = options['delete-unmanaged'] === true
  if (deleteUnmanaged && skipped.length > 0) throw unread(skipped)
  const api = await connect()
  const live = await readLive(api, placesOf(files), (count) =>
    terminal.progress(`read ${count} clients`),
  )
  terminal.progress('')
  const exclusions = exclusionsOf(options, environment)
  const comparison = compareFiles(files, await withCapabilities(api, files, live), exclusions)
  const { 'end-manager': ended = [] } = options
  const fileless = filelessManagers(
    live.clients.filter(
      (one) =>
        exclusions.ofClient(one) === undefined &&
        !(deleteUnmanaged && comparison.unmanaged.includes(one)),
    ),
    comparison.matched,
  )
  const work = { ...comparison, matched: withEnded(comparison.matched, fileless, ended) }
  const progress = progressOf(terminal, verb)
  const draft = await makePlan(api, work, { deleteUnmanaged, newKey: randomUUID, progress })
  const notes = [...skipped.map(skippedNote), ...filelessNotes(fileless, ended)]
  const from = environment ?? NOTHING_HIDDEN
  const masked = <T extends { readonly says: string }>(about: T) => hideIn(about, from)
  return {
    items:
      environment === undefined ? draft.items : draft.items.map((item) => hide(item, environment)),
    kept: draft.kept,
    refused: draft.refused.map(({ one, faults }) => ({ one, faults: faults.map(masked) })),
    gone: comparison.gone,
    faults: comparison.faults.map(masked),
    notes: [...notes, ...comparison.excluded.map(excludedNote), ...draft.notes].map(masked),
    unmanaged: deleteUnmanaged ? [] : comparison.unmanaged,
    environment,
  }
}

const NOTHING_HIDDEN: Pick<Environment, 'hidden'> = { hidden: new Map() }

const skippedNote = ({ path, why }: Skipped) => ({
  about: path,
  says: `is not read, because ${why}.`,
})

const excludedNote = ({ file, term }: Comparison['excluded'][number]) => ({
  about: file.path,
  says: `is left alone, because ${term} is excluded.`,
})

/** A client whose file was not read looks like a client without a file. */
const unread = (skipped: readonly Skipped[]) =>
  new UsageError(
    [
      'No deletions are planned, because these may be client files and were not read:',
      ...skipped.map(({ path, why }) => `  ${path}: ${why}`),
      'Put the real files there, or move these out of the folder.',
    ].join('\n'),
  )

/** Clients without their attributes, for the JSON output. */
export const namesOf = (clients: readonly LiveClient[]) =>
  clients.map(({ attributes: _, ...one }) => one)
