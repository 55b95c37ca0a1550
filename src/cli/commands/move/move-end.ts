/** `clientry move narrow CLIENT FROM` and `clientry move end CLIENT FROM`: one of the two redirect URIs goes. */

import type { Moves, Plan } from '../../../sdk/types.ts'
import { aboutClient, clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Invocation, Run } from '../../command.ts'
import { showMoves } from '../../show/moves.ts'
import { plain } from '../../terminal.ts'

export const run: Run = (invocation) => closeMove(invocation, 'narrowMove')

/** The new redirect URI goes, the old one stays. */
export const giveUp: Run = (invocation) => closeMove(invocation, 'endMove')

async function closeMove(
  invocation: Invocation,
  operation: 'narrowMove' | 'endMove',
): Promise<number> {
  const { terminal, words } = invocation
  const [, from = ''] = words
  const client = clientOf(invocation)
  const api = await invocation.connect()
  const { show } = aboutClient(invocation)
  const [verb, done] = operation === 'narrowMove' ? ['Narrow', 'narrowed'] : ['End', 'ended']
  return change<Plan, Moves>(invocation, {
    question: `${verb} the move of ${plain(from)} on ${spelledName(client)}?`,
    plan: (conditions) => api[operation](client, { from }, conditions),
    // A redirect URI that is gone already leaves a move to be closed, which no difference shows.
    show: (plan, say) => {
      show(plan, say)
      return true
    },
    carryOut: (conditions) => api[operation](client, { from }, conditions),
    printResult: ({ body }) => {
      terminal.print(`${spelledName(client)}: the move of ${plain(from)} is ${done}`)
      showMoves(terminal, body)
    },
  })
}
