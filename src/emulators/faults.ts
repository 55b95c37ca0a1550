/**
 * The faults that an emulator can be asked for: the ways in which a real provider, or the network
 * before it, fails a caller. Each is used up as calls match it, so a test says exactly what happens.
 */

/** What goes wrong. `*_after_apply` means: the change is in force, the answer is lost or wrong. */
export type FaultKind = (typeof FAULT_KINDS)[number]

/** Every kind, for those who ask over a socket. */
export const FAULT_KINDS = [
  'throttle',
  'error_before_apply',
  'error_after_apply',
  'reset_before_apply',
  'reset_after_apply',
  'stall_before_apply',
  'stall_after_apply',
  'cut_answer',
  'garbage_answer',
  'redirect',
  'delay',
  'foreign_write',
  'expired_credentials',
] as const

export interface Fault {
  readonly kind: FaultKind
  /** Name of the operation it waits for (`UpdateUserPoolClient`, `PATCH /clients/{id}`); absent: any. */
  readonly operation?: string
  /** How many matching calls it spoils; 1 when absent. */
  readonly times?: number
  /** How many matching calls pass unharmed first; 0 when absent. */
  readonly skip?: number
  /** For `delay`: milliseconds. */
  readonly delayMs?: number
  /** For `throttle`: seconds told in `Retry-After`, where the provider tells it. */
  readonly retryAfter?: number
  /** For `foreign_write`: native members that another writer sets just before the call is applied. */
  readonly change?: Readonly<Record<string, unknown>>
}

export interface FaultQueue {
  inject(fault: Fault): void
  /** The fault that this call meets, used up by one; `undefined` when it passes unharmed. */
  take(operation: string): Fault | undefined
  clear(): void
}

/** A queue in which the first fault that fits a call spoils it. */
export function createFaultQueue(): FaultQueue {
  let waiting: { fault: Fault; skip: number; left: number }[] = []
  return {
    inject: (fault) => {
      waiting.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 })
    },
    take: (operation) => {
      for (const entry of waiting) {
        if (entry.fault.operation !== undefined && entry.fault.operation !== operation) continue
        if (entry.skip > 0) {
          entry.skip -= 1
          continue
        }
        entry.left -= 1
        waiting = waiting.filter(({ left }) => left > 0)
        return entry.fault
      }
      return undefined
    },
    clear: () => {
      waiting = []
    },
  }
}
