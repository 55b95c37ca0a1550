/**
 * JSON documents beside the log: what the embedded OpenID Provider keeps (clients, sessions, codes, tokens). A document
 * is found by its id, or by one of the marks that it carries. Bodies are sealed; ids and marks can be bearer values
 * themselves, so only keyed digests of them are stored. A write resolves when it is durable. Every call fails
 * with `ClientError` `store_unavailable` when the store cannot do it, `outcome_unknown` when it may have done it,
 * and `internal` when a document cannot be opened.
 */

import type { JsonObject } from '../core/json/json.ts'
import { createDigest } from '../core/secrecy/fingerprint.ts'
import type { StoreKeys } from './keys/keys.ts'

/** What a document can be found or removed by, beside its id. */
export interface Marks {
  /** Epoch seconds from which it counts as gone. */
  readonly expiresAt?: number | undefined
  readonly grantId?: string | undefined
  readonly uid?: string | undefined
  readonly userCode?: string | undefined
}

export interface StoredDocument {
  readonly body: JsonObject
  /** Epoch seconds at which it was used up. */
  readonly consumedAt: number | undefined
}

export interface Documents {
  /** The body of a document, unless it has expired. */
  get(collection: string, id: string): Promise<JsonObject | undefined>
  /**
   * The same, in a time that does not show whether the document is there: where it is not, the last one of the collection that was
   * read by this method is opened once more.
   */
  getEvenly(collection: string, id: string): Promise<JsonObject | undefined>
  find(
    collection: string,
    by: 'id' | 'uid' | 'userCode',
    value: string,
  ): Promise<StoredDocument | undefined>
  /** Creates or replaces a document; one that was used up stays so. */
  put(collection: string, id: string, body: JsonObject, marks?: Marks): Promise<void>
  /** Creates a document; `false` when it is there. */
  add(collection: string, id: string, body: JsonObject): Promise<boolean>
  /**
   * Replaces a body by what `change` makes of it, unless someone else has replaced it meanwhile: then it is
   * made anew of that. What it throws changes nothing. `undefined` when there is no document.
   */
  change(
    collection: string,
    id: string,
    change: (body: JsonObject) => JsonObject,
  ): Promise<JsonObject | undefined>
  /** Uses a document up; `false` when that had happened before, or when there is none. */
  consume(collection: string, id: string): Promise<boolean>
  remove(collection: string, id: string): Promise<void>
  removeGrant(collection: string, grantId: string): Promise<void>
}

/** What a document can be found or removed by. */
export type DocumentMark = 'id' | 'uid' | 'userCode' | 'grantId'

/** A document as its row has it: sealed, and found by digests. */
export interface DocumentRow {
  readonly collection: string
  readonly id: string
  readonly body: string
  /** Epoch seconds. */
  readonly expiresAt: number | null
  readonly grantId: string | null
  readonly uid: string | null
  readonly userCode: string | null
}

/** One body in place of another. */
export interface Replacement extends Pick<DocumentRow, 'collection' | 'id'> {
  readonly before: string
  readonly after: string
}

/** A document as it is found. */
export interface FoundRow extends Pick<DocumentRow, 'id' | 'body'> {
  readonly consumedAt: number | undefined
}

/** The rows of documents in one store; `now` in epoch seconds. */
export interface DocumentRows {
  find(
    collection: string,
    by: DocumentMark,
    digest: string,
    now: number,
  ): Promise<FoundRow | undefined>
  put(row: DocumentRow, now: number): Promise<void>
  /** `false`: it is there. */
  add(row: DocumentRow, now: number): Promise<boolean>
  /** `false`: it is no longer what it was. */
  replace(replacement: Replacement): Promise<boolean>
  /** `false`: it was used up before, or is not there. */
  consume(collection: string, id: string, now: number): Promise<boolean>
  remove(collection: string, id: string): Promise<void>
  removeGrant(collection: string, grantId: string): Promise<void>
}

export interface DocumentSettings {
  readonly keys: StoreKeys
  /** Epoch milliseconds. */
  readonly now?: () => number
}

/** Documents over the rows of a store. */
export function documentsOver(
  rows: DocumentRows,
  { keys, now = Date.now }: DocumentSettings,
): Documents {
  const seconds = () => Math.floor(now() / 1_000)
  const { digestOf, close, open } = sealing(keys)

  const rowOf = (collection: string, by: DocumentMark, value: string) =>
    rows.find(collection, by, digestOf(collection, by, value), seconds())

  /** Rows by collection, sealed. */
  const lastRead = new Map<string, FoundRow>()

  const find: Documents['find'] = async (collection, by, value) => {
    const row = await rowOf(collection, by, value)
    return row && { body: open(collection, row), consumedAt: row.consumedAt }
  }

  function stored(collection: string, id: string, body: JsonObject, marks: Marks): DocumentRow {
    const place = digestOf(collection, 'id', id)
    const { expiresAt, grantId, uid, userCode } = marks
    const mark = (by: DocumentMark, value: string | undefined) =>
      value === undefined ? null : digestOf(collection, by, value)
    return {
      collection,
      id: place,
      body: close(collection, place, body),
      expiresAt: expiresAt ?? null,
      grantId: mark('grantId', grantId),
      uid: mark('uid', uid),
      userCode: mark('userCode', userCode),
    }
  }

  return {
    find,
    get: async (collection, id) => (await find(collection, 'id', id))?.body,
    getEvenly: async (collection, id) => {
      const row = await rowOf(collection, 'id', id)
      const opened = row ?? lastRead.get(collection)
      if (opened === undefined) return undefined
      const body = open(collection, opened)
      lastRead.set(collection, opened)
      return row && body
    },
    put: async (collection, id, body, marks = {}) =>
      rows.put(stored(collection, id, body, marks), seconds()),
    add: async (collection, id, body) => rows.add(stored(collection, id, body, {}), seconds()),
    change: async (collection, id, change) => {
      for (;;) {
        const row = await rowOf(collection, 'id', id)
        if (row === undefined) return undefined
        const after = change(open(collection, row))
        // Each sealing is another text, so the one that was read is still there or something else was written.
        const bodies = { before: row.body, after: close(collection, row.id, after) }
        if (await rows.replace({ collection, id: row.id, ...bodies })) return after
      }
    },
    consume: async (collection, id) =>
      rows.consume(collection, digestOf(collection, 'id', id), seconds()),
    remove: async (collection, id) => rows.remove(collection, digestOf(collection, 'id', id)),
    removeGrant: async (collection, grantId) =>
      rows.removeGrant(collection, digestOf(collection, 'grantId', grantId)),
  }
}

/** What is written in place of ids, marks and bodies. */
function sealing({ seal, digestKey }: StoreKeys) {
  const digest = createDigest(digestKey, 'clientry document')
  const placeOf = (collection: string, id: string) => JSON.stringify(['document', collection, id])
  return {
    digestOf: (collection: string, by: DocumentMark, value: string) =>
      digest(JSON.stringify([collection, by, value])),
    close: (collection: string, id: string, body: JsonObject) =>
      seal.close(body, placeOf(collection, id)),
    open: (collection: string, { id, body }: FoundRow) => seal.open(body, placeOf(collection, id)),
  }
}
