/**
 * A round of reading a place on PostgreSQL, kept step by step, so that a restart goes on where the last server was. Each
 * step belongs to the one who has the claim; for anyone else it does nothing. It begins by locking the place, so that
 * the claim cannot change hands in the middle.
 */

import type { Claim, Place, Task } from '../../mirror.ts'
import type { Row, Session } from '../connections.ts'
import { named } from '../statements.ts'
import { removeRows } from './mirror-writes.ts'
import { clientKey, idOf, idText, lockedPlace, placeNumber, placeRow } from './places.ts'

/** A client that cannot be read so often is left as it is until the next round. */
const MAX_TRIES = 3
/** Rows that are removed in one transaction. */
const REMOVED_AT_ONCE = 200
/** A reading that began before a removal has ended by then (milliseconds). */
const LONGEST_READING_MS = 600_000

const SQL = named('round', {
  claim: `
    update mirror_places set claimed_by = $2, claimed_until = $3
    where number = $1 and (claimed_by = $2 or claimed_until <= $4) returning number`,
  release: `
    update mirror_places set claimed_until = 0, claimed_by = null
    where number = $1 and claimed_by = $2`,
  begin: `
    update mirror_places set started = $2, begun_at = $2, listed = false, cursor = null
    where number = $1`,
  saw: 'update mirror_clients set seen = $2 where place = $1 and client = any($3::bytea[])',
  /** One that has been read since the round began needs no reading. */
  unread: `
    insert into mirror_unread (place, client, id)
    select $1, client, id from unnest($2::bytea[], $3::text[]) with ordinality as listed (client, id, at)
    where not exists (
      select 1 from mirror_clients
      where place = $1 and mirror_clients.client = listed.client and mirror_clients.at >= $4)
    order by listed.at on conflict do nothing`,
  turn: 'update mirror_places set cursor = $2, listed = $3 where number = $1',
  next: `
    select id, tries from mirror_unread where place = $1 and tries < $2
    order by tries, position limit 1`,
  done: 'delete from mirror_unread where place = $1 and client = $2',
  failed: 'update mirror_unread set tries = tries + 1 where place = $1 and client = $2',
  /** What is being written is looked at again once it is. */
  unseen: `
    select row from mirror_clients where place = $1 and seen < $2 and at < $2
    limit $3 for update`,
  unknown: `
    select count(*) as count from mirror_unread where place = $1
    and not exists (
      select 1 from mirror_clients
      where mirror_clients.place = $1 and mirror_clients.client = mirror_unread.client)`,
  end: 'update mirror_places set started = null, cursor = null, complete = $2 where number = $1',
  clear: 'delete from mirror_unread where place = $1',
  forgetRemoved: 'delete from mirror_removed where place = $1 and at < $2',
  rows: 'select row from mirror_clients where place = $1 limit $2 for update',
  forget: `
    update mirror_places set started = null, begun_at = null, cursor = null, complete = false
    where number = $1`,
})

/** The locked row of a place, where the claim on it is held. */
async function owned(session: Session, { place, owner }: Claim): Promise<Row | undefined> {
  const row = await lockedPlace(session, place)
  return row?.claimed_by === owner ? row : undefined
}

export async function claim(
  session: Session,
  { place, owner }: Claim,
  now: number,
  until: number,
): Promise<boolean> {
  const number = await placeNumber(session, place)
  return (await session.run(SQL.claim, [number, owner, until, now])).length > 0
}

export async function release(session: Session, { place, owner }: Claim): Promise<void> {
  await session.run(SQL.release, [await placeNumber(session, place), owner])
}

export async function round(
  session: Session,
  claim: Claim,
  now: number,
  due: number,
): Promise<number | undefined> {
  const state = await owned(session, claim)
  if (state === undefined) return undefined
  if (state.started !== null) return Number(state.started)
  if (state.begun_at !== null && Number(state.begun_at) > due) return undefined
  await session.run(SQL.begin, [Number(state.number), now])
  return now
}

export async function task(session: Session, place: Place): Promise<Task> {
  const state = await placeRow(session, place)
  if (state === undefined || state.started === null) return { kind: 'done' }
  const [next] = await session.run(SQL.next, [Number(state.number), MAX_TRIES])
  // What failed is tried again when everything else has been done.
  if (next?.tries === 0) return { kind: 'read', id: idOf(next.id) }
  if (state.listed === false) {
    return { kind: 'list', cursor: state.cursor === null ? undefined : idOf(state.cursor) }
  }
  return next === undefined ? { kind: 'remove' } : { kind: 'read', id: idOf(next.id) }
}

export async function listed(
  session: Session,
  claim: Claim,
  { seen, unread }: { readonly seen: readonly string[]; readonly unread: readonly string[] },
  next: string | undefined,
): Promise<void> {
  const state = await owned(session, claim)
  if (state === undefined) return
  const [number, started] = [Number(state.number), Number(state.started)]
  const keys = (ids: readonly string[]) => ids.map((id) => clientKey({ id }))
  await session.run(SQL.saw, [number, started, keys(seen)])
  await session.run(SQL.unread, [number, keys(unread), unread.map(idText), started])
  const cursor = next === undefined ? null : idText(next)
  await session.run(SQL.turn, [number, cursor, next === undefined])
}

export async function relist(session: Session, claim: Claim): Promise<void> {
  const state = await owned(session, claim)
  if (state !== undefined) await session.run(SQL.turn, [Number(state.number), null, false])
}

export async function settled(
  session: Session,
  claim: Claim,
  id: string,
  failed: boolean,
): Promise<void> {
  const state = await owned(session, claim)
  if (state === undefined) return
  const statement = failed ? SQL.failed : SQL.done
  await session.run(statement, [Number(state.number), clientKey({ id })])
}

export async function removeUnseen(session: Session, claim: Claim): Promise<number> {
  const state = await owned(session, claim)
  if (state === undefined || state.started === null) return 0
  const [number, started] = [Number(state.number), Number(state.started)]
  const rows = await session.run(SQL.unseen, [number, started, REMOVED_AT_ONCE])
  await removeRows(session, rows.map(rowOf))
  if (rows.length === REMOVED_AT_ONCE) return rows.length
  const [unknown] = await session.run(SQL.unknown, [number])
  await session.run(SQL.end, [number, Number(unknown?.count) === 0])
  await session.run(SQL.clear, [number])
  await session.run(SQL.forgetRemoved, [number, started - LONGEST_READING_MS])
  return rows.length
}

export async function forget(session: Session, place: Place): Promise<void> {
  const state = await lockedPlace(session, place)
  if (state === undefined) return
  const number = Number(state.number)
  for (;;) {
    const rows = await session.run(SQL.rows, [number, REMOVED_AT_ONCE])
    await removeRows(session, rows.map(rowOf))
    if (rows.length < REMOVED_AT_ONCE) break
  }
  await session.run(SQL.clear, [number])
  await session.run(SQL.forget, [number])
}

const rowOf = ({ row }: Row) => Number(row)
