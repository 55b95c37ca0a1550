/**
 * JSON documents on the same database: what the embedded OpenID Provider keeps (clients, sessions,
 * codes, tokens). A document is found by its id, or by one of the marks that it carries. Bodies are
 * sealed; ids and marks can be bearer values themselves, so only keyed digests of them are stored.
 * Every call works at once and throws `ClientError` `store_unavailable` when the database cannot, and
 * `internal` when a document cannot be opened.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { createDigest } from '../../core/secrecy/fingerprint.ts'
import { createSeal } from '../seal.ts'
import type { Database, Row } from './database.ts'
import { storing, transaction } from './database.ts'

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
  put(collection: string, id: string, body: JsonObject, marks?: Marks): void
  /**
   * Replaces a body by what `change` makes of it, in one transaction; `undefined` when there is no
   * such document. What `change` throws is thrown, and nothing is changed.
   */
  change(
    collection: string,
    id: string,
    change: (body: JsonObject) => JsonObject,
  ): JsonObject | undefined
  /** Uses a document up; `false` when that had happened before, or when there is none. */
  consume(collection: string, id: string): boolean
  remove(collection: string, id: string): void
  removeGrant(collection: string, grantId: string): void
}

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
type Column = keyof typeof COLUMNS

export interface DocumentSettings {
  /** The installation's key, 32 bytes. */
  readonly key: Uint8Array
  /** Epoch milliseconds. */
  readonly now?: () => number
}

/** Documents on an open database, which the caller closes. */
export function createDocuments(
  database: Database,
  { key, now = Date.now }: DocumentSettings,
): Documents {
  storing(() => database.exec(SCHEMA))
  const statements = prepare(database)
  const seconds = () => Math.floor(now() / 1_000)
  const { digestOf, close, open } = sealing(key)

  const find: Documents['find'] = (collection, by, value) => {
    const digest = digestOf(collection, by, value)
    const [row] = storing(() => statements.find[by].all(collection, digest, seconds()))
    return row && { body: open(collection, row), consumedAt: consumedAtOf(row) }
  }

  return {
    find,
    get: (collection, id) => find(collection, 'id', id)?.body,
    put: (collection, id, body, { expiresAt, grantId, uid, userCode } = {}) => {
      const place = digestOf(collection, 'id', id)
      const mark = (by: Column, value: string | undefined) =>
        value === undefined ? null : digestOf(collection, by, value)
      const marks = [
        mark('grantId', grantId),
        mark('uid', uid),
        mark('userCode', userCode),
      ] as const
      storing(() =>
        transaction(database, () => {
          statements.expire.run(seconds())
          const sealed = close(collection, place, body)
          statements.put.run(collection, place, sealed, expiresAt ?? null, ...marks)
        }),
      )
    },
    change: (collection, id, change) =>
      storing(() =>
        transaction(database, () => {
          const before = find(collection, 'id', id)
          if (before === undefined) return undefined
          const after = change(before.body)
          const digest = digestOf(collection, 'id', id)
          statements.change.run(close(collection, digest, after), collection, digest)
          return after
        }),
      ),
    consume: (collection, id) => {
      const digest = digestOf(collection, 'id', id)
      return storing(
        () => Number(statements.consume.run(seconds(), collection, digest).changes) === 1,
      )
    },
    remove: (collection, id) => {
      storing(() => statements.remove.run(collection, digestOf(collection, 'id', id)))
    },
    removeGrant: (collection, grantId) => {
      storing(() =>
        statements.removeGrant.run(collection, digestOf(collection, 'grantId', grantId)),
      )
    },
  }
}

/** What is written in place of ids, marks and bodies. */
function sealing(key: Uint8Array) {
  const seal = createSeal(key)
  const digest = createDigest(key, 'clientry document')
  const placeOf = (collection: string, id: string) => JSON.stringify(['document', collection, id])
  return {
    digestOf: (collection: string, by: Column, value: string) =>
      digest(JSON.stringify([collection, by, value])),
    close: (collection: string, id: string, body: JsonObject) =>
      seal.close(body, placeOf(collection, id)),
    open: (collection: string, { id, body }: Row) =>
      seal.open(String(body), placeOf(collection, String(id))),
  }
}

function prepare(database: Database) {
  const finder = (by: Column) =>
    database.prepare(
      `select id, body, consumed_at from documents
        where collection = ? and ${COLUMNS[by]} = ? and (expires_at is null or expires_at > ?)`,
    )
  return {
    find: { id: finder('id'), uid: finder('uid'), userCode: finder('userCode') },
    put: database.prepare(
      `insert into documents (collection, id, body, expires_at, grant_id, uid, user_code)
        values (?, ?, ?, ?, ?, ?, ?)
        on conflict do update set body = excluded.body, expires_at = excluded.expires_at,
          grant_id = excluded.grant_id, uid = excluded.uid, user_code = excluded.user_code`,
    ),
    expire: database.prepare('delete from documents where expires_at <= ?'),
    change: database.prepare('update documents set body = ? where collection = ? and id = ?'),
    consume: database.prepare(
      `update documents set consumed_at = ?
        where collection = ? and id = ? and consumed_at is null`,
    ),
    remove: database.prepare('delete from documents where collection = ? and id = ?'),
    removeGrant: database.prepare('delete from documents where collection = ? and grant_id = ?'),
  }
}

const consumedAtOf = ({ consumed_at: at }: Row) => (typeof at === 'number' ? at : undefined)
