/** Instances that are overtaken: something else is appended just before one of their own entries is. */

import { createLate } from '../../src/service/base/late-work.ts'
import type { Service } from '../../src/service/base/service.ts'
import type { Entry } from '../../src/store/log/entry.ts'

/** The instance, before whose first entry of a kind other work is done, once. */
export function overtaken(
  service: Service,
  kind: Entry['kind'],
  work: () => Promise<unknown>,
): Service {
  let done = false
  const { store } = service
  const append: typeof store.append = async (entry) => {
    if (!done && entry.kind === kind) {
      done = true
      await work()
    }
    return store.append(entry)
  }
  return { ...service, store: { ...store, append } }
}

/** The instance without turns of its own: another process knows nothing of them. */
export const withoutTurns = (service: Service): Service => ({
  ...service,
  turns: { take: (_, work) => work() },
  keysInUse: new Set(),
  late: createLate(),
})
