/** `clientry plan FOLDER`. */

import { renderPlan } from '../../../files/plan-file.ts'
import { reviewDigest } from '../../../files/review/plan-digest.ts'
import type { Run } from '../../command.ts'
import { writeText } from '../../folder/folder.ts'
import { namesOf, planFolder } from '../../folder/plan-folder.ts'
import { exitOfFaults, goneFault, showFaults } from '../../show/faults.ts'
import { isMarkdown, printMarkdown } from '../../show/markdown.ts'
import { showPlan, showUnmanaged } from '../../show/show-plan.ts'

export const run: Run = async (invocation) => {
  const {
    words: [folder = ''],
    options,
    terminal,
  } = invocation
  const markdown = isMarkdown(options)
  const planned = await planFolder(invocation, 'planned')
  const { items, notes, unmanaged, gone, refused, environment } = planned
  const faults = [
    ...planned.faults,
    ...gone.map(goneFault),
    ...refused.flatMap((one) => one.faults),
  ]
  const isWritten = options.out !== undefined && faults.length === 0
  const plan = { folder, environment: environment?.name, items }
  const text = isWritten ? renderPlan(new Date(), plan) : undefined
  if (options.out !== undefined && text !== undefined) writeText(options.out, text)
  if (options.json === true) {
    terminal.printJson({ items, notes, faults, unmanaged: namesOf(unmanaged) })
  } else if (markdown) {
    const digest = text === undefined ? undefined : reviewDigest(plan)
    const title = `Plan of ${[folder, environment?.name].filter(Boolean).join(' for ')}`
    printMarkdown(terminal, { title, items, faults, notes, unmanaged, digest })
  } else {
    showPlan(terminal, items, notes)
    showUnmanaged(terminal, unmanaged)
  }
  showFaults(terminal, faults)
  if (options.out !== undefined && !isWritten) {
    terminal.note(`${options.out} was not written. A plan is of all files, or of none.`)
  } else if (isWritten && items.length > 0 && options.json !== true && !markdown) {
    terminal.note(`Apply it with: clientry apply ${options.out}`)
  }
  return exitOfFaults(faults)
}
