/** Chance that can be repeated: the same seed gives the same choices. */

export interface Chance {
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number
  /** One of several. */
  one<T>(values: readonly T[]): T
  /** True this often, from 0 to 1. */
  happens(share: number): boolean
}

/** The generator known as mulberry32: 32 bits of state, good enough to choose tests by. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    one: (values) => {
      const value = values[below(values.length)]
      if (value === undefined) throw new TypeError('There is nothing to choose from.')
      return value
    },
    happens: (share) => next() < share,
  }
}
