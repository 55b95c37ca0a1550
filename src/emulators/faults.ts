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
  /** For `throttle`: the seconds of `Retry-After`, where the provider sends it. */
  readonly retryAfter?: number
  /** For `foreign_write`: native members that another writer sets just before the call is applied. */
  readonly change?: Readonly<Record<string, unknown>>
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0

/** What each member must be, for those who ask over a socket. */
const MEMBERS: Readonly<Record<keyof Fault, [string, (value: unknown) => boolean]>> = {
  kind: [
    `one of: ${FAULT_KINDS.join(', ')}`,
    (value) => FAULT_KINDS.some((kind) => kind === value),
  ],
  operation: [
    'the name of an operation, as GET calls shows it',
    (value) => typeof value === 'string',
  ],
  times: ['a whole number from 1', (value) => value !== 0 && isCount(value)],
  skip: ['a whole number from 0', isCount],
  delayMs: ['milliseconds, a whole number from 0', isCount],
  retryAfter: ['seconds, a whole number from 0', isCount],
  change: ['an object', (value) => typeof value === 'object' && value !== null],
}

/** Says what keeps a value from being a fault; a fault that never strikes would hide in silence. */
export function refusalOf(value: unknown): string | undefined {
  const members = Object.entries(typeof value === 'object' && value !== null ? value : {})
  const unknown = members.find(([name]) => !Object.hasOwn(MEMBERS, name))
  if (unknown !== undefined) {
    return `A fault has no member ${unknown[0]}; known are: ${Object.keys(MEMBERS).join(', ')}`
  }
  const input = { kind: undefined, ...Object.fromEntries(members) }
  const wrong = Object.entries(input).find(([name, one]) => !MEMBERS[name as keyof Fault][1](one))
  return wrong && `The member ${wrong[0]} of a fault must be ${MEMBERS[wrong[0] as keyof Fault][0]}`
}

export interface FaultQueue {
  inject(fault: Fault): void
  /** The fault that this call meets, used up by one; `undefined` when it passes unharmed. */
  take(operation: string): Fault | undefined
  clear(): void
}

/** A queue in which the first fault that fits a call spoils it. */
export function createFaultQueue(): FaultQueue {
  let waiting: { fault: Fault; skip: number; remaining: number }[] = []
  return {
    inject: (fault) => {
      waiting.push({ fault, skip: fault.skip ?? 0, remaining: fault.times ?? 1 })
    },
    take: (operation) => {
      for (const entry of waiting) {
        if (entry.fault.operation !== undefined && entry.fault.operation !== operation) continue
        if (entry.skip > 0) {
          entry.skip -= 1
          continue
        }
        entry.remaining -= 1
        waiting = waiting.filter(({ remaining }) => remaining > 0)
        return entry.fault
      }
      return undefined
    },
    clear: () => {
      waiting = []
    },
  }
}
