/** `clientry retire-secret CLIENT SECRET`. */

import type { Retirement, RetirementPlan } from '../../../sdk/types.ts'
import { withoutSecrets } from '../../change/secrets.ts'
import { clientOf, named } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Given, Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'
import { showLive } from '../../show/live-secrets.ts'
import { nameOf } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (given) => {
  const { options, terminal, words } = given
  const [, secret = ''] = words
  const client = clientOf(given)
  const after = secondsOf(given)
  const { retireSecret } = await given.connect()
  return change<RetirementPlan, Retirement>(given, {
    question: `End the secret ${plain(secret)} of ${named(client)}?`,
    plan: (conditions) => retireSecret(client, secret, { ...conditions, ...after }),
    show: ({ client: held, secrets }, say) => {
      say(terminal.style('strong', nameOf(held)))
      say('  keeps these secrets:')
      showLive(terminal, secrets, say)
      return true
    },
    carryOut: (conditions) => retireSecret(client, secret, { ...conditions, ...after }),
    tell: ({ body }) => {
      const when = body.retiresAt === undefined ? 'has ended' : `ends ${plain(body.retiresAt)}`
      terminal.print(`${nameOf(body.client)}: ${plain(body.retired)} ${when}`)
    },
    json: (body) => withoutSecrets(body, options),
  })
}

function secondsOf({ options: { 'retire-after': after } }: Given) {
  if (after === undefined) return {}
  if (/^[1-9]\d{0,8}$/.test(after)) return { afterSeconds: Number(after) }
  throw new UsageError('--retire-after must be a number of seconds.')
}
