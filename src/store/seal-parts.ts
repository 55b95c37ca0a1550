/**
 * Where a long text is cut into parts that are sealed one by one, so that what did not change is sealed alike.
 * The cuts follow from what stands before them, and so move along when something is put in (content-defined
 * chunking; Muthitacharoen et al. 2001, with the gear hash of FastCDC, Xia et al. 2016). What follows from what
 * is a matter of the key: the lengths of parts are in the open, and must confirm no guess of the text.
 */

import { hkdfSync } from 'node:crypto'

/** Gives the parts of some bytes, in their order. */
export type Cutter = (bytes: Buffer) => readonly Buffer[]

/** Bytes of a part: at least, at most; and on average as many more as these bits can say. */
const LEAST = 256
const MOST = 8_192
/** The upper bits of the hash, which depend on the last 32 bytes. */
const CUT = 0x3ff << 22

const VALUES = 256
const BYTES_OF_VALUE = 4

/** `key` is the data key. */
export function createCutter(key: Uint8Array): Cutter {
  const values = hkdfSync(
    'sha256',
    key,
    Buffer.alloc(0),
    'clientry seal parts',
    VALUES * BYTES_OF_VALUE,
  )
  const gear = new Int32Array(values)
  return (bytes) => {
    const parts: Buffer[] = []
    let [begin, hash] = [0, 0]
    for (let at = 0; at < bytes.length; at += 1) {
      hash = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0
      const length = at + 1 - begin
      if (length < LEAST || ((hash & CUT) !== 0 && length < MOST)) continue
      parts.push(bytes.subarray(begin, at + 1))
      ;[begin, hash] = [at + 1, 0]
    }
    return begin < bytes.length ? [...parts, bytes.subarray(begin)] : parts
  }
}
