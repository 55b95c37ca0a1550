/**
 * The index of texts on PostgreSQL: a generalized inverted index over numbers, each of which stands for a trigram in a
 * block of rows. The extension pg_trgm is not needed, nor the right to install it, and signs count as letters do. By the
 * blocks a search goes through the rows in their order, a bounded number at a time; the index alone would give all
 * rows at once, in no order.
 */

/** Rows of a block. */
export const BLOCK = 2_048
/** What the index takes at least, in characters. */
export const GRAM = 3
/** Texts of more bytes are in no index: they are always looked at. */
export const LONG_TEXT = 4_096
/** Trigrams that the index is asked for; the text itself decides. */
const MAX_GRAMS = 8

/** The number of the block of a row. */
export const blockOf = (row: number): number => Math.floor(row / BLOCK)

/** What a text is indexed by, in the block of its row; each number once. */
export function gramsOf(text: string, block: number): readonly number[] {
  return [...new Set(trigramsOf(text).map((gram) => numberOf(gram, block)))]
}

/** Trigrams that a text must have to contain this one, at most so many, from all of its length. */
export function askedGrams(text: string): readonly string[] {
  const grams = [...new Set(trigramsOf(text))]
  const step = Math.max(1, grams.length / MAX_GRAMS)
  return Array.from(
    { length: Math.min(grams.length, MAX_GRAMS) },
    (_, index) => grams[Math.floor(index * step)] ?? '',
  )
}

function trigramsOf(text: string): readonly string[] {
  const characters = [...text]
  return characters
    .slice(GRAM - 1)
    .map((_, index) => characters.slice(index, index + GRAM).join(''))
}

/**
 * The number of a trigram in a block (FNV-1a, draft-eastlake-fnv, with a last mix). Two of them seldom share one, and
 * then a text is looked at for nothing.
 */
export function numberOf(gram: string, block: number): number {
  let hash = 0x811c9dc5
  const mix = (value: number) => {
    hash = Math.imul(hash ^ value, 0x01000193)
  }
  for (let rest = block; rest > 0; rest = Math.floor(rest / 0x10000)) mix(rest & 0xffff)
  for (let index = 0; index < gram.length; index += 1) mix(gram.charCodeAt(index))
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  return hash ^ (hash >>> 13)
}
