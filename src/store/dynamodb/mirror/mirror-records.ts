/** The sealed records of clients, an item each, which are read together, and kept at hand as long as they are right. */

import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../core/json/json.ts'
import type { Sight } from '../../mirror.ts'
import type { ClientName } from '../../resource.ts'
import { FIRST, type Item, timeOf } from '../dynamodb-items.ts'
import type { Queries } from '../dynamodb-query.ts'
import type { Blob, Blobs } from './mirror-blobs.ts'
import { placeKey, type Row } from './mirror-state.ts'

/** A record as it was last put. */
export type Kept = Pick<Sight, 'tag' | 'record' | 'at'> & { readonly own: boolean }

/** Longer ones are blobs (bytes). */
const MAX_RECORD = 350 * 1024
/** Records that one call reads: an answer has 8 MB at most. */
const RECORDS_OF_CALL = 20
/** What is kept at hand (characters). */
const KEPT_LENGTH = 32 * 2 ** 20

type Calls = Pick<Queries, 'put' | 'getAll'> & {
  readonly blobs: Blobs
  removeIf(key: Item, condition: JsonObject): Promise<void>
}

const keyOf = (client: ClientName): Item => {
  const digest = createHash('sha256').update(JSON.stringify([placeKey(client), client.id]))
  return { pk: { S: `mirror:record:${digest.digest('hex')}` }, sk: { S: FIRST } }
}
const nameOf = (client: ClientName) => keyOf(client).pk?.S ?? ''
const AT = { ExpressionAttributeNames: { '#at': 'at' } }

export function createRecords({ put, getAll, blobs, removeIf }: Calls) {
  const kept = new Map<string, Kept>()
  let length = 0

  function keep(name: string, one: Kept): void {
    length += one.record.length - (kept.get(name)?.record.length ?? 0)
    kept.delete(name)
    kept.set(name, one)
    for (const [oldest, { record }] of kept) {
      if (length <= KEPT_LENGTH) break
      kept.delete(oldest)
      length -= record.length
    }
  }

  async function keptOf(item: Item, values: ReadonlyMap<string, unknown>): Promise<Kept> {
    const blob = blobOf(item)
    return {
      tag: item.tag?.S ?? '',
      record: blob === undefined ? (item.record?.S ?? '') : String(values.get(blob[0])),
      at: Number(item.at?.S),
      own: item.own !== undefined,
    }
  }

  return {
    /** Unless a newer one is there. */
    put: async ({ client, tag, record, at }: Sight, own: boolean): Promise<void> => {
      const isLong = Buffer.byteLength(record) > MAX_RECORD
      const content = isLong
        ? { blob: { S: JSON.stringify(await blobs.put(record)) } }
        : { record: { S: record } }
      const item = { ...keyOf(client), tag: { S: tag }, at: { S: timeOf(at) }, ...content }
      await put(
        { ...item, ...(own ? { own: { S: '1' } } : {}) },
        {
          ConditionExpression: `attribute_not_exists(pk) OR #at ${own ? '<=' : '<'} :at`,
          ...AT,
          ExpressionAttributeValues: { ':at': { S: timeOf(at) } },
        },
      )
    },
    /** Those of clients as the mirror has them, as far as they are there. */
    getAll: async (
      wanted: readonly { readonly client: ClientName; readonly row: Row }[],
    ): Promise<readonly (Kept | undefined)[]> => {
      const isRight = (one: Kept | undefined, { at, own }: Row) =>
        one !== undefined && (one.at > at || (one.at === at && one.own === own))
      const missing = wanted.filter(({ client, row }) => !isRight(kept.get(nameOf(client)), row))
      const items =
        missing.length === 0
          ? []
          : await getAll(
              missing.map(({ client }) => keyOf(client)),
              RECORDS_OF_CALL,
            )
      const values = await blobs.getAll(
        items.flatMap((item) => [blobOf(item) ?? []].filter(isBlob)),
      )
      const found = new Map<string, Kept>()
      for (const item of items) {
        const one = await keptOf(item, values)
        found.set(item.pk?.S ?? '', one)
        keep(item.pk?.S ?? '', one)
      }
      return wanted.map(({ client }) => found.get(nameOf(client)) ?? kept.get(nameOf(client)))
    },
    /** Unless it is newer. */
    remove: (client: ClientName, at: number): Promise<void> =>
      removeIf(keyOf(client), {
        ConditionExpression: '#at <= :at',
        ...AT,
        ExpressionAttributeValues: { ':at': { S: timeOf(at) } },
      }),
  }
}

const isBlob = (one: unknown): one is Blob => Array.isArray(one) && one.length === 2

function blobOf({ blob }: Item): Blob | undefined {
  return blob?.S === undefined ? undefined : (JSON.parse(blob.S) as Blob)
}
