/**
 * A text as what it takes over from another one: pieces that are copied, from that one or from what came
 * before in the text itself, and the texts between them. Found as rsync and git find them, by hashes of
 * blocks (Tridgell 1999; VCDIFF, RFC 3284, has the same two instructions).
 */

/** A text that is new, or where to copy from, in the other text followed by this one, and how much. */
export type Delta = readonly (string | readonly [from: number, length: number])[]

/** Shorter pieces are not looked for (UTF-16 code units). */
const BLOCK = 32
/** A base of the polynomial hash (Knuth's, from 2^32 and the golden ratio). */
const FACTOR = 0x9e3779b1

/** `FACTOR` to the power of `BLOCK`, modulo 2^32: what a code unit that leaves the block counts for. */
const LEAVING = Array.from({ length: BLOCK }).reduce<number>((power) => Math.imul(power, FACTOR), 1)

/** A part of a text. */
export interface Part {
  readonly from: number
  /** The first place that no longer belongs to it. */
  readonly to: number
}

/** The delta that makes `text` of `base`; `random`: a part of the text that is in no other, which is not looked through. */
export function deltaOf(text: string, base: string, random?: Part): Delta {
  const codes = codesOf(base + text)
  const { length } = codes
  const blocks = createBlocks(Math.ceil(length / BLOCK))
  const { places } = blocks
  const delta: (string | readonly [number, number])[] = []
  index(blocks, codes, 0, base.length)
  // Blocks of the text itself begin where it begins.
  let indexed = base.length
  let written = base.length
  let at = base.length
  let hash = at + BLOCK <= length ? hashAt(codes, at) : 0
  const skipFrom = random === undefined ? length : base.length + random.from
  const skipTo = random === undefined ? length : base.length + random.to
  while (at + BLOCK <= length) {
    if (at + BLOCK > skipFrom && at < skipTo) {
      at = skipTo
      indexed = skipTo
      hash = at + BLOCK <= length ? hashAt(codes, at) : 0
      continue
    }
    if (indexed + BLOCK <= at) indexed = index(blocks, codes, indexed, at)
    // Most blocks that are new are known by a free slot; written out here, since most of the time goes into it.
    const isNew = places[(hash ^ (hash >>> SPREAD)) & (places.length - 1)] === 0
    const from = isNew ? undefined : positionOf(blocks, hash)
    const piece = from === undefined ? undefined : grown(codes, from, at, written)
    if (piece === undefined) {
      // The hash of the block one code unit further on.
      const leaving = Math.imul(LEAVING, codes[at] ?? 0)
      hash = (Math.imul(hash, FACTOR) + (codes[at + BLOCK] ?? 0) - leaving) | 0
      at += 1
      continue
    }
    if (piece.to > written) delta.push(text.slice(written - base.length, piece.to - base.length))
    delta.push([piece.from, piece.length])
    written = piece.to + piece.length
    at = written
    // What is copied can be copied from where it came from.
    indexed = Math.max(indexed, written)
    hash = at + BLOCK <= length ? hashAt(codes, at) : 0
  }
  if (written < length) delta.push(text.slice(written - base.length))
  return delta
}

/** The code units of a text. Reading them from the text itself takes three times as long. */
function codesOf(text: string): Uint16Array {
  const codes = new Uint16Array(text.length)
  Buffer.from(codes.buffer).write(text, 'utf16le')
  return codes
}

/** The text that a delta makes of `base`; `undefined`: it is none, or makes more than `longest`. */
export function textOf(delta: unknown, base: string, longest: number): string | undefined {
  if (!Array.isArray(delta)) return undefined
  let out = base
  for (const piece of delta as readonly unknown[]) {
    const next = typeof piece === 'string' ? piece : copied(out, piece)
    if (next === undefined) return undefined
    out += next
    if (out.length - base.length > longest) return undefined
  }
  return out.slice(base.length)
}

function copied(out: string, piece: unknown): string | undefined {
  if (!Array.isArray(piece) || piece.length !== 2) return undefined
  const [from, length] = piece
  const fits = Number.isInteger(from) && Number.isInteger(length) && from >= 0 && length > 0
  return fits && from + length <= out.length ? out.slice(from, from + length) : undefined
}

/**
 * Where blocks begin, by their hashes: a table with open addresses (Knuth, volume 3, 6.4), since it is asked for each
 * code unit of a text.
 */
interface Blocks {
  readonly hashes: Int32Array
  /** One more than the place; 0: the slot is free. */
  readonly places: Int32Array
}

/** Bits by which a hash is shifted onto itself, so that all of it counts in the choice of a slot. */
const SPREAD = 15

/** At most a quarter of the slots is taken. */
function createBlocks(count: number): Blocks {
  const size = 2 ** Math.ceil(Math.log2(4 * count + 4))
  return { hashes: new Int32Array(size), places: new Int32Array(size) }
}

/** The slot that has this hash, or the free one where it belongs. */
function slotOf({ hashes, places }: Blocks, hash: number): number {
  const last = hashes.length - 1
  let slot = (hash ^ (hash >>> SPREAD)) & last
  while (places[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & last
  return slot
}

function positionOf(blocks: Blocks, hash: number): number | undefined {
  const place = blocks.places[slotOf(blocks, hash)]
  return place === 0 || place === undefined ? undefined : place - 1
}

/** Notes the whole blocks between two places; gives where the next one begins. The first place of a hash counts: what is found there is as good. */
function index(blocks: Blocks, codes: Uint16Array, from: number, to: number): number {
  let at = from
  for (; at + BLOCK <= to; at += BLOCK) {
    const hash = hashAt(codes, at)
    const slot = slotOf(blocks, hash)
    if (blocks.places[slot] !== 0) continue
    blocks.hashes[slot] = hash
    blocks.places[slot] = at + 1
  }
  return at
}

function hashAt(codes: Uint16Array, at: number): number {
  let hash = 0
  for (let place = at; place < at + BLOCK; place += 1) {
    hash = (Math.imul(hash, FACTOR) + (codes[place] ?? 0)) | 0
  }
  return hash
}

/**
 * The piece at `from` that stands at `to` again, as long as it can be: back to `earliest`, and not into what it is
 * copied to. `undefined` where only the hash is the same.
 */
function grown(
  codes: Uint16Array,
  from: number,
  to: number,
  earliest: number,
): { readonly from: number; readonly to: number; readonly length: number } | undefined {
  const most = Math.min(to - from, codes.length - to)
  let length = 0
  while (length < most && codes[from + length] === codes[to + length]) length += 1
  if (length < BLOCK) return undefined
  let back = 0
  while (from > back && to - back > earliest && codes[from - back - 1] === codes[to - back - 1]) {
    back += 1
  }
  // The piece must end before the place where it is written begins.
  const begin = to - back
  return { from: from - back, to: begin, length: Math.min(length + back, begin - (from - back)) }
}
