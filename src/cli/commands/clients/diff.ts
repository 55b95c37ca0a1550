/** `clientry diff CLIENT OTHER` and `clientry diff CLIENT FIELD=VALUE...`. */

import { FIELDS, isFieldName } from '../../../core/client.ts'
import { same, without } from '../../../core/json/json.ts'
import type { Client, FieldChange, Json } from '../../../sdk/types.ts'
import { addressOf } from '../../address.ts'
import { isAssignment } from '../../change/assign.ts'
import { clientOf } from '../../change/settings.ts'
import { wishOf } from '../../change/wish.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { nameOf, showChanges } from '../../show/show.ts'

export const run: Run = async (invocation) => {
  const { options, terminal, words } = invocation
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
  const { getClient } = await invocation.connect()
  const [one, other] = await Promise.all([
    getClient(clientOf(invocation)),
    getClient(addressOf(second, second.includes('/') ? {} : invocation.options)),
  ])
  const title = `${nameOf(one.body)} compared with ${nameOf(other.body)}`
  return { title, changes: differences(one.body, other.body) }
}

/** Members of an answer that are not attributes of the client. */
const BESIDE: readonly string[] = ['provider', 'userPoolId', 'secretRedacted', 'warnings']

/** Attributes that two clients never share, or that no one may see. */
const isOwn = (name: string): boolean =>
  BESIDE.includes(name) || (isFieldName(name) && FIELDS[name].own !== 'no')

function differences(one: Client, other: Client): readonly FieldChange[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  const member = (client: Client, name: string) =>
    (client as unknown as Record<string, Json | undefined>)[name] ?? null
  return [...names]
    .filter((name) => !isOwn(name))
    .flatMap((field): FieldChange[] => {
      const [before, after] = [member(one, field), member(other, field)]
      if (!Array.isArray(before) || !Array.isArray(after)) {
        return same(before, after) ? [] : [{ field, before, after }]
      }
      const [added, removed] = [without(after, before), without(before, after)]
      return added.length + removed.length === 0 ? [] : [{ field, before, after, added, removed }]
    })
}
