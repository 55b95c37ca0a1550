/** `clientry retire-secret CLIENT SECRET`. */

import type { Retirement, RetirementPlan } from '../../../sdk/types.ts'
import { withoutSecrets } from '../../change/secret-output.ts'
import { clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Invocation, Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'
import { showLive } from '../../show/live-secrets.ts'
import { nameOf } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { options, terminal, words } = invocation
  const [, secret = ''] = words
  const client = clientOf(invocation)
  const after = secondsOf(invocation)
  const { retireSecret } = await invocation.connect()
  return change<RetirementPlan, Retirement>(invocation, {
    question: `End the secret ${plain(secret)} of ${spelledName(client)}?`,
    plan: (conditions) => retireSecret(client, secret, { ...conditions, ...after }),
    show: ({ client: shown, secrets }, say) => {
      say(terminal.style('strong', nameOf(shown)))
      say('  keeps these secrets:')
      showLive(terminal, secrets, say)
      return true
    },
    carryOut: (conditions) => retireSecret(client, secret, { ...conditions, ...after }),
    printResult: ({ body }) => {
      const when = body.retiresAt === undefined ? 'has ended' : `ends ${plain(body.retiresAt)}`
      terminal.print(`${nameOf(body.client)}: ${plain(body.retired)} ${when}`)
    },
    json: (body) => withoutSecrets(body, options),
  })
}

function secondsOf({ options: { 'retire-after': after } }: Invocation) {
  if (after === undefined) return {}
  if (/^[1-9]\d{0,8}$/.test(after)) return { afterSeconds: Number(after) }
  throw new UsageError('--retire-after must be a number of seconds.')
}
