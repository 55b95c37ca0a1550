/** `clientry apply PLAN`. */

import { type Applied, applyItems, checkPlan } from '../../../files/apply.ts'
import { parseClientFile, withId } from '../../../files/client-file.ts'
import {
  type CreateItem,
  type PlanFile,
  type PlanItem,
  parsePlan,
} from '../../../files/plan-file.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { checkFolder, readText, writeBelow } from '../../folder/folder.ts'
import { progressOf } from '../../show/progress.ts'
import { counted } from '../../show/show.ts'
import { lineOf, showPlan } from '../../show/show-plan.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const {
    words: [path = ''],
    options,
    terminal,
    connect,
  } = invocation
  const text = readText(path)
  if (text === undefined)
    throw new UsageError(`There is no file ${path}. Make one with: clientry plan --out ${path}`)
  const plan = parsePlan(path, text)
  if (options.yes !== true && !terminal.person) {
    throw new UsageError('There is no terminal to ask on. Add --yes to apply the plan.')
  }
  checkFiles(plan)
  const api = await connect()
  const { open, done, moved } = await checkPlan(api, plan, progressOf(terminal, 'checked'))
  if (moved.length > 0) {
    const where = moved.map(({ item, why }) => `  ${lineOf(item)}: ${why}`)
    throw new UsageError(
      [
        'Clients have changed since this plan was made, so nothing was sent:',
        ...where,
        'Make a new plan with: clientry plan',
      ].join('\n'),
      'conflict',
    )
  }
  if (done.length > 0)
    terminal.note(`${done.length} of ${plan.items.length} are already as planned.`)
  if (!(await agreed(invocation, open))) return EXIT.differs.code
  const { applied, failures } = await applyItems(api, open, progressOf(terminal, 'applied'))
  keepIds(invocation, plan, applied)
  tell(invocation, applied)
  const [failure] = failures
  if (failure === undefined) return EXIT.ok.code
  terminal.note(
    `${applied.length} of ${open.length} were applied before it stopped at ${lineOf(failure.item)}. The changes already made stay in place.`,
  )
  throw failure.error
}

async function agreed(
  { options, terminal }: Invocation,
  open: readonly PlanItem[],
): Promise<boolean> {
  if (options.yes === true || open.length === 0) return true
  showPlan(terminal, open, [], terminal.note)
  if (await terminal.confirm(`Apply ${counted(open.length, 'change')}?`)) return true
  terminal.note('Nothing was changed.')
  return false
}

/**
 * Checks every file that will receive the id of its new client, before anything is sent.
 * @throws UsageError
 */
function checkFiles({ folder, items }: PlanFile): void {
  const creations = items.filter((item) => item.action === 'create')
  if (creations.length > 0) checkFolder(folder)
  const other = creations.find((item) => !isFileOf(item, readText(item.file)))
  if (other !== undefined) {
    throw new UsageError(
      `${other.file} is not the file of the new client ${JSON.stringify(other.name)}. Make a new plan with: clientry plan`,
    )
  }
}

/** A file that does not exist needs no id. */
function isFileOf({ file, provider, userPoolId, name }: CreateItem, text?: string): boolean {
  if (text === undefined) return true
  const content = parseClientFile(file, text)
  const there = [content.provider, content.userPoolId, content.client.name]
  return [provider, userPoolId, name].every((value, index) => value === there[index])
}

/** From now on a new client is found by its id, so its file gets that id. */
function keepIds(
  { terminal }: Invocation,
  { folder }: PlanFile,
  applied: readonly Applied[],
): void {
  for (const { item, client } of applied) {
    if (item.action !== 'create' || client === undefined) continue
    try {
      const text = readText(item.file)
      const currentId = text === undefined ? undefined : parseClientFile(item.file, text).id
      if (text === undefined || (currentId ?? client.id) !== client.id) {
        const why = text === undefined ? 'does not exist' : `stands for ${currentId}`
        terminal.note(`${plain(`${item.file} ${why}; its new client is ${client.id}`)}.`)
      } else writeBelow(folder, item.file, withId(text, client.id))
    } catch (error) {
      const says = error instanceof Error ? error.message : ''
      terminal.note(plain(`${says} Its new client is ${client.id}.`))
    }
  }
}

function tell({ options, terminal }: Invocation, applied: readonly Applied[]): void {
  if (options.json === true) {
    // The secret of a new client is not printed, since it would end up in the log of a workflow.
    terminal.printJson({
      applied: applied.map(({ item: { key: _, ...item }, operationId, client }) => ({
        action: item.action,
        provider: item.provider,
        userPoolId: item.userPoolId,
        id: client?.id ?? ('id' in item ? item.id : undefined),
        operationId,
      })),
    })
    return
  }
  for (const { item, operationId = '', client } of applied) {
    const idNote = client === undefined ? '' : ` (its id is ${client.id})`
    terminal.print(`${lineOf(item)}: done${idNote}, operation ${operationId}`)
  }
  if (applied.length === 0) terminal.print('Nothing to change.')
}
