/** `clientry drift FOLDER`. */

import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { namesOf, planFolder } from '../../folder/plan-folder.ts'
import { showPlan, showUnmanaged } from '../../show/show-plan.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { items, notes, unmanaged } = await planFolder(invocation, 'compared')
  if (options.json === true) {
    const differences = items.map(({ key: _, ...item }) => item)
    terminal.printJson({ differences, notes, unmanaged: namesOf(unmanaged) })
  } else {
    showPlan(terminal, items, notes)
    showUnmanaged(terminal, unmanaged)
  }
  const differs = items.length > 0 || (options.unmanaged === true && unmanaged.length > 0)
  return differs ? EXIT.differs.code : EXIT.ok.code
}
