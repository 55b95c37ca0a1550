/**
 * The documents of the embedded OpenID Provider on SQLite, in the file of the log. Reads work at once; writes are those
 * of the writer of the file, and resolve when they are durable.
 */

import {
  type DocumentRows,
  type DocumentSettings,
  type Documents,
  documentsOver,
} from '../documents.ts'
import type { Database, Row } from './connection.ts'
import { storing } from './connection.ts'
import { prepareDocumentReads } from './document-writes.ts'
import { committedAtOnce } from './group-commit.ts'
import { createWriter, type Writer } from './writer.ts'

/**
 * Documents on an open database, which the caller closes; `writer`: of the same file, without which each write is
 * in force when its call returns.
 */
export function createDocuments(
  database: Database,
  settings: DocumentSettings,
  writer: Writer = createWriter(database, committedAtOnce),
): Documents {
  return documentsOver(documentRowsIn(database, writer), settings)
}

/** The rows of documents in a database; `writer`: of the same file. */
export function documentRowsIn(database: Database, writer: Writer): DocumentRows {
  const statements = storing(() => prepareDocumentReads(database))
  return {
    find: async (collection, by, digest, now) => {
      const [row] = storing(() => statements[by].all(collection, digest, now))
      return row && { id: String(row.id), body: String(row.body), consumedAt: consumedAtOf(row) }
    },
    put: (...values) => writer.write('documents', 'put', values),
    add: (...values) => writer.write('documents', 'add', values),
    replace: (...values) => writer.write('documents', 'replace', values),
    consume: (...values) => writer.write('documents', 'consume', values),
    remove: (...values) => writer.write('documents', 'remove', values),
    removeGrant: (...values) => writer.write('documents', 'removeGrant', values),
  }
}

const consumedAtOf = ({ consumed_at: at }: Row) => (typeof at === 'number' ? at : undefined)
