/** Values of the mirror that may be larger than an item: compressed, and cut into parts of a partition of their own. */

import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'
import type { Json } from '../../../core/json/json.ts'
import { parseJson } from '../../../core/json/json-text.ts'
import { type Item, sortKeyOf } from '../dynamodb-items.ts'
import type { Queries } from '../dynamodb-query.ts'

const compress = promisify(brotliCompress)
const expand = promisify(brotliDecompress)

/** Smaller by a third than the fastest, and no slower to read. */
const QUALITY = 5
/** Bytes of a part: an item, with room for its keys. */
const PART_BYTES = 384 * 1024
/** Parts that one call reads: an answer has 8 MB at most, in base64. */
const PARTS_OF_CALL = 12
/** Parts that are on their way at the same time. */
const AT_ONCE = 8

/** Where a value is: the id of its partition, and how many parts it has. */
export type Blob = readonly [id: string, count: number]

export type Blobs = ReturnType<typeof createBlobs>

const partitionOf = (id: string) => `mirror:${id}`
const keyOf = (id: string, part: number): Item => ({
  pk: { S: partitionOf(id) },
  sk: { S: sortKeyOf(part) },
})

export const packed = (value: unknown): Promise<Buffer> =>
  compress(JSON.stringify(value), { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } })

export const unpacked = async (bytes: Buffer): Promise<Json> =>
  parseJson((await expand(bytes)).toString())

export function createBlobs({
  put,
  query,
  remove,
  getAll,
}: Pick<Queries, 'put' | 'query' | 'getAll'> & { remove(key: Item): Promise<void> }) {
  const inTurns = async <T>(all: readonly T[], work: (one: T) => Promise<unknown>) => {
    for (let from = 0; from < all.length; from += AT_ONCE)
      await Promise.all(all.slice(from, from + AT_ONCE).map((one) => work(one)))
  }
  const keysOf = ([id, count]: Blob) => Array.from({ length: count }, (_, part) => keyOf(id, part))

  return {
    inTurns,
    /** `id`: of a partition that no one has used. */
    put: async (value: unknown, id: string = randomUUID()): Promise<Blob> => {
      const bytes = await packed(value)
      const blob: Blob = [id, Math.max(1, Math.ceil(bytes.length / PART_BYTES))]
      await inTurns(keysOf(blob), (key) => {
        const from = Number(key.sk?.S) * PART_BYTES
        const part = bytes.subarray(from, from + PART_BYTES).toString('base64')
        return put({ ...key, part: { B: part } })
      })
      return blob
    },
    /** The values of blobs, by their ids; one that is not whole is not among them. */
    getAll: async (blobs: readonly Blob[]): Promise<ReadonlyMap<string, Json>> => {
      const items = await getAll(blobs.flatMap(keysOf), PARTS_OF_CALL)
      const parts = new Map(items.map(({ pk, sk, part }) => [`${pk?.S} ${sk?.S}`, part?.B ?? '']))
      const values = new Map<string, Json>()
      for (const blob of blobs) {
        const own = keysOf(blob).map(({ pk, sk }) => parts.get(`${pk?.S} ${sk?.S}`))
        if (own.includes(undefined)) continue
        const bytes = Buffer.concat(own.map((part = '') => Buffer.from(part, 'base64')))
        values.set(blob[0], await unpacked(bytes))
      }
      return values
    },
    remove: (blobs: readonly Blob[]) => inTurns(blobs.flatMap(keysOf), remove),
    /** Removes what is there of a blob that may not be whole. */
    clear: async (id: string) => {
      const items = await query(partitionOf(id))
      await inTurns(items, ({ pk = {}, sk = {} }) => remove({ pk, sk }))
    },
  }
}
