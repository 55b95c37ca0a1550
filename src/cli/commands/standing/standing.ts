/** `clientry standing CLIENT`. */

import type { Standing } from '../../../sdk/types.ts'
import { clientOf } from '../../change/settings.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { moveLine } from '../../show/moves.ts'
import { nameOf } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { body } = await (await invocation.connect()).getStanding(clientOf(invocation))
  if (options.json === true) terminal.printJson(body)
  else {
    terminal.print(terminal.style('strong', nameOf(body)))
    for (const line of linesOf(body)) terminal.print(`  ${plain(line)}`)
  }
  return EXIT.ok.code
}

/** One line for each thing that holds. */
function linesOf(standing: Standing): readonly string[] {
  const { suspension, endingSecrets, leases, moves = [], openChange, removedAt } = standing
  const lines = [
    ...(standing.team === undefined ? [] : [`belongs to the team ${standing.team}`]),
    ...(standing.protected ? ['protected'] : []),
    ...(suspension === undefined ? [] : [suspensionLine(suspension.since)]),
    ...endingSecrets.map(({ id, retiresAt }) => `secret ${id} ends ${retiresAt}`),
    ...leases.map(
      ({ field, value, owner, expiresAt }) =>
        `${field} ${value} leased by ${owner} until ${expiresAt}`,
    ),
    ...moves.map(moveLine),
    ...(removedAt === undefined
      ? []
      : [`is removed at ${removedAt}: made for a while, or reaped by a job`]),
    ...(openChange === undefined ? [] : [openLine(openChange)]),
  ]
  return lines.length === 0 ? ['nothing beside its settings'] : lines
}

const suspensionLine = (since: string | undefined) =>
  since === undefined ? 'off' : `suspended since ${since}`

const openLine = ({ operationId, at, action }: NonNullable<Standing['openChange']>) =>
  `${action ?? 'change'} under way since ${at}: clientry operation ${operationId}`
