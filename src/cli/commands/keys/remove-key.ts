/** `clientry remove-key CLIENT KID`. */

import type { KeyPlan, KeyRemoval } from '../../../sdk/types.ts'
import { clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Run } from '../../command.ts'
import { showKeys } from '../../show/keys.ts'
import { nameOf } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { terminal, words } = invocation
  const [, kid = ''] = words
  const client = clientOf(invocation)
  const { removeKey } = await invocation.connect()
  return change<KeyPlan, KeyRemoval>(invocation, {
    question: `Remove the key ${plain(kid)} of ${spelledName(client)}?`,
    plan: (conditions) => removeKey(client, kid, conditions),
    show: ({ client: shown, keys }, say) => {
      say(terminal.style('strong', nameOf(shown)))
      say('  keeps these keys:')
      showKeys(terminal, keys, say)
      return true
    },
    carryOut: (conditions) => removeKey(client, kid, conditions),
    printResult: ({ body }) => {
      terminal.print(`${nameOf(body.client)}: ${plain(body.removed)} was removed`)
      showKeys(terminal, body.keys, terminal.print)
    },
  })
}
