/** `clientry copy CLIENT PLACE FIELD=VALUE...`. */

import type { Copy, CopyPlan, CopyReport, CopyRequest } from '../../../sdk/types.ts'
import { kindOf } from '../../change/kind.ts'
import { keepingSecret, noteSecretFile, withoutSecrets } from '../../change/secret-output.ts'
import { clientOf, spelledName } from '../../change/settings.ts'
import { wishOf } from '../../change/wish.ts'
import { change } from '../../change/write.ts'
import type { Invocation, Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'
import { nameOf, type Say, showWarnings } from '../../show/show.ts'
import { valueText } from '../../show/values.ts'
import { plain, type Style, type Terminal } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { options, terminal, words } = invocation
  const client = clientOf(invocation)
  const request = await requestOf(invocation)
  const { copyClient } = await invocation.connect()
  return keepingSecret(options, (keep) =>
    change<CopyPlan, Copy>(invocation, {
      question: `Copy ${spelledName(client)} to ${plain(words[1] ?? '')}?`,
      plan: (conditions) => copyClient(client, request, conditions),
      show: ({ report, warnings }, say) => {
        showReport(terminal, report, say)
        showWarnings(terminal, warnings, say)
        return true
      },
      carryOut: async (conditions) => {
        const copyAnswer = await copyClient(client, request, conditions)
        if (copyAnswer.body.secret !== null) keep(copyAnswer.body.secret)
        return copyAnswer
      },
      printResult: ({ body }) => {
        terminal.print(`${nameOf(body)}: a copy of ${spelledName(client)}`)
        if (body.report !== undefined) showReport(terminal, body.report, terminal.print)
        noteSecretFile(terminal, options, body.secret)
        if (options['show-secret'] === true && body.secret !== null) {
          terminal.print(`  secret ${plain(body.secret)}`)
        }
      },
      json: (body) => withoutSecrets(body, options),
    }),
  )
}

async function requestOf(invocation: Invocation): Promise<CopyRequest> {
  const { options, words } = invocation
  const [provider = '', userPoolId, ...more] = (words[1] ?? '').split('/')
  if (provider === '' || userPoolId === '' || more.length > 0) {
    throw new UsageError('PLACE is PROVIDER or PROVIDER/POOL.')
  }
  const client = await wishOf(invocation, words.slice(2))
  return {
    provider,
    userPoolId,
    ...(options.kind === undefined ? {} : { kind: kindOf(options) }),
    ...(Object.keys(client).length === 0 ? {} : { client }),
    ...(options['allow-loss'] === true ? { allowLoss: true } : {}),
  }
}

/** The lists of the report that are shown, and what happens to the settings in each. */
const LISTS: readonly (readonly [keyof CopyReport, Style, string])[] = [
  ['lost', 'removed', 'is lost'],
  ['derived', 'strong', 'becomes'],
  ['new', 'faint', 'starts new'],
  ['unread', 'faint', 'is not known'],
]

function showReport(terminal: Terminal, report: CopyReport, say: Say): void {
  for (const [list, style, says] of LISTS) {
    for (const { field, after, removed, why } of report[list]) {
      const value = list === 'derived' && after !== undefined ? ` ${valueText(after)}` : ''
      const items =
        removed === undefined ? '' : ` in part: ${removed.map((one) => valueText(one)).join(', ')}`
      const reason = why === undefined ? '' : terminal.style('faint', ` (${plain(why)})`)
      say(`  ${terminal.style(style, plain(field))} ${says}${value}${items}${reason}`)
    }
  }
  say(
    `  ${report.carried.length} settings are copied as they are, ${report.left.length} have their defaults and are not copied`,
  )
}
