/** What is written of single clients to the mirror on PostgreSQL, each a part of a transaction. */

import type { Findable, Place, Sight } from '../../mirror.ts'
import type { ClientName } from '../../resource.ts'
import type { Session, Value } from '../connections.ts'
import { digestOf } from '../digests.ts'
import { named } from '../statements.ts'
import { blockOf, gramsOf, LONG_TEXT } from './grams.ts'
import { clientKey, idText, placeNumber, ROWS_OF_PLACE, searchable } from './places.ts'

const SQL = named('mirror', {
  /** One writer of a client at a time, also of one that is not there yet. */
  lock: 'select pg_advisory_xact_lock(hashtext(current_schema()), $1)',
  /** What is known of a client, which no one else changes until this transaction ends. */
  state: `
    with client as (
      select row, at from mirror_clients where place = $1 and client = $2 for update
    )
    select client.row, client.at,
      (select at from mirror_removed where place = $1 and client = $2) as removed,
      (select text = $3 from mirror_texts where mirror_texts.row = client.row) as "isSame"
    from (values (1)) as one left join client on true`,
  number: 'update mirror_places set next = next + 1 where number = $1 returning next',
  /** 1 row, 2 place, 3 client, 4 id, 5 at, 6 tag, 7 record, 8 terms, 9 text or null for the one that is there, 10 grams */
  keep: `
    with found as (delete from mirror_removed where place = $2 and client = $3),
    less as (delete from mirror_terms where row = $1 and not term = any($8::bytea[])),
    terms as (
      insert into mirror_terms (term, row) select term, $1 from unnest($8::bytea[]) as term
      on conflict do nothing
    ), record as (
      insert into mirror_records (row, record) values ($1, $7)
      on conflict (row) do update set record = excluded.record
    ), text as (
      insert into mirror_texts (row, text, grams)
      select $1, $9::text, $10::int[] where $9::text is not null
      on conflict (row) do update set text = excluded.text, grams = excluded.grams
    )
    insert into mirror_clients (row, place, client, id, at, tag) values ($1, $2, $3, $4, $5, $6)
    on conflict (row) do update set at = excluded.at, tag = excluded.tag`,
  bury: `
    insert into mirror_removed (place, client, at) values ($1, $2, $3)
    on conflict (place, client) do update set at = greatest(mirror_removed.at, excluded.at)`,
  caughtUp: 'delete from mirror_behind where log = $1 and at <= $2',
  removeRows: `
    with records as (delete from mirror_records where row = any($1::bigint[])),
    texts as (delete from mirror_texts where row = any($1::bigint[])),
    terms as (delete from mirror_terms where row = any($1::bigint[]))
    delete from mirror_clients where row = any($1::bigint[])`,
})

export const termKey = (term: string): Buffer => digestOf(term)

/** Keeps a client as it was seen, unless what is kept is newer. */
export async function put(
  session: Session,
  sight: Sight & Findable,
  own: boolean,
  resource?: string,
): Promise<void> {
  await keep(session, sight, own)
  if (resource !== undefined) await caughtUp(session, resource, sight.at)
}

async function keep(session: Session, sight: Sight & Findable, own: boolean): Promise<void> {
  const { client, at, tag, record, terms } = sight
  const text = searchable(sight.text)
  const { place, key } = await locked(session, client)
  const [state = {}] = await session.run(SQL.state, [place, key, text])
  const isOlder = (stored: unknown) =>
    typeof stored === 'number' && (own ? at < stored : at <= stored)
  if (isOlder(state.removed) || isOlder(state.at)) return
  const row = typeof state.row === 'number' ? state.row : await nextRow(session, place)
  const sightValues = [row, place, key, idText(client.id), at, tag, record, terms.map(termKey)]
  await session.run(SQL.keep, [...sightValues, ...textValues(text, row, state.isSame === true)])
}

async function nextRow({ run }: Session, place: number): Promise<number> {
  const [counted] = await run(SQL.number, [place])
  return place * ROWS_OF_PLACE + Number(counted?.next)
}

/** The index is written for a new text only. */
function textValues(text: string, row: number, isSame: boolean): readonly Value[] {
  if (isSame) return [null, null]
  const isLong = Buffer.byteLength(text) > LONG_TEXT
  return [text, isLong ? null : gramsOf(text, blockOf(row))]
}

/** The client was gone at that time. */
export async function remove(
  session: Session,
  client: ClientName,
  at: number,
  resource?: string,
): Promise<void> {
  const { place, key } = await locked(session, client)
  const [state = {}] = await session.run(SQL.state, [place, key, ''])
  if (typeof state.at !== 'number' || state.at <= at) {
    await session.run(SQL.bury, [place, key, at])
    if (typeof state.row === 'number') await removeRows(session, [state.row])
  }
  if (resource !== undefined) await caughtUp(session, resource, at)
}

/** Removes rows, and all that is kept of them. */
export async function removeRows({ run }: Session, rows: readonly number[]): Promise<void> {
  if (rows.length > 0) await run(SQL.removeRows, [rows])
}

export async function caughtUp({ run }: Session, resource: string, at: number): Promise<void> {
  await run(SQL.caughtUp, [digestOf(resource), at])
}

/** The place of a client and what it is found by there, which is this transaction's alone. */
async function locked(
  session: Session,
  client: ClientName,
): Promise<{ readonly place: number; readonly key: Buffer }> {
  const place = await placeNumber(session, client satisfies Place)
  const key = clientKey(client)
  await session.run(SQL.lock, [key.readInt32BE() ^ place])
  return { place, key }
}
