/** The statements over the log on PostgreSQL. */

import { CHECKPOINTS } from '../resource.ts'
import { READABLE } from './layout/migrations.ts'
import { named } from './statements.ts'

/** Entries that are looked at for the heads of one checkpoint. */
export const HEADS = 1_000
/** Rows of one answer while everything is walked through. */
const PAGE = 500

/** Appenders share it; who has to know that none is under way takes it alone. */
const GATE = "hashtext('clientry append'), hashtext(current_schema())"

const RECORD = 'resource, seq, entry'

/** What was appended after a position. */
const grown = (which: string) => `
  select position, ${RECORD} from log
  where position > $1 and ${which} order by position limit ${HEADS}`

export const LOG = named('log', {
  /**
   * All that belongs to one entry, in one statement and so in one transaction. Where the number is taken by a
   * transaction that has not ended, `on conflict` waits for its end. The gate is entered before a position is
   * given out, and left when the transaction has ended.
   *
   * 1 log, 2 seq, 3 resource, 4 entry, 5 write id, 6 at, 7 operation that it opens or null, 8 whether it closes one,
   * 9 due or null, 10 lanes
   */
  append: `
    with gate as materialized (select pg_advisory_xact_lock_shared(${GATE})),
    appended as (
      insert into log (log, seq, resource, entry, write_id, layout)
      select $1::bytea, $2::bigint, $3, $4, $5::uuid, ${READABLE.current} from gate
      on conflict do nothing returning position
    ), opened as (
      insert into open_intents (log, seq)
      select $1::bytea, $2::bigint from appended where $7::bytea is not null
      on conflict (log) do update set seq = excluded.seq
    ), named as (
      insert into operations (operation, position)
      select $7::bytea, position from appended where $7::bytea is not null
    ), closed as (
      delete from open_intents where log = $1::bytea and $8 and exists (select from appended)
    ), behind as (
      insert into mirror_behind (log, resource, at)
      select $1::bytea, $3, $6::bigint from appended where $8
      on conflict (log) do update set at = excluded.at
    ), due_set as (
      insert into due (log, resource, at)
      select $1::bytea, $3, $9::bigint from appended where $9::bigint is not null
      on conflict (log) do update set at = excluded.at
    ), due_gone as (
      delete from due
      where log = $1::bytea and $9::bigint is null and exists (select from appended)
    ), filed as (
      insert into feed (lane, at, position)
      select lane, $6::bigint, position from appended cross join unnest($10::bytea[]) as lane
    )
    select position from appended`,
  rewrite: 'update log set entry = $4 where log = $1 and seq = $2 and entry = $3 returning seq',
  isMine: 'select write_id = $3::uuid as mine from log where log = $1 and seq = $2',
  newest: 'select max(seq) as seq from log where log = $1',
  oldestFirst: `select ${RECORD} from log where log = $1 and seq >= $2 and seq < $3 order by seq limit $4`,
  newestFirst: `select ${RECORD} from log where log = $1 and seq >= $2 and seq < $3 order by seq desc limit $4`,
  open: `select resource, log.seq, entry from open_intents join log using (log, seq)`,
  due: 'select resource from due where at <= $1 order by at, resource',
  operation: `select ${RECORD} from operations join log using (position) where operation = $1`,
  search: `
    select feed.at, position, resource, seq from feed join log using (position)
    where lane = $1 and feed.at >= $2 and (feed.at, position) < ($3::bigint, $4::bigint)
    order by feed.at desc, position desc limit $5`,
  /** When it returns, every append that has a position has ended. */
  settle: `select pg_advisory_xact_lock(${GATE})`,
  end: 'select max(position) as position from log',
  clients: grown(`resource not like '["$%'`),
  others: grown(`resource like '["$%' and resource <> '${CHECKPOINTS}'`),
  all: `
    select position as place, ${RECORD} from log where position > $1
    order by position limit ${PAGE}`,
  whole: `
    select seq as place, ${RECORD} from log where seq > $1 and log = $2
    order by seq limit ${PAGE}`,
  probe:
    'insert into probe values (1, $1) on conflict (id) do update set at = excluded.at returning at',
})
