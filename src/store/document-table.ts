/** The documents of a store as rows, whatever they hold, for a copy of the whole store. */

import type { DocumentRow } from './documents.ts'

export interface StoredRow extends DocumentRow {
  /** Epoch seconds at which it was used up. */
  readonly consumedAt: number | null
}

export interface DocumentTable {
  all(): AsyncIterable<StoredRow>
  /** Makes a row what it is here. */
  put(row: StoredRow): Promise<void>
}

/** Rows of one answer while everything is walked through. */
export const DOCUMENTS_PAGE = 500

const COLUMNS = 'collection, id, body, expires_at, grant_id, uid, user_code, consumed_at'

/** The statements, with the placeholders of a database. */
export const documentStatements = (placeholders: readonly string[]) => {
  const [first, second] = placeholders
  return {
    page: `select ${COLUMNS} from documents where (collection, id) > (${first}, ${second})
      order by collection, id limit ${DOCUMENTS_PAGE}`,
    put: `insert into documents (${COLUMNS}) values (${placeholders.join(', ')})
      on conflict (collection, id) do update set body = excluded.body, expires_at = excluded.expires_at,
        grant_id = excluded.grant_id, uid = excluded.uid, user_code = excluded.user_code,
        consumed_at = excluded.consumed_at`,
  }
}

/** What `put` takes, in its order. */
export const valuesOf = (row: StoredRow) => [
  row.collection,
  row.id,
  row.body,
  row.expiresAt,
  row.grantId,
  row.uid,
  row.userCode,
  row.consumedAt,
]

/** All rows, page by page; `page` reads those that come after one. */
export async function* walkDocuments(
  page: (collection: string, id: string) => Promise<readonly Readonly<Record<string, unknown>>[]>,
): AsyncIterable<StoredRow> {
  for (let [collection, id] = ['', '']; ; ) {
    const rows = (await page(collection, id)).map(rowOf)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    ;[collection, id] = [last.collection, last.id]
  }
}

const text = (value: unknown) => (typeof value === 'string' ? value : null)
const number = (value: unknown) => (value == null ? null : Number(value))

const rowOf = (row: Readonly<Record<string, unknown>>): StoredRow => ({
  collection: String(row.collection),
  id: String(row.id),
  body: String(row.body),
  expiresAt: number(row.expires_at),
  grantId: text(row.grant_id),
  uid: text(row.uid),
  userCode: text(row.user_code),
  consumedAt: number(row.consumed_at),
})
