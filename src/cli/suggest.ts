/** What someone may have meant who typed a name that does not exist. */

/** A name, and what it stands for. */
export interface Candidate {
  readonly word: string
  readonly name: string
  /** Whether the name changes something. */
  readonly writes: boolean
}

/** The most names that one suggestion lists. */
const MOST = 3

/**
 * The names that are nearest to a word, the nearest first. A word that is as near to one that reads is
 * never answered with one that writes.
 */
export function nearest(word: string, candidates: readonly Candidate[]): readonly string[] {
  const typed = word.toLowerCase()
  const near = candidates
    .map((one) => ({ ...one, distance: distanceOf(typed, one.word.toLowerCase()) }))
    .filter(({ word: other, distance }) => distance <= farthest(typed, other))
  const least = Math.min(...near.map(({ distance }) => distance))
  const reads = near.some(({ distance, writes }) => distance === least && !writes)
  const closest = near
    .filter(({ distance, writes }) => distance === least && !(reads && writes))
    .map(({ name }) => name)
  return [...new Set(closest)].slice(0, MOST)
}

/** The same among plain names. */
export const nearestName = (word: string, names: readonly string[]): readonly string[] =>
  nearest(
    word,
    names.map((name) => ({ word: name, name, writes: false })),
  )

/** ` Did you mean a or b?`, or nothing. */
export const didYouMean = (names: readonly string[]): string =>
  names.length === 0 ? '' : ` Did you mean ${names.join(' or ')}?`

/** A third of the longer word may differ, one letter at least. */
const farthest = (one: string, other: string) =>
  Math.max(1, Math.floor(Math.max(one.length, other.length) / 3))

/** How many letters must be added, removed, replaced or swapped with their neighbour. */
function distanceOf(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1]
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      const costs = [
        at(rows, row - 1, column) + 1,
        at([line], 0, column - 1) + 1,
        at(rows, row - 1, column - 1) + (same ? 0 : 1),
        ...(swapped ? [at(rows, row - 2, column - 2) + 1] : []),
      ]
      line.push(Math.min(...costs))
    }
    rows.push(line)
  }
  return at(rows, one.length, other.length)
}

const at = (rows: readonly (readonly number[])[], row: number, column: number): number =>
  rows[row]?.[column] ?? Number.POSITIVE_INFINITY
