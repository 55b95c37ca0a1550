/**
 * The layouts of a store on PostgreSQL, as rows of migrations. What has landed is never edited: a change is one more
 * row at the end.
 *
 * Logs, clients, terms and lanes are found by digests, since an index takes no more than 2,704 bytes and a name may
 * be longer. `log`: every entry, with a `position` in the order in which numbers were given out; the unique pair is
 * the "append if absent", and `write_id` is by what a repeated append recognises itself. `feed` is the history across
 * clients: each entry is filed under every combination of what can be asked for. `due`: when something has to be
 * done for a client by itself.
 */

import type { Readable } from '../../layout/layout.ts'
import type { Migration } from '../../layout/migrate.ts'

const LOG = `
  create table identity (id text primary key);
  create table log (
    position bigint generated always as identity primary key,
    log bytea not null,
    seq bigint not null,
    resource text collate "C" not null,
    entry text not null,
    write_id uuid not null,
    unique (log, seq)
  );
  create table open_intents (log bytea primary key, seq bigint not null);
  create table operations (operation bytea primary key, position bigint not null);
  create table feed (
    lane bytea not null,
    at bigint not null,
    position bigint not null,
    primary key (lane, at, position)
  );
  create table due (log bytea primary key, resource text collate "C" not null, at bigint not null);
  create index due_by_time on due (at);
  create table probe (id int primary key, at bigint not null);
`

/** The documents of the embedded OpenID Provider: bodies are sealed, and what they are found by are digests. */
const DOCUMENTS = `
  create table documents (
    collection text collate "C" not null,
    id text collate "C" not null,
    body text not null,
    expires_at bigint,
    grant_id text collate "C",
    uid text collate "C",
    user_code text collate "C",
    consumed_at bigint,
    primary key (collection, id)
  );
  create index documents_by_expiry on documents (expires_at) where expires_at is not null;
  create index documents_by_grant on documents (grant_id, collection) where grant_id is not null;
  create index documents_by_uid on documents (uid, collection) where uid is not null;
  create index documents_by_user_code on documents (user_code, collection)
    where user_code is not null;
`

/**
 * The mirror. A `row` is the place's number and the client's number in it, so that the order of rows is one over all
 * places and a place is a range. `mirror_texts` is apart from what changes with every sight, so that its index is
 * written for a new text only: `grams` are the trigrams of a text, each with the block of rows that it is in
 * (`grams.ts`), and `null` for a text that is too long for the index, and always looked at. `mirror_terms`
 * holds what a filter names. `mirror_removed` keeps late readings of a removed client out; `mirror_unread`
 * and the places are the round under way. `mirror_behind`: the logs whose newest outcome is not in the mirror yet.
 */
const MIRROR = `
  create table mirror_places (
    number int generated always as identity primary key,
    place text collate "C" not null unique,
    next bigint not null default 0,
    complete boolean not null default false,
    begun_at bigint,
    started bigint,
    listed boolean not null default false,
    cursor text,
    claimed_by text,
    claimed_until bigint not null default 0
  );
  create table mirror_clients (
    row bigint primary key,
    place int not null,
    client bytea not null,
    id text not null,
    at bigint not null,
    seen bigint not null default 0,
    tag text not null,
    unique (place, client)
  );
  create index mirror_clients_by_age on mirror_clients (place, at);
  create table mirror_records (row bigint primary key, record text not null);
  create table mirror_texts (row bigint primary key, text text collate "C" not null, grams int[]);
  alter table mirror_texts alter column text set storage main;
  alter table mirror_texts alter column grams set storage external;
  alter table mirror_texts set (toast_tuple_target = 512);
  create index mirror_texts_by_gram on mirror_texts using gin (grams) with (fastupdate = off);
  create index mirror_texts_long on mirror_texts (row) where grams is null;
  create table mirror_terms (term bytea not null, row bigint not null, primary key (term, row));
  create index mirror_terms_by_row on mirror_terms (row);
  create table mirror_removed (
    place int not null,
    client bytea not null,
    at bigint not null,
    primary key (place, client)
  );
  create index mirror_removed_by_age on mirror_removed (place, at);
  create table mirror_unread (
    position bigint generated always as identity primary key,
    place int not null,
    client bytea not null,
    id text not null,
    tries int not null default 0,
    unique (place, client)
  );
  create index mirror_unread_in_turn on mirror_unread (place, tries, position);
  create table mirror_behind (
    log bytea primary key,
    resource text collate "C" not null,
    at bigint not null
  );
  create index mirror_behind_by_age on mirror_behind (at);
`

/** The wrapped keys by which entries are sealed, in one row. */
const KEYRING = 'create table keyring (id int primary key check (id = 1), ring text not null);'

/** What programs compare with their own layout that do not know the table after it. */
const SCHEMA_VERSION = 'create table schema_version (version int not null)'

/** The layout of the program that wrote an entry, so that the database can refuse one that may use it no more. */
const WRITERS = 'alter table log add column layout int'

/** One row: what `Layout` says. */
const LAYOUT = `
  create table layout (
    version int not null,
    readers int not null,
    program text collate "C",
    closed text collate "C"
  )
`

export const POSTGRES_MIGRATIONS: readonly Migration<string>[] = [
  {
    to: 1,
    says: 'the tables are made',
    readers: 1,
    steps: [SCHEMA_VERSION, LOG, DOCUMENTS, MIRROR],
  },
  { to: 2, says: 'the keyring is added', readers: 2, steps: [KEYRING] },
  {
    to: 3,
    says: 'the layout is recorded in the schema and with each entry',
    readers: 2,
    steps: [WRITERS, LAYOUT],
  },
  {
    to: 4,
    says: 'sealed texts that are old enough can be removed from entries',
    readers: 2,
    steps: [],
  },
]

export const READABLE: Readable = { oldest: 1, current: 4 }
