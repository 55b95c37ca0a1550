/** The table of documents on SQLite, and what is written to it. */

import type { DocumentMark, DocumentRow, Replacement } from '../documents.ts'
import type { Database } from './database.ts'

const SCHEMA = `
  create table if not exists documents (
    collection text not null,
    id text not null,
    body text not null,
    expires_at integer,
    grant_id text,
    uid text,
    user_code text,
    consumed_at integer,
    primary key (collection, id)
  ) without rowid;
  create index if not exists documents_by_expiry on documents (expires_at)
    where expires_at is not null;
  create index if not exists documents_by_grant on documents (grant_id, collection)
    where grant_id is not null;
  create index if not exists documents_by_uid on documents (uid, collection) where uid is not null;
  create index if not exists documents_by_user_code on documents (user_code, collection)
    where user_code is not null;
`

const COLUMNS = { id: 'id', uid: 'uid', userCode: 'user_code', grantId: 'grant_id' } as const

/** The statements that read. */
export function prepareDocumentReads(database: Database) {
  database.exec(SCHEMA)
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
  database.exec(SCHEMA)
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
