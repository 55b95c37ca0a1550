/** A provider that tells of each call, so that somebody else can write in between. */

import type { Provider, Step } from '../../src/providers/provider.ts'

/** When somebody else writes: before the base is read, or before or after a call of the change. */
export type Moment = 'before the base read' | `before call ${number}` | `after call ${number}`

/** The provider, telling of each call before and after it. */
export function observed(provider: Provider, at: (moment: Moment) => void): Provider {
  return {
    ...provider,
    read: async (...args) => {
      at('before the base read')
      return provider.read(...args)
    },
    steps: (...args) => provider.steps(...args).map((step, index) => watching(step, index + 1, at)),
  }
}

function watching(step: Step, number: number, at: (moment: Moment) => void): Step {
  return {
    ...step,
    send: async (call) => {
      at(`before call ${number}`)
      return step.send(call).finally(() => at(`after call ${number}`))
    },
  }
}
