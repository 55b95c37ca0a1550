/** How connections to PostgreSQL are made, and how each session begins. */

import { type ClientConfig, types } from 'pg'

export interface PostgresSettings {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password?: string | undefined
  /** Absent: no TLS. `ca`: in PEM; absent: those that Node trusts. */
  readonly tls?: { readonly ca?: string | undefined } | undefined
  /** Where the tables are. */
  readonly schema: string
  /** Connections of this process, at most, beside the one that listens. */
  readonly connections: number
}

/** A connection is made, or comes free, in this time or not at all (milliseconds). */
const CONNECT_MS = 5_000
/** A transaction whose owner stands still gives its locks back (milliseconds). */
const IDLE_IN_TRANSACTION_MS = 10_000
/** The type of `bigint` (pg_type.dat). */
const INT8 = 20

/** How to connect; nothing is left to the variables and files that `pg` reads by itself. */
export function clientConfig(settings: PostgresSettings): ClientConfig {
  const { host, port, database, user, password = '', tls } = settings
  return {
    host,
    port,
    database,
    user,
    password,
    ssl: tls === undefined ? false : { rejectUnauthorized: true, ...tls },
    application_name: 'clientry',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    // Numbers of ours are below 2^53.
    types: {
      getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)),
    },
  }
}

/**
 * How a new session begins. A commit is answered once it is on the disk here and, where the server waits for
 * standbys, there: with less, what was answered is lost with the server, or where its standby is promoted
 * (https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-SYNCHRONOUS-COMMIT). A standby is of no use here.
 *
 * Statements are planned once for each connection, for values that are not known: each is written so that one plan is right for all
 * of them, and planning one takes as long as carrying it out. No plan reads a table from end to end that has an index for it, as one
 * that is made while the table is small would go on to do. Compiling a plan takes longer than any statement may.
 */
export const sessionOf = (schema: string): string => `
  set search_path to "${schema}";
  set default_transaction_isolation to 'read committed';
  set idle_in_transaction_session_timeout to ${IDLE_IN_TRANSACTION_MS};
  set client_min_messages to error;
  set plan_cache_mode to force_generic_plan;
  set enable_seqscan to off;
  set jit to off;
  select set_config('synchronous_commit', 'on', false)
    where current_setting('synchronous_commit') not in ('on', 'remote_apply');
  do $$ begin
    if pg_is_in_recovery() then
      raise exception 'a standby, not a primary' using errcode = 'read_only_sql_transaction';
    end if;
  end $$;
`
