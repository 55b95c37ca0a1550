/**
 * A text as what it takes over from another one: pieces that are copied, from that one or from what came
 * before in the text itself, and the texts between them. Found as rsync and git find them, by hashes of
 * blocks (Tridgell 1999; VCDIFF, RFC 3284, has the same two instructions).
 */

/** A text that is new, or where to copy from, in the other text followed by this one, and how much. */
export type Delta = readonly (string | readonly [from: number, length: number])[]

/** Shorter pieces are not looked for (UTF-16 code units). */
const BLOCK = 32
/** What is compared at once (UTF-16 code units). */
const STRIDE = 1_024
/** A base of the polynomial hash (Knuth's, from 2^32 and the golden ratio). */
const FACTOR = 0x9e3779b1

/** `FACTOR` to the power of `BLOCK`, modulo 2^32: what a code unit that leaves the block counts for. */
const LEAVING = Array.from({ length: BLOCK }).reduce<number>((power) => Math.imul(power, FACTOR), 1)

/** The delta that makes `text` of `base`. */
export function deltaOf(text: string, base: string): Delta {
  const source = base + text
  const blocks = new Map<number, number>()
  index(blocks, base, 0, base.length, 0)
  const delta: (string | readonly [number, number])[] = []
  let [written, indexed] = [0, 0]
  let at = 0
  let hash = hashAt(text, 0)
  while (at + BLOCK <= text.length) {
    if (indexed + BLOCK <= at) indexed = index(blocks, text, indexed, at, base.length)
    const positions = blocks.get(hash)
    const piece =
      positions === undefined
        ? undefined
        : grown(source, positions, base.length + at, written + base.length)
    if (piece === undefined) {
      // The hash of the block one code unit further on; written out here, since most of the time goes into it.
      hash =
        (Math.imul(hash, FACTOR) +
          text.charCodeAt(at + BLOCK) -
          Math.imul(LEAVING, text.charCodeAt(at))) |
        0
      at += 1
      continue
    }
    const begin = piece.to - base.length
    if (begin > written) delta.push(text.slice(written, begin))
    delta.push([piece.from, piece.length])
    written = begin + piece.length
    at = written
    hash = hashAt(text, at)
  }
  if (written < text.length) delta.push(text.slice(written))
  return delta
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

/** Notes the whole blocks of a text between two places; gives where the next one begins. The first place of a hash counts: what is found there is as good. */
function index(
  blocks: Map<number, number>,
  text: string,
  from: number,
  to: number,
  shift: number,
): number {
  let at = from
  for (; at + BLOCK <= to; at += BLOCK) {
    // As `hashAt`, written out here.
    let hash = 0
    for (let place = at; place < at + BLOCK; place += 1) {
      hash = (Math.imul(hash, FACTOR) + text.charCodeAt(place)) | 0
    }
    if (!blocks.has(hash)) blocks.set(hash, at + shift)
  }
  return at
}

function hashAt(text: string, at: number): number {
  let hash = 0
  for (let index = at; index < at + BLOCK; index += 1) {
    hash = (Math.imul(hash, FACTOR) + text.charCodeAt(index)) | 0
  }
  return hash
}

/**
 * The piece of `source` at `from` that stands at `to` again, as long as it can be: back to `earliest`, and not
 * into what it is copied to. `undefined` where only the hash is the same.
 */
function grown(
  source: string,
  from: number,
  to: number,
  earliest: number,
): { readonly from: number; readonly to: number; readonly length: number } | undefined {
  const most = Math.min(to - from, source.length - to)
  let length = 0
  // Long pieces are compared by the engine, which is much faster than one by one.
  while (length + STRIDE <= most && sameStride(source, from + length, to + length)) length += STRIDE
  while (length < most && source.charCodeAt(from + length) === source.charCodeAt(to + length)) {
    length += 1
  }
  if (length < BLOCK) return undefined
  let back = 0
  while (
    from - back > 0 &&
    to - back > earliest &&
    source.charCodeAt(from - back - 1) === source.charCodeAt(to - back - 1)
  ) {
    back += 1
  }
  // The piece must end before the place where it is written begins.
  const begin = to - back
  return { from: from - back, to: begin, length: Math.min(length + back, begin - (from - back)) }
}

const sameStride = (source: string, one: number, other: number) =>
  source.slice(one, one + STRIDE) === source.slice(other, other + STRIDE)
