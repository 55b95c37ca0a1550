/** The statements over the table of documents on SQLite, and what is written to it. */

import type { DocumentMark, DocumentRow, Replacement } from '../documents.ts'
import type { Database } from './connection.ts'

const COLUMNS = { id: 'id', uid: 'uid', userCode: 'user_code', grantId: 'grant_id' } as const

/** The statements that read. */
export function prepareDocumentReads(database: Database) {
  const finder = (by: DocumentMark) =>
    database.prepare(
      `select id, body, consumed_at from documents
        where collection = ? and ${COLUMNS[by]} = ? and (expires_at is null or expires_at > ?)`,
    )
  return {
    id: finder('id'),
    uid: finder('uid'),
    userCode: finder('userCode'),
    grantId: finder('grantId'),
  }
}

/** The writes, each a part of a transaction; `now` in epoch seconds. */
export function documentWrites(database: Database) {
  const insert = `insert into documents (collection, id, body, expires_at, grant_id, uid, user_code)
    values (?, ?, ?, ?, ?, ?, ?)`
  const prepare = (sql: string) => database.prepare(sql)
  const statements = {
    put: prepare(
      `${insert} on conflict do update set body = excluded.body, expires_at = excluded.expires_at,
        grant_id = excluded.grant_id, uid = excluded.uid, user_code = excluded.user_code`,
    ),
    add: prepare(`${insert} on conflict do nothing`),
    expire: prepare('delete from documents where expires_at <= ?'),
    replace: prepare('update documents set body = ? where collection = ? and id = ? and body = ?'),
    consume: prepare(
      `update documents set consumed_at = ?
        where collection = ? and id = ? and consumed_at is null`,
    ),
    remove: prepare('delete from documents where collection = ? and id = ?'),
    removeGrant: prepare('delete from documents where collection = ? and grant_id = ?'),
  }
  const valuesOf = ({ collection, id, body, expiresAt, grantId, uid, userCode }: DocumentRow) =>
    [collection, id, body, expiresAt, grantId, uid, userCode] as const
  const isOne = ({ changes }: { readonly changes: number | bigint }) => Number(changes) === 1

  return {
    put: (row: DocumentRow, now: number): void => {
      statements.expire.run(now)
      statements.put.run(...valuesOf(row))
    },
    /** `false`: it is there. */
    add: (row: DocumentRow, now: number): boolean => {
      statements.expire.run(now)
      return isOne(statements.add.run(...valuesOf(row)))
    },
    /** `false`: it is no longer what it was. */
    replace: ({ collection, id, before, after }: Replacement): boolean =>
      isOne(statements.replace.run(after, collection, id, before)),
    /** `false`: it was used up before, or is not there. */
    consume: (collection: string, id: string, now: number): boolean =>
      isOne(statements.consume.run(now, collection, id)),
    remove: (collection: string, id: string): void => {
      statements.remove.run(collection, id)
    },
    removeGrant: (collection: string, grantId: string): void => {
      statements.removeGrant.run(collection, grantId)
    },
  }
}
