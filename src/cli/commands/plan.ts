/** `clientry plan FOLDER`. */

import { randomUUID } from 'node:crypto'
import { makePlan } from '../../files/make-plan.ts'
import { compareFiles, placesOf } from '../../files/plan.ts'
import { renderPlan } from '../../files/plan-file.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit.ts'
import { readFolder, writeText } from '../folder.ts'
import { readLive } from '../live.ts'
import { progressOf } from '../progress.ts'
import { showPlan, showUnmanaged } from '../show-plan.ts'

export const run: Run = async ({ words: [folder = ''], options, terminal, connect }) => {
  const files = readFolder(folder)
  const api = await connect()
  const live = await readLive(api, terminal, placesOf(files))
  const comparison = compareFiles(files, live)
  const { items, notes } = await makePlan(api, comparison, {
    deleteUnmanaged: options['delete-unmanaged'] === true,
    newKey: randomUUID,
    progress: progressOf(terminal, 'planned'),
  })
  const unmanaged = options['delete-unmanaged'] === true ? [] : comparison.unmanaged
  if (options.out !== undefined) writeText(options.out, renderPlan(new Date(), items))
  if (options.json === true) {
    terminal.printJson({
      items,
      notes,
      unmanaged: unmanaged.map(({ attributes: _, ...one }) => one),
    })
    return EXIT.ok.code
  }
  showPlan(terminal, items, notes)
  showUnmanaged(terminal, unmanaged)
  if (options.out !== undefined && items.length > 0) {
    terminal.note(`Carry it out with: clientry apply ${options.out}`)
  }
  return EXIT.ok.code
}
