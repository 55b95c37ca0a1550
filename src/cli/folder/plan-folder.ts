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
import { type Comparison, compareFiles, type Gone, placesOf } from '../../files/plan.ts'
import { makePlan } from '../../files/planning/make-plan.ts'
import type { PlanDraft } from '../../files/planning/plan-draft.ts'
import type { Fault } from '../../files/review/fault.ts'
import type { Invocation } from '../command.ts'
import { UsageError } from '../exit.ts'
import { showFaults } from '../show/faults.ts'
import { progressOf } from '../show/progress.ts'
import { chosenEnvironment, exclusionsOf } from './environments.ts'
import { withLine } from './fault-lines.ts'
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
  const { files, skipped, faults: unreadable } = readFolder(folder, environment)
  const deleteUnmanaged = options['delete-unmanaged'] === true
  if (deleteUnmanaged && skipped.length > 0) throw unread(skipped)
  const read = async () => {
    const api = await connect()
    const live = await readLive(api, placesOf(files), (count) =>
      terminal.progress(`read ${count} clients`),
    )
    terminal.progress('')
    return { api, live: await withCapabilities(api, files, live) }
  }
  const { api, live } = await read().catch((error: unknown) => {
    showFaults(terminal, unreadable)
    throw error
  })
  const exclusions = exclusionsOf(options, environment)
  const comparison = compareFiles(files, live, exclusions)
  const { 'end-manager': ended = [] } = options
  // Whose file cannot be read, no one knows: it may be for any client.
  const isWhole = unreadable.length === 0
  const fileless = isWhole
    ? filelessManagers(
        live.clients.filter(
          (one) =>
            exclusions.ofClient(one) === undefined &&
            !(deleteUnmanaged && comparison.unmanaged.includes(one)),
        ),
        comparison.matched,
      )
    : []
  const work = { ...comparison, matched: withEnded(comparison.matched, fileless, ended) }
  const progress = progressOf(terminal, verb)
  const draft = await makePlan(api, work, {
    deleteUnmanaged: deleteUnmanaged && isWhole,
    newKey: randomUUID,
    progress,
  })
  const notes = [
    ...skipped.map(skippedNote),
    ...(isWhole ? filelessNotes(fileless, ended) : [filesNote(folder)]),
  ]
  const from = environment ?? NOTHING_HIDDEN
  const lined = withLine(folder, environment)
  const masked = <T extends { readonly says: string }>(about: T) => hideIn(about, from)
  const shown = (fault: Fault) => masked(lined(fault))
  return {
    items:
      environment === undefined ? draft.items : draft.items.map((item) => hide(item, environment)),
    kept: draft.kept,
    refused: draft.refused.map(({ one, faults }) => ({ one, faults: faults.map(shown) })),
    gone: comparison.gone,
    faults: [...unreadable, ...comparison.faults].map(shown),
    notes: [...notes, ...comparison.excluded.map(excludedNote), ...draft.notes].map(masked),
    unmanaged: deleteUnmanaged || !isWhole ? [] : comparison.unmanaged,
    environment,
  }
}

const filesNote = (folder: string) => ({
  about: folder,
  says: 'has files that cannot be read, so which clients and which managers have no file is not known.',
})

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
