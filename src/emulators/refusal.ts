/** How the work of an emulator is left with an answer: thrown from wherever a rule is broken, and turned into the answer in one place. */

import type { EmulatorAnswer } from './wire.ts'

/** Ends the call with an answer. */
export function refuse(answer: EmulatorAnswer): never {
  throw Object.assign(new TypeError('refused'), { answer })
}

/** The answer of a thrown refusal; `undefined` for anything else. */
export function refusalAnswer(thrown: unknown): EmulatorAnswer | undefined {
  if (!(thrown instanceof Error) || !('answer' in thrown)) return undefined
  return thrown.answer as EmulatorAnswer
}

/** What the work answers, or what it was left with. */
export function answered<T>(work: () => T): T | EmulatorAnswer {
  try {
    return work()
  } catch (thrown) {
    const refusal = refusalAnswer(thrown)
    if (refusal === undefined) throw thrown
    return refusal
  }
}
