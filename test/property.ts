/**
 * How often properties are tried, how much of an enumeration is run, and what became of the samples.
 * `CLIENTRY_SAMPLES` multiplies all of it (`npm run test:long`); `CLIENTRY_SEED` draws the same samples again.
 */

import { createHash } from 'node:crypto'
import fc from 'fast-check'

const MULTIPLIER = Number(process.env.CLIENTRY_SAMPLES ?? '1')

/** The number of samples of a property; of one that takes long, one in `oneIn` of them in `npm test`. */
export function runs(count = 100, oneIn = 1): number {
  if (!(MULTIPLIER > 0)) throw new TypeError('CLIENTRY_SAMPLES must be a number above 0.')
  return Math.ceil(MULTIPLIER > 1 ? count * MULTIPLIER : (count * MULTIPLIER) / oneIn)
}

/** The time limit of a test with a property, in milliseconds; `limit` in `npm test`. */
export const patience = (limit: number): number => limit * Math.max(MULTIPLIER, 1)

const DAY_MS = 86_400_000

/** The day, unless it is given: samples of enumerations are others each day, and can be drawn again. */
const { CLIENTRY_SEED } = process.env
const SEED = Number(CLIENTRY_SEED ?? Math.floor(Date.now() / DAY_MS))
// Those of properties are others each time.
if (CLIENTRY_SEED !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED })

/**
 * Draws about one in `oneIn` of an enumeration, by the names of its parts; all of it where `CLIENTRY_SAMPLES` asks for
 * more than usual. What the test relies on must not be left to it.
 */
export function createDraw(enumeration: string, oneIn: number): (part: string) => boolean {
  const share = MULTIPLIER > 1 ? 1 : 1 / oneIn
  const says = share < 1 ? `one in ${oneIn} (CLIENTRY_SEED=${SEED})` : 'all'
  process.stdout.write(`drawn of "${enumeration}": ${says}\n`)
  return (part) => {
    const hash = createHash('sha256').update(`${SEED} ${enumeration} ${part}`).digest()
    return hash.readUInt32BE() < share * 2 ** 32
  }
}

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
