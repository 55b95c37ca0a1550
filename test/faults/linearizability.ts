/**
 * Whether a history of concurrent changes of one client can be put in one order: each change at one
 * moment between its call and its answer, each answer what that order gives. The search of Wing and
 * Gong ("Testing and verifying concurrent objects", 1993) with Lowe's memo of states seen before.
 */

import { canonicalJson } from '../../src/core/json/json.ts'

/** What is watched of a client: single settings, and lists as sets. */
export type State = Readonly<Record<string, string | readonly string[]>>

export interface Operation {
  /** For messages. */
  readonly name: string
  /** On one clock, in any unit. */
  readonly invoked: number
  /** `Infinity` while there is no answer. */
  readonly returned: number
  /** Settings given a new value. A change without any is a read. */
  readonly set?: State
  /** Values added to lists, by setting. */
  readonly add?: Readonly<Record<string, readonly string[]>>
  /** The state answered; `done`: no state shown, in force for certain; `unknown`: perhaps in force. */
  readonly answer: State | 'done' | 'unknown'
}

/**
 * An order of the operations that explains the history, by name; `undefined` when there is none. An
 * operation of unknown outcome is in it only where it is needed.
 */
export function linearization(
  initial: State,
  history: readonly Operation[],
): readonly string[] | undefined {
  const unknown = history.filter(({ answer }) => answer === 'unknown')
  const known = history.filter(({ answer }) => answer !== 'unknown')
  // Nothing proves when a change of unknown outcome took effect, if at all: it is tried last.
  const open = [...known, ...unknown.map((one) => ({ ...one, returned: Number.POSITIVE_INFINITY }))]
  const seen = new Set<string>()

  function search(state: State, left: readonly Operation[]): readonly string[] | undefined {
    if (left.every(({ answer }) => answer === 'unknown')) return []
    const key = canonicalJson([comparable(state), left.map(({ name }) => name)])
    if (seen.has(key)) return undefined
    seen.add(key)
    // A call that began after another's answer cannot come before it.
    const first = Math.min(...left.map(({ returned }) => returned))
    for (const operation of left) {
      if (operation.invoked > first) continue
      const next = apply(state, operation)
      if (!fits(next, operation.answer)) continue
      const others = left.filter((other) => other !== operation)
      const rest = search(next, others)
      if (rest !== undefined) return [operation.name, ...rest]
    }
    return undefined
  }

  return search(initial, open)
}

function apply(state: State, { set = {}, add = {} }: Operation): State {
  const grown = Object.entries(add).map(([setting, values]) => {
    const held = state[setting]
    return [setting, [...new Set([...(Array.isArray(held) ? held : []), ...values])]] as const
  })
  return { ...state, ...set, ...Object.fromEntries(grown) }
}

const fits = (state: State, answer: Operation['answer']) =>
  typeof answer === 'string' ||
  canonicalJson(comparable(state)) === canonicalJson(comparable(answer))

/** Lists in one order: providers keep an order of their own. */
function comparable(state: State): State {
  const sorted = Object.entries(state).map(
    ([setting, value]) => [setting, typeof value === 'string' ? value : [...value].sort()] as const,
  )
  return Object.fromEntries(sorted)
}
