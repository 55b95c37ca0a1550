/** `clientry drift FOLDER`. */

import type { FieldPatches } from '../../../core/patch/patch.ts'
import { hide } from '../../../files/environments/plan-values.ts'
import type { Gone } from '../../../files/plan.ts'
import type { PlanItem } from '../../../files/plan-file.ts'
import type { Kept, Refused } from '../../../files/planning/plan-draft.ts'
import { localChanges, namedChanges } from '../../../files/review/local-changes.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { namesOf, planFolder } from '../../folder/plan-folder.ts'
import { exitOfFaults, showFaults } from '../../show/faults.ts'
import { isMarkdown, printMarkdown } from '../../show/markdown.ts'
import { type ShownItem, showPlan, showUnmanaged } from '../../show/show-plan.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const markdown = isMarkdown(options)
  const planned = await planFolder(invocation, 'compared')
  const { notes, unmanaged, refused, environment } = planned
  const items = onceEach([
    ...planned.items.map(shownItem),
    ...[...refused.flatMap(refusedItem), ...planned.kept.map(keptItem)].map((item) =>
      environment ? hide(item, environment) : item,
    ),
    ...planned.gone.map(goneItem),
  ])
  const faults = [...planned.faults, ...refused.flatMap((one) => one.faults)]
  if (options.json === true) {
    terminal.printJson({ differences: items, notes, faults, unmanaged: namesOf(unmanaged) })
  } else if (markdown) {
    const title = `Drift of ${invocation.words[0] ?? ''}`
    printMarkdown(terminal, { title, items, faults, notes, unmanaged })
  } else {
    showPlan(terminal, items, notes)
    showUnmanaged(terminal, unmanaged)
  }
  showFaults(terminal, faults)
  const differs = items.length > 0 || (options.unmanaged === true && unmanaged.length > 0)
  return differs ? EXIT.differs.code : exitOfFaults(faults)
}

/** Without what a plan would change along with it. */
function shownItem({ key: _, ...item }: PlanItem): ShownItem {
  if (item.action !== 'update') return item
  return { ...item, changes: namedChanges(item.changes, item.patch, item.managers) }
}

/** A difference that no plan could bring about as the file has it. */
function refusedItem({ one }: Refused): readonly ShownItem[] {
  return one.kind === 'new' ? [] : [differing(one, one.patch, one.strangers)]
}

function differing(
  { file, live }: Pick<Kept['one'], 'file' | 'live'>,
  ...patches: readonly FieldPatches[]
): ShownItem {
  const { provider, userPoolId, id, name } = live
  const changes = patches.flatMap((patch) => localChanges(live, patch))
  return { action: 'update', file: file.path, provider, userPoolId, id, name, changes }
}

/** One item for a client of a file, though a plan could bring about a part of its differences alone. */
function onceEach(items: readonly ShownItem[]): readonly ShownItem[] {
  const all = new Map<string, ShownItem>()
  for (const item of items) {
    const id = item.action === 'create' ? null : item.id
    const key = JSON.stringify([item.action, item.file, item.provider, item.userPoolId, id])
    const before = all.get(key)
    const isMore = before?.action === 'update' && item.action === 'update'
    all.set(key, isMore ? { ...before, changes: [...before.changes, ...item.changes] } : item)
  }
  return [...all.values()]
}

const keptItem = ({ one, patch }: Kept): ShownItem => differing(one, patch)

const goneItem = ({ file: { path, provider, userPoolId, client }, id }: Gone): ShownItem => ({
  action: 'gone',
  file: path,
  provider,
  userPoolId,
  id,
  name: typeof client.name === 'string' ? client.name : null,
})
