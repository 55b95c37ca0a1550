/** `clientry values CLIENT`. */

import type { OwnedValue } from '../../../sdk/types.ts'
import { clientOf } from '../../change/settings.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { nameOf } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { options, terminal, connect } = invocation
  const { listValues } = await connect()
  const { body } = await listValues(clientOf(invocation))
  if (options.json === true) {
    terminal.printJson(body)
    return EXIT.ok.code
  }
  terminal.print(terminal.style('strong', nameOf(body)))
  let list: string | undefined
  for (const one of body.values) {
    if (one.field !== list) terminal.print(`  ${plain(one.field)}`)
    list = one.field
    terminal.print(`    ${plain(one.value)}${terminal.style('faint', ownersOf(one))}`)
  }
  return EXIT.ok.code
}

/** Whose a value is, behind it. */
function ownersOf({ managers = [], leases = [] }: OwnedValue): string {
  const parts = [
    ...managers.map((manager) => `managed by ${manager}`),
    ...leases.map(({ owner, expiresAt }) => `leased by ${owner} until ${expiresAt}`),
  ]
  return parts.length === 0 ? '' : `  ${plain(parts.join(', '))}`
}
