/** What `plan` and `drift` have in common: a folder of client files, held against the world as it is. */

import { randomUUID } from 'node:crypto'
import type { LiveClient } from '../../files/compare.ts'
import { type Made, makePlan } from '../../files/make-plan.ts'
import { compareFiles, placesOf } from '../../files/plan.ts'
import type { Given } from '../command.ts'
import { UsageError } from '../exit.ts'
import { progressOf } from '../show/progress.ts'
import { readFolder, type Skipped } from './folder.ts'
import { readLive } from './live.ts'

export interface Planned extends Made {
  /** Clients that no file stands for and that are left alone. */
  readonly unmanaged: readonly LiveClient[]
}

/** Plans what would bring the clients of a folder there; `verb` as in "planned 3 of 5". */
export async function planFolder(
  { words: [folder = ''], options, terminal, connect }: Given,
  verb: string,
): Promise<Planned> {
  const { files, skipped } = readFolder(folder)
  const deleteUnmanaged = options['delete-unmanaged'] === true
  if (deleteUnmanaged && skipped.length > 0) throw unread(skipped)
  const api = await connect()
  const comparison = compareFiles(files, await readLive(api, terminal, placesOf(files)))
  const progress = progressOf(terminal, verb)
  const made = await makePlan(api, comparison, { deleteUnmanaged, newKey: randomUUID, progress })
  const notes = skipped.map(({ path, why }) => ({ about: path, says: `is not read: ${why}.` }))
  return {
    items: made.items,
    notes: [...notes, ...made.notes],
    unmanaged: deleteUnmanaged ? [] : comparison.unmanaged,
  }
}

/** A client whose file was not read looks like one without a file. */
const unread = (skipped: readonly Skipped[]) =>
  new UsageError(
    [
      'No removals are planned, since these may be the files of clients and are not read:',
      ...skipped.map(({ path, why }) => `  ${path}: ${why}`),
      'Put the files themselves there, or move these out of the folder.',
    ].join('\n'),
  )

/** Such clients for programs, without what they hold. */
export const namesOf = (clients: readonly LiveClient[]) =>
  clients.map(({ attributes: _, ...one }) => one)
