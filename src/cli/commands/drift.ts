/** `clientry drift FOLDER`. */

import { randomUUID } from 'node:crypto'
import { makePlan } from '../../files/make-plan.ts'
import { compareFiles, placesOf } from '../../files/plan.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit.ts'
import { readFolder } from '../folder.ts'
import { readLive } from '../live.ts'
import { progressOf } from '../progress.ts'
import { showPlan, showUnmanaged } from '../show-plan.ts'

export const run: Run = async ({ words: [folder = ''], options, terminal, connect }) => {
  const files = readFolder(folder)
  const api = await connect()
  const comparison = compareFiles(files, await readLive(api, terminal, placesOf(files)))
  const { items, notes } = await makePlan(api, comparison, {
    deleteUnmanaged: false,
    newKey: randomUUID,
    progress: progressOf(terminal, 'compared'),
  })
  const { unmanaged } = comparison
  if (options.json === true) {
    const differences = items.map(({ key: _, ...item }) => item)
    const strangers = unmanaged.map(({ attributes: _, ...one }) => one)
    terminal.printJson({ differences, notes, unmanaged: strangers })
  } else {
    showPlan(terminal, items, notes)
    showUnmanaged(terminal, unmanaged)
  }
  const differs = items.length > 0 || (options.unmanaged === true && unmanaged.length > 0)
  return differs ? EXIT.differs.code : EXIT.ok.code
}
