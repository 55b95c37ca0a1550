/** `clientry create --kind KIND FIELD=VALUE...`. */

import type { Client, Plan } from '../../../sdk/types.ts'
import { kindOf } from '../../change/kind.ts'
import { keepingSecret, noteSecretFile, withoutSecrets } from '../../change/secret-output.ts'
import { aboutClient } from '../../change/settings.ts'
import { wishOf } from '../../change/wish.ts'
import { change } from '../../change/write.ts'
import type { Run } from '../../command.ts'
import { nameOf, showClient } from '../../show/show.ts'

export const run: Run = async (invocation) => {
  const { options, terminal, words } = invocation
  const kind = kindOf(options)
  const client = await wishOf(invocation, words)
  const { provider, pool: userPoolId } = options
  const creation = { provider, userPoolId, kind, client }
  const { createClient } = await invocation.connect()
  const about = aboutClient(invocation)
  return keepingSecret(options, (keep) =>
    change<Plan, Client>(invocation, {
      ...about,
      question: `Create this client${provider === undefined ? '' : ` at ${provider}`}?`,
      show: (plan, say) => {
        about.show(plan, say)
        return true
      },
      plan: (conditions) => createClient(creation, conditions),
      carryOut: async (conditions) => {
        const createdAnswer = await createClient(creation, conditions)
        if (createdAnswer.body.secret !== null) keep(createdAnswer.body.secret)
        return createdAnswer
      },
      printResult: ({ body }) => {
        showClient(terminal, withoutSecrets(body, options))
        noteSecretFile(terminal, options, body.secret)
        if (body.secret === null) return
        if (options['show-secret'] === true || options['secret-to'] !== undefined) return
        terminal.note(
          `The client has a secret. Show it with: clientry get ${nameOf(body)} --show-secret`,
        )
      },
    }),
  )
}
