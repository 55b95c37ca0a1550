/** `clientry plan FOLDER`. */

import { renderPlan } from '../../../files/plan-file.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { writeText } from '../../folder/folder.ts'
import { namesOf, planFolder } from '../../folder/plan-folder.ts'
import { showPlan, showUnmanaged } from '../../show/show-plan.ts'

export const run: Run = async (invocation) => {
  const {
    words: [folder = ''],
    options,
    terminal,
  } = invocation
  const { items, notes, unmanaged, environment } = await planFolder(invocation, 'planned')
  const plan = { folder, environment: environment?.name, items }
  if (options.out !== undefined) writeText(options.out, renderPlan(new Date(), plan))
  if (options.json === true) {
    terminal.printJson({ items, notes, unmanaged: namesOf(unmanaged) })
    return EXIT.ok.code
  }
  showPlan(terminal, items, notes)
  showUnmanaged(terminal, unmanaged)
  if (options.out !== undefined && items.length > 0) {
    terminal.note(`Apply it with: clientry apply ${options.out}`)
  }
  return EXIT.ok.code
}
