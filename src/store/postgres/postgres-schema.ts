/** The schema of a store on PostgreSQL: found, made and brought up to date, whole or not at all. */

import { ClientError } from '../../core/errors.ts'
import type { Access, Connections, Session } from './connections.ts'
import { MIGRATIONS } from './migrations.ts'

/** Of the tables and of what their columns hold. */
export const SCHEMA_VERSION = MIGRATIONS.length

/** A migration copies tables at worst (milliseconds). */
const MIGRATION_MS = 600_000

const STATEMENTS = {
  isThere: {
    name: 'schema-is-there',
    text: `select to_regclass(format('%I.schema_version', $1::text)) is not null as "isThere"`,
  },
  lock: {
    name: 'schema-lock',
    text: `select pg_advisory_xact_lock(hashtext('clientry schema'), hashtext($1))`,
  },
  version: { name: 'schema-version', text: 'select version from schema_version' },
} as const

/** A store in a schema of a database. */
export interface PostgresSchema {
  /** Whether there is one. */
  isThere(): Promise<boolean>
  /**
   * Makes the tables, or brings them up to date; several instances may do so at once. Returns the id of the store.
   * @throws ClientError `store_unavailable`
   */
  open(newId: () => string): Promise<string>
}

/** The schema that connections work in. */
export function createPostgresSchema({ within, settings }: Connections): PostgresSchema {
  const access = within(() => MIGRATION_MS)
  return {
    isThere: () => isThere(access, settings.schema),
    open: async (newId) => {
      // Mostly there is nothing to do, and nothing is locked for that.
      if (await isThere(access, settings.schema)) {
        const { result: rows } = await access.run(STATEMENTS.version)
        checkVersion(Number(rows[0]?.version), settings.schema)
        const id = Number(rows[0]?.version) === SCHEMA_VERSION ? await idOf(access) : undefined
        if (id !== undefined) return id
      }
      return access.transaction('durable', (session) => migrate(session, settings.schema, newId))
    },
  }
}

async function isThere(access: Access, schema: string): Promise<boolean> {
  const { result: rows } = await access.run(STATEMENTS.isThere, [schema])
  return rows[0]?.isThere === true
}

async function idOf(access: Access): Promise<string | undefined> {
  const { result: rows } = await access.run({ name: '', text: 'select id from identity' })
  return rows[0] && String(rows[0].id)
}

/** Steps from the version that is there to ours. Tables are made in a transaction as rows are. */
async function migrate(session: Session, schema: string, newId: () => string): Promise<string> {
  const run = (text: string) => session.run({ name: '', text })
  await session.run(STATEMENTS.lock, [schema])
  await run(`create schema if not exists "${schema}"`)
  await run('create table if not exists schema_version (version int not null)')
  const [row] = await run('select version from schema_version')
  const version = Number(row?.version ?? 0)
  checkVersion(version, schema)
  for (const step of MIGRATIONS.slice(version)) await run(step)
  if (row === undefined) await run(`insert into schema_version values (${SCHEMA_VERSION})`)
  else await run(`update schema_version set version = ${SCHEMA_VERSION}`)
  const insert = 'insert into identity select $1 where not exists (select 1 from identity)'
  await session.run({ name: '', text: insert }, [newId()])
  const [identity] = await run('select id from identity')
  return String(identity?.id)
}

/** What a later version has made is not ours to read. */
function checkVersion(version: number, schema: string): void {
  if (version <= SCHEMA_VERSION) return
  throw new ClientError(
    'store_unavailable',
    `The schema ${schema} was made by a later version of this program (its tables are version ${version}, here they are ${SCHEMA_VERSION}). Use a version of this program that reads it, or name another schema in store.schema.`,
  )
}
