/** `clientry apply PLAN`. */

import {
  type Applied,
  applyItems,
  type Checked,
  checkPlan,
  isWaiting,
} from '../../../files/apply.ts'
import type { ClientFile } from '../../../files/client-file.ts'
import type { Environment } from '../../../files/environments/environment.ts'
import { hide, reveal } from '../../../files/environments/plan-values.ts'
import {
  type CreateItem,
  type PlanFile,
  type PlanItem,
  parsePlan,
} from '../../../files/plan-file.ts'
import type { Fault } from '../../../files/review/fault.ts'
import { reviewDigest } from '../../../files/review/plan-digest.ts'
import type { ClientryError } from '../../../sdk/error.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { environmentIn } from '../../folder/environments.ts'
import { checkFolder, isThere, readFileAt, readText } from '../../folder/folder.ts'
import { keepIds } from '../../folder/new-ids.ts'
import { inCommandWords } from '../../show/command-words.ts'
import { addressOf, exitOfFaults, showFaults } from '../../show/faults.ts'
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
  const parsed = parsePlan(path, text)
  checkDigest(path, parsed, options.digest)
  const { environment, ...plan } = planIn(invocation, parsed)
  if (options.yes !== true && !terminal.person) {
    throw new UsageError('There is no terminal to ask on. Add --yes to apply the plan.')
  }
  const fileFaults = faultsOfFiles(plan, environment)
  const api = await connect()
  const checked = await checkPlan(api, plan, progressOf(terminal, 'checked'))
  const { open, done, moved } = checked
  const faults = [...fileFaults, ...checked.failures.map(failureFault)]
  showFaults(terminal, faults)
  if (faults.length > 0) {
    terminal.note('Nothing was sent. A plan is applied as a whole, or not at all.')
    if (moved.length === 0) return exitOfFaults(faults)
  }
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
  const items = environment === undefined ? open : open.map((item) => hide(item, environment))
  if (!(await agreed(invocation, items))) return EXIT.differs.code
  const { applied, failures } = await applyItems(api, open, progressOf(terminal, 'applied'))
  await keepIds({ terminal, api, folder: plan.folder, environment }, applied)
  printResults(invocation, applied)
  const waiting = failures.filter(({ error }) => isWaiting(error))
  for (const { item, error } of waiting) {
    terminal.note(`${lineOf(item)}: ${plain(inCommandWords((error as ClientryError).message))}`)
  }
  const failure = failures.find((one) => !waiting.includes(one))
  if (failure === undefined) return waiting.length === 0 ? EXIT.ok.code : EXIT.waiting.code
  terminal.note(
    `${applied.length} of ${open.length} were applied before it stopped at ${lineOf(failure.item)}. The changes already made stay in place.`,
  )
  throw failure.error
}

interface Planned {
  readonly folder: string
  readonly items: readonly PlanItem[]
  /** The environment that the plan was made for. */
  readonly environment: Environment | undefined
}

/**
 * A plan with what its environment takes from the process environment.
 * @throws UsageError for the plan of another environment than `--env` names
 */
function planIn({ options: { env = [] }, terminal }: Invocation, plan: PlanFile): Planned {
  const { folder, items, environment: name } = plan
  const other = env.find((one) => one !== name)
  if (other !== undefined) {
    const origin = name === undefined ? 'without an environment' : `for ${name}`
    throw new UsageError(`The plan was made ${origin}, so it is not applied to ${plain(other)}.`)
  }
  if (name === undefined) return { folder, items, environment: undefined }
  const environment = environmentIn(terminal, folder, name)
  if (environment === undefined) return { folder, items, environment }
  return { folder, items: items.map((item) => reveal(item, environment)), environment }
}

/**
 * Anyone who edits a plan can renew its digest, but not in the review that shows it.
 * @throws UsageError
 */
function checkDigest(path: string, plan: PlanFile, reviewed: string | undefined): void {
  const digest = reviewDigest(plan)
  if (reviewed === undefined || reviewed.toLowerCase() === digest) return
  throw new UsageError(
    `${path} has the digest ${digest}, which is not the one that was reviewed. Nothing was sent.`,
    'conflict',
  )
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
 * What is at fault with the files that will receive the ids of their new clients.
 * @throws UsageError where they are not below this directory
 */
function faultsOfFiles(
  { folder, items }: Omit<Planned, 'environment'>,
  environment?: Environment,
): readonly Fault[] {
  const creations = items.filter((item) => item.action === 'create')
  if (creations.length > 0) checkFolder(folder)
  return creations.flatMap((item): readonly Fault[] => {
    // A file that does not exist needs no id.
    if (!isThere(item.file)) return []
    const read = readFileAt(folder, item.file, environment)
    if ('faults' in read) return read.faults
    if (isFileOf(item, read.file)) return []
    const says = `is not the file of the new client ${JSON.stringify(item.name)}. Make a new plan with: clientry plan`
    return [{ about: item.file, code: 'invalid_field', says, unreadable: true }]
  })
}

/** An item that the server does not let be checked. */
function failureFault({ item, error }: Checked['failures'][number]): Fault {
  const { code, message, providerMessage } = error as ClientryError
  const address = item.action === 'create' ? undefined : addressOf(item, item.id)
  return {
    about: item.file ?? address ?? lineOf(item),
    ...(item.file === undefined || address === undefined ? {} : { client: address }),
    code,
    says: message,
    ...(providerMessage === undefined ? {} : { providerMessage }),
  }
}

const isFileOf = (item: CreateItem, { provider, userPoolId, client }: ClientFile) =>
  item.provider === provider && item.userPoolId === userPoolId && item.name === client.name

function printResults({ options, terminal }: Invocation, applied: readonly Applied[]): void {
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
