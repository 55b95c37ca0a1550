/** What `plan` and `drift` have in common: a folder of client files, held against the world as it is. */

import { randomUUID } from 'node:crypto'
import type { LiveClient } from '../files/compare.ts'
import { type Made, makePlan } from '../files/make-plan.ts'
import { compareFiles, placesOf } from '../files/plan.ts'
import type { Given } from './command.ts'
import { readFolder } from './folder.ts'
import { readLive } from './live.ts'
import { progressOf } from './progress.ts'

export interface Planned extends Made {
  /** Clients that no file stands for and that are left alone. */
  readonly unmanaged: readonly LiveClient[]
}

/** Plans what would bring the clients of a folder there; `verb` as in "planned 3 of 5". */
export async function planFolder(
  { words: [folder = ''], options, terminal, connect }: Given,
  verb: string,
): Promise<Planned> {
  const files = readFolder(folder)
  const api = await connect()
  const comparison = compareFiles(files, await readLive(api, terminal, placesOf(files)))
  const deleteUnmanaged = options['delete-unmanaged'] === true
  const progress = progressOf(terminal, verb)
  const made = await makePlan(api, comparison, { deleteUnmanaged, newKey: randomUUID, progress })
  return { ...made, unmanaged: deleteUnmanaged ? [] : comparison.unmanaged }
}

/** Such clients for programs, without what they hold. */
export const namesOf = (clients: readonly LiveClient[]) =>
  clients.map(({ attributes: _, ...one }) => one)
