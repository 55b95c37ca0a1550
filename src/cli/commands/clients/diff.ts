/** `clientry diff CLIENT OTHER`, `clientry diff CLIENT FIELD=VALUE...`, and of a folder between two environments. */

import { differences, ownOf } from '../../../files/review/differences.ts'
import type { FieldChange } from '../../../sdk/types.ts'
import { addressOf } from '../../address.ts'
import { isAssignment } from '../../change/assign.ts'
import { clientOf } from '../../change/settings.ts'
import { wishOf } from '../../change/wish.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { diffEnvironments } from '../../folder/diff-environments.ts'
import { nameOf, showChanges } from '../../show/show.ts'

export const run: Run = async (invocation) => {
  const { options, terminal, words } = invocation
  if (options.env !== undefined) return diffEnvironments(invocation)
  const [, second] = words
  const other = second !== undefined && !isAssignment(second)
  const { title, changes } = await (other ? betweenTwo(invocation, second) : fromWish(invocation))
  if (options.json === true) terminal.printJson({ changes })
  else if (changes.length > 0) {
    terminal.print(terminal.style('strong', title))
    showChanges(terminal, changes)
  }
  return changes.length === 0 ? EXIT.ok.code : EXIT.differs.code
}

interface Difference {
  readonly title: string
  readonly changes: readonly FieldChange[]
}

async function fromWish(invocation: Invocation): Promise<Difference> {
  const patch = await wishOf(invocation, invocation.words.slice(1))
  if (Object.keys(patch).length === 0) {
    throw new UsageError(
      'There is nothing to compare with. Give OTHER, FIELD=VALUE or --from FILE.',
    )
  }
  const { updateClient } = await invocation.connect()
  const { body } = await updateClient(clientOf(invocation), patch, { dryRun: true })
  return { title: nameOf(body.client), changes: body.changes }
}

async function betweenTwo(invocation: Invocation, second: string): Promise<Difference> {
  if (invocation.words.length > 2)
    throw new UsageError('Two clients are compared as they are, so no attributes can be given.')
  const { getClient, getProvider } = await invocation.connect()
  const [one, other] = await Promise.all([
    getClient(clientOf(invocation)),
    getClient(addressOf(second, second.includes('/') ? {} : invocation.options)),
  ])
  const ids = [...new Set([one.body.provider, other.body.provider])]
  const providers = await Promise.all(ids.map(async (id) => (await getProvider(id)).body))
  const title = `${nameOf(one.body)} compared with ${nameOf(other.body)}`
  return { title, changes: differences(one.body, other.body, ownOf(providers)) }
}
