/** The accesses of two callers at once: who submitted a change, and who approves it. Both must be granted all of it. */

import type { Access, AccessTo, Address } from './access.ts'

/** Keeps why the second caller was refused, which is no fault of the change. */
export interface Refusal {
  error?: unknown
}

/** What is answered is by the rights of the first; each read and each write is shown to both. */
export function jointAccess(
  first: (address: Address) => Access,
  second: (address: Address) => Access,
  refusal: Refusal = {},
): AccessTo {
  const accesses = new Map<Access, Access>()
  return (address) => {
    const own = first(address)
    const joint = accesses.get(own) ?? joined(own, second(address), refusal)
    accesses.set(own, joint)
    return joint
  }
}

function joined(own: Access, other: Access, refusal: Refusal): Access {
  const asOther = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      refusal.error = error
      throw error
    }
  }
  return {
    ...own,
    goesByRecord: own.goesByRecord || other.goesByRecord,
    goesByName: own.goesByName || other.goesByName,
    look: (client) => {
      asOther(() => other.look(client))
      own.look(client)
    },
    take: (needs) => {
      other.take(needs)
      own.take(needs)
    },
    judge: (write) => {
      asOther(() => other.judge(write))
      return own.judge(write)
    },
  }
}
