/**
 * The layouts of a store in a SQLite file, as rows of migrations. `user_version` of the file is the oldest layout whose
 * programs may use it, which is what programs from before layouts were recorded compare with their own.
 */

import type { Readable } from '../../layout/layout.ts'
import type { Migration } from '../../layout/migrate.ts'

/**
 * `log`: every entry in the order in which it was appended (`position`). The unique pair is the "append
 * if absent". `operations` finds an intent. `lanes` and `feed` are the history across clients: each
 * entry is filed under every combination of what can be asked for, so that a page costs the same
 * however rare its entries are. `due`: when something has to be done for a client by itself.
 */
const LOG = `
  create table if not exists log (
    position integer primary key,
    resource text not null,
    seq integer not null,
    entry text not null,
    unique (resource, seq)
  );
  create table if not exists open_intents (
    resource text primary key,
    seq integer not null
  ) without rowid;
  create table if not exists operations (
    operation_id text primary key,
    position integer not null
  ) without rowid;
  create table if not exists lanes (id integer primary key, lane text not null unique);
  create table if not exists feed (
    lane integer not null,
    at integer not null,
    position integer not null,
    primary key (lane, at, position)
  ) without rowid;
  create table if not exists due (
    resource text primary key,
    at integer not null
  ) without rowid;
  create index if not exists due_by_time on due (at);
  create table if not exists probe (id integer primary key, at integer not null);
`

/** The documents of the embedded OpenID Provider: bodies are sealed, and what they are found by are digests. */
const DOCUMENTS = `
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

/**
 * `mirror_clients` is small, since it is walked through; what is shown is in `mirror_records`. A `row` is
 * the place's number and the client's number in it, so that the order of rows is one over all places and
 * a place is a range. `mirror_text` finds any part of a text (its words are all its trigrams, so that a
 * phrase of it is a part of the text); what is too long for it is listed in `mirror_long`, and always looked
 * at. `mirror_terms` holds what a filter names. `mirror_removed` keeps late
 * readings of a removed client out. `mirror_places` and `mirror_unread` are the round under way.
 */
const MIRROR = `
  create table if not exists mirror_places (
    number integer primary key,
    provider text not null,
    pool text not null,
    next integer not null default 0,
    complete integer not null default 0,
    begun_at integer,
    started integer,
    listed integer not null default 0,
    cursor text,
    claimed_by text,
    claimed_until integer not null default 0,
    unique (provider, pool)
  );
  create table if not exists mirror_clients (
    row integer primary key,
    place integer not null,
    id text not null,
    at integer not null,
    seen integer not null default 0,
    tag text not null,
    text text not null,
    unique (place, id)
  );
  create index if not exists mirror_clients_by_age on mirror_clients (place, at);
  create table if not exists mirror_records (row integer primary key, record text not null);
  create table if not exists mirror_terms (
    term text not null,
    row integer not null,
    primary key (term, row)
  ) without rowid;
  create index if not exists mirror_terms_by_row on mirror_terms (row);
  create virtual table if not exists mirror_text using fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
  );
  create table if not exists mirror_long (row integer primary key);
  create table if not exists mirror_removed (
    place integer not null,
    id text not null,
    at integer not null,
    primary key (place, id)
  ) without rowid;
  create table if not exists mirror_unread (
    position integer primary key,
    place integer not null,
    id text not null,
    tries integer not null default 0,
    unique (place, id)
  );
  create index if not exists mirror_unread_in_turn on mirror_unread (place, tries, position);
`

/** The logs whose newest outcome is not in the mirror yet, and the time of that. */
const BEHIND = `
  create table if not exists mirror_behind (
    resource text primary key,
    at integer not null
  ) without rowid;
  create index if not exists mirror_behind_by_age on mirror_behind (at);
`

/** Texts that are too long for the index, which earlier programs put there (`LONG_TEXT`, in bytes). */
const FILE_LONG_TEXTS = `
  insert or ignore into mirror_long select row from mirror_clients where octet_length(text) > 4096;
  delete from mirror_text where rowid in (select row from mirror_long);
`

/** The wrapped keys by which entries are sealed, in one row. */
const KEYRING = `
  create table if not exists keyring (id integer primary key check (id = 1), ring text not null)
`

const IDENTITY = 'create table if not exists identity (id text primary key) without rowid'

/** The layout of the program that wrote an entry, so that the file itself can refuse one that may use it no more. */
const WRITERS = 'alter table log add column layout integer'

/** One row: what `Layout` says. */
const LAYOUT = `
  create table layout (
    version integer not null,
    readers integer not null,
    program text,
    closed text
  )
`

/** Layouts 2 and 3 had their tables made when they were first used, so some may not be there. */
export const SQLITE_MIGRATIONS: readonly Migration<string>[] = [
  {
    to: 4,
    says: 'all tables are made at once, and the layout is recorded in the file and with each entry',
    readers: 3,
    steps: [LOG, DOCUMENTS, MIRROR, FILE_LONG_TEXTS, BEHIND, KEYRING, IDENTITY, WRITERS, LAYOUT],
  },
  {
    to: 5,
    says: 'sealed texts that are old enough can be removed from entries',
    readers: 3,
    steps: [],
  },
]

/** Since layout 2 tables were only added; 1 had documents that are not sealed. */
export const READABLE: Readable = { oldest: 2, current: 5 }
