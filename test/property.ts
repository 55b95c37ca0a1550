/**
 * How often properties are tried, and what became of their samples. `CLIENTRY_SAMPLES` multiplies the
 * number of every property (`npm run test:long`).
 */

const MULTIPLIER = Number(process.env.CLIENTRY_SAMPLES ?? '1')

/** The number of samples of a property; `count` in `npm test`. */
export function runs(count = 100): number {
  if (!(MULTIPLIER > 0)) throw new TypeError('CLIENTRY_SAMPLES must be a number above 0.')
  return Math.ceil(count * MULTIPLIER)
}

/** The time limit of a test with a property, in milliseconds; `limit` in `npm test`. */
export const patience = (limit: number): number => limit * Math.max(MULTIPLIER, 1)

/** Counts samples by what became of them. */
export interface Tally {
  add(outcome: string): void
  count(outcome: string): number
  /** All of them. */
  total(): number
  /** Writes the counts on a line, for people who look whether a property says anything. */
  print(): void
}

export function createTally(property: string): Tally {
  const counts = new Map<string, number>()
  const total = () => [...counts.values()].reduce((sum, count) => sum + count, 0)
  return {
    add: (outcome) => {
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    },
    count: (outcome) => counts.get(outcome) ?? 0,
    total,
    print: () => {
      const each = [...counts].map(([outcome, count]) => `${count} ${outcome}`)
      process.stdout.write(`samples of "${property}": ${total()}: ${each.join(', ')}\n`)
    },
  }
}
