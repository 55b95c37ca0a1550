/**
 * The documents of the embedded OpenID Provider on PostgreSQL, in the schema of the log, for any number of servers. Each
 * write is one statement, and durable when it resolves. One that is sent again where the connection was lost does the
 * same again; where it cannot be known what became of it, it is `outcome_unknown`, and never "nothing was changed".
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import {
  type DocumentRow,
  type DocumentRows,
  type DocumentSettings,
  type Documents,
  documentsOver,
} from '../documents.ts'
import { COLLECTION, type Notes, noteOf, notesOver } from '../notes.ts'
import {
  type Access,
  CALL_MS,
  type Connections,
  type Statement,
  type Value,
} from './connections.ts'
import { named } from './statements.ts'

const COLUMNS = { id: 'id', uid: 'uid', userCode: 'user_code', grantId: 'grant_id' } as const
/** What has expired goes, also what is about to be replaced; another one may be at it. 8: now */
const INSERT = `
  with expired as (
    delete from documents where (collection, id) in (
      select collection, id from documents
      where expires_at <= $8 and (collection, id) <> ($1, $2) limit 100 for update skip locked)
  )
  insert into documents (collection, id, body, expires_at, grant_id, uid, user_code)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict (collection, id) do update
  set body = excluded.body, expires_at = excluded.expires_at, grant_id = excluded.grant_id,
    uid = excluded.uid, user_code = excluded.user_code, consumed_at =`

const SQL = named('document', {
  put: `${INSERT} case when documents.expires_at <= $8 then null else documents.consumed_at end`,
  add: `${INSERT} null where documents.expires_at <= $8 returning id`,
  replace: `
    update documents set body = $4 where collection = $1 and id = $2 and body = $3 returning id`,
  body: 'select body from documents where collection = $1 and id = $2',
  note: `
    select (select body from documents where collection = $1 and id = $2) as body,
      floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`,
  consume: `
    update documents set consumed_at = $3
    where collection = $1 and id = $2 and consumed_at is null returning id`,
  remove: 'delete from documents where collection = $1 and id = $2',
  removeGrant: 'delete from documents where collection = $1 and grant_id = $2',
})

const finder = (column: string) => `
  select id, body, consumed_at from documents
  where collection = $1 and ${column} = $2 and (expires_at is null or expires_at > $3)`

const FIND = named('document by', {
  id: finder(COLUMNS.id),
  uid: finder(COLUMNS.uid),
  userCode: finder(COLUMNS.userCode),
  grantId: finder(COLUMNS.grantId),
})

/** Documents in the schema that connections work in. */
export const createPostgresDocuments = (
  { within }: Connections,
  settings: DocumentSettings,
): Documents => documentsOver(documentRowsIn(within(() => CALL_MS)), settings)

/** Notes among the documents; the time is the database's. */
export const createPostgresNotes = (access: Access): Notes => ({
  ...notesOver(documentRowsIn(access)),
  read: async (name) => {
    const { result } = await access.run(SQL.note, [COLLECTION, name])
    const [row] = result
    const text = typeof row?.body === 'string' ? row.body : undefined
    return { ...noteOf(text), now: Number(row?.now) }
  },
})

/** The rows of documents. */
export function documentRowsIn(access: Access): DocumentRows {
  const write = (statement: Statement, values: readonly Value[]) =>
    access.run(statement, values).catch(asUnknown)
  return {
    find: async (collection, by, digest, now) => {
      const { result } = await access.run(FIND[by], [collection, digest, now])
      const [row] = result
      return (
        row && {
          id: String(row.id),
          body: String(row.body),
          consumedAt: typeof row.consumed_at === 'number' ? row.consumed_at : undefined,
        }
      )
    },
    put: async (row, now) => {
      await write(SQL.put, [...valuesOf(row), now])
    },
    add: async (row, now) => {
      const { result, isRepeated } = await write(SQL.add, [...valuesOf(row), now])
      return result.length > 0 || (isRepeated && (await bodyOf(access, row)) === row.body)
    },
    replace: async ({ collection, id, before, after }) => {
      const { result, isRepeated } = await write(SQL.replace, [collection, id, before, after])
      if (result.length > 0) return true
      if (!isRepeated) return false
      const body = await bodyOf(access, { collection, id }).catch(asUnknown)
      // Another one still: whether ours was there in between, no one knows.
      if (body !== before && body !== after) throw unknown()
      return body === after
    },
    consume: async (collection, id, now) => {
      const { result, isRepeated } = await write(SQL.consume, [collection, id, now])
      // It may be this very request that has used it up.
      if (result.length === 0 && isRepeated) throw unknown()
      return result.length > 0
    },
    remove: async (collection, id) => {
      await write(SQL.remove, [collection, id])
    },
    removeGrant: async (collection, grantId) => {
      await write(SQL.removeGrant, [collection, grantId])
    },
  }
}

async function bodyOf(
  access: Access,
  { collection, id }: Pick<DocumentRow, 'collection' | 'id'>,
): Promise<string | undefined> {
  const { result } = await access.run(SQL.body, [collection, id])
  return result[0] && String(result[0].body)
}

const valuesOf = ({ collection, id, body, expiresAt, grantId, uid, userCode }: DocumentRow) =>
  [collection, id, body, expiresAt, grantId, uid, userCode] as const

/** A write that may have taken effect is no failure of which nothing came. */
function asUnknown(error: unknown): never {
  if (isClientError(error, 'store_unavailable') && error.details.uncertain) throw unknown(error)
  throw error
}

const unknown = (cause?: unknown) =>
  new ClientError('outcome_unknown', 'The connection to the store was lost during a write.', {
    cause,
  })
