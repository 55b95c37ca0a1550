/** A provider that announces each call, so that someone else can write in between. */

import type { Step } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'

/** When someone else writes: before the base is read, or before or after a call of the change. */
export type Moment = 'before the base read' | `before call ${number}` | `after call ${number}`

/** Hears of each call; `mayLand`: the caller gave up, and what it sent may be applied yet. */
export type Hear = (moment: Moment, mayLand: boolean) => void

/** The provider, announcing each call before and after it. */
export function observed(provider: Provider, hear: Hear): Provider {
  return {
    ...provider,
    read: async (...args) => {
      hear('before the base read', false)
      return provider.read(...args)
    },
    steps: (...args) =>
      provider.steps(...args).map((step, index) => watching(step, index + 1, hear)),
  }
}

function watching(step: Step, number: number, hear: Hear): Step {
  return {
    ...step,
    send: async (call) => {
      hear(`before call ${number}`, false)
      let mayLand = true
      try {
        const native = await step.send(call)
        mayLand = false
        return native
      } finally {
        hear(`after call ${number}`, mayLand)
      }
    },
  }
}
