/**
 * JSON documents on the same database: what the embedded OpenID Provider keeps (clients, sessions,
 * codes, tokens). A document is found by its id, or by one of the marks that it carries. Bodies are
 * sealed; ids and marks can be bearer values themselves, so only keyed digests of them are stored.
 * Reads work at once; writes are those of the writer of the file, and resolve when they are durable. Both fail
 * with `ClientError` `store_unavailable` when the database cannot, and `internal` when a document cannot be opened.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { createDigest } from '../../core/secrecy/fingerprint.ts'
import { createSeal } from '../seal.ts'
import type { Database, Row } from './database.ts'
import { storing } from './database.ts'
import { type DocumentColumn, type DocumentRow, prepareDocumentReads } from './document-writes.ts'
import { committedAtOnce } from './group-commit.ts'
import { createWriter, type Writer } from './writer.ts'

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
  get(collection: string, id: string): JsonObject | undefined
  find(collection: string, by: 'id' | 'uid' | 'userCode', value: string): StoredDocument | undefined
  /** Creates or replaces a document; one that was used up stays so. */
  put(collection: string, id: string, body: JsonObject, marks?: Marks): Promise<void>
  /** Creates a document; `false` when it is there. */
  add(collection: string, id: string, body: JsonObject): Promise<boolean>
  /**
   * Replaces a body by what `change` makes of it, unless someone else has replaced it meanwhile: then it is
   * made anew. `undefined` when there is no such document. What `change` throws is thrown, and nothing is changed.
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

export interface DocumentSettings {
  /** The installation's key, 32 bytes. */
  readonly key: Uint8Array
  /** Epoch milliseconds. */
  readonly now?: () => number
}

/**
 * Documents on an open database, which the caller closes; `writer`: of the same file, without which each write is
 * in force when its call returns.
 */
export function createDocuments(
  database: Database,
  { key, now = Date.now }: DocumentSettings,
  writer: Writer = createWriter(database, committedAtOnce),
): Documents {
  const statements = storing(() => prepareDocumentReads(database))
  const seconds = () => Math.floor(now() / 1_000)
  const { digestOf, close, open } = sealing(key)

  const rowOf = (collection: string, by: DocumentColumn, value: string): Row | undefined =>
    storing(() => statements[by].all(collection, digestOf(collection, by, value), seconds()))[0]

  const find: Documents['find'] = (collection, by, value) => {
    const row = rowOf(collection, by, value)
    return row && { body: open(collection, row), consumedAt: consumedAtOf(row) }
  }

  function stored(collection: string, id: string, body: JsonObject, marks: Marks): DocumentRow {
    const place = digestOf(collection, 'id', id)
    const { expiresAt, grantId, uid, userCode } = marks
    const mark = (by: DocumentColumn, value: string | undefined) =>
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
    get: (collection, id) => find(collection, 'id', id)?.body,
    put: async (collection, id, body, marks = {}) =>
      writer.write('documents', 'put', [stored(collection, id, body, marks), seconds()]),
    add: async (collection, id, body) =>
      writer.write('documents', 'add', [stored(collection, id, body, {}), seconds()]),
    change: async (collection, id, change) => {
      for (;;) {
        const row = rowOf(collection, 'id', id)
        if (row === undefined) return undefined
        const after = change(open(collection, row))
        const place = String(row.id)
        // Each sealing is another text, so the one that was read is still there or something else was written.
        const bodies = { before: String(row.body), after: close(collection, place, after) }
        const replacement = { collection, id: place, ...bodies }
        if (await writer.write('documents', 'replace', [replacement])) return after
      }
    },
    consume: async (collection, id) => {
      const digest = digestOf(collection, 'id', id)
      return writer.write('documents', 'consume', [collection, digest, seconds()])
    },
    remove: async (collection, id) =>
      writer.write('documents', 'remove', [collection, digestOf(collection, 'id', id)]),
    removeGrant: async (collection, grantId) =>
      writer.write('documents', 'removeGrant', [
        collection,
        digestOf(collection, 'grantId', grantId),
      ]),
  }
}

/** What is written in place of ids, marks and bodies. */
function sealing(key: Uint8Array) {
  const seal = createSeal(key)
  const digest = createDigest(key, 'clientry document')
  const placeOf = (collection: string, id: string) => JSON.stringify(['document', collection, id])
  return {
    digestOf: (collection: string, by: DocumentColumn, value: string) =>
      digest(JSON.stringify([collection, by, value])),
    close: (collection: string, id: string, body: JsonObject) =>
      seal.close(body, placeOf(collection, id)),
    open: (collection: string, { id, body }: Row) =>
      seal.open(String(body), placeOf(collection, String(id))),
  }
}

const consumedAtOf = ({ consumed_at: at }: Row) => (typeof at === 'number' ? at : undefined)
