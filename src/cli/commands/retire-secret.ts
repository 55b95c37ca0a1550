/** `clientry retire-secret CLIENT SECRET`. */

import type { Retirement, RetirementPlan } from '../../sdk/types.ts'
import type { Run } from '../command.ts'
import { showLive } from '../live-secrets.ts'
import { withoutSecrets } from '../secrets.ts'
import { clientOf, named } from '../settings.ts'
import { nameOf } from '../show.ts'
import { plain } from '../terminal.ts'
import { change } from '../write.ts'

export const run: Run = async (given) => {
  const { options, terminal, words } = given
  const [, secret = ''] = words
  const client = clientOf(given)
  const { retireSecret } = await given.connect()
  return change<RetirementPlan, Retirement>(given, {
    question: `End the secret ${plain(secret)} of ${named(client)}?`,
    plan: (conditions) => retireSecret(client, secret, conditions),
    show: ({ client: held, secrets }, say) => {
      say(terminal.style('strong', nameOf(held)))
      say('  keeps these secrets:')
      showLive(terminal, secrets, say)
      return true
    },
    carryOut: (conditions) => retireSecret(client, secret, conditions),
    tell: ({ body }) => terminal.print(`${nameOf(body.client)}: ${plain(body.retired)} has ended`),
    json: (body) => withoutSecrets(body, options),
  })
}
