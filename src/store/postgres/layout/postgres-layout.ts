/** The layout of a store on PostgreSQL: read, changed in one transaction, and enforced where the store is closed. */

import { currentOf } from '../../layout/closing.ts'
import { closedMessage, type Layout, outdatedMessage } from '../../layout/layout.ts'
import type { LayoutHost, LayoutSession } from '../../layout/migrate.ts'
import type { Connections, Session, Statement } from '../connections.ts'
import { POSTGRES_MIGRATIONS, READABLE } from './migrations.ts'
import { recordsOn } from './postgres-records.ts'

/** A migration copies tables at worst (milliseconds). */
export const MIGRATION_MS = 600_000

/** What is written where a store is in use; the mirror is a cache, and no part of what is copied. */
const TABLES = ['log', 'documents', 'probe'] as const

const STATEMENTS = {
  found: {
    name: 'layout-found',
    text: `select to_regclass(format('%I.schema_version', $1::text)) is not null as "isThere",
      to_regclass(format('%I.layout', $1::text)) is not null as "isRecorded"`,
  },
  lock: {
    name: 'schema-lock',
    text: `select pg_advisory_xact_lock(hashtext('clientry schema'), hashtext($1))`,
  },
} as const satisfies Readonly<Record<string, Statement>>

const sql = (text: string): Statement => ({ name: '', text })

/** The layout of the store in the schema that connections work in. */
export function postgresLayout(
  { within, settings }: Connections,
  migrations = POSTGRES_MIGRATIONS,
): LayoutHost<string> {
  const { schema, database, host } = settings
  const access = within(() => MIGRATION_MS)
  const readable = { ...READABLE, current: migrations.at(-1)?.to ?? READABLE.current }
  return {
    place: `The schema ${schema} of the database ${database} on ${host}`,
    readable,
    migrations,
    read: () =>
      layoutOn(
        { run: async (statement, values) => (await access.run(statement, values)).result },
        schema,
      ),
    records: () => access.walk((session) => recordsOn(session)),
    exclusively: (work) =>
      access.transaction('durable', async (session) => {
        await lockSchema(session, schema)
        await session.run(sql(`create schema if not exists "${schema}"`))
        return work(sessionOn(session, schema))
      }),
  }
}

/** Until the end of the transaction, no one else changes what a schema is. */
export const lockSchema = (session: Session, schema: string) =>
  session.run(STATEMENTS.lock, [schema])

/** Whether the tables of a store are in a schema. */
export async function isSchemaThere({ run }: Session, schema: string): Promise<boolean> {
  const [found] = await run(STATEMENTS.found, [schema])
  return found?.isThere === true
}

const sessionOn = (session: Session, schema: string): LayoutSession<string> => ({
  read: () => layoutOn(session, schema),
  run: async (step) => {
    await session.run(sql(step))
  },
  write: (layout) => write(session, layout),
  refuseOutdated: (layout) => refuseOutdated(session, layout),
  records: () => recordsOn(session),
  extent: async () => JSON.stringify(await session.run(sql(EXTENT))),
})

const EXTENT = 'select count(*) as entries, sum(seq) as numbers, max(position) as last from log'

async function layoutOn({ run }: Session, schema: string): Promise<Layout> {
  const [found] = await run(STATEMENTS.found, [schema])
  if (found?.isThere !== true) return { version: 0, readers: 0 }
  if (found.isRecorded !== true) {
    // Made before layouts were recorded, or by a program that is still at it.
    const [row] = await run(sql(`select version from "${schema}".schema_version`))
    const version = Number(row?.version ?? 0)
    return { version, readers: version }
  }
  const columns = 'version, readers, program, closed'
  const [row] = await run(sql(`select ${columns} from "${schema}".layout`))
  const { program, closed } = row ?? {}
  return {
    version: Number(row?.version),
    readers: Number(row?.readers),
    ...(typeof program === 'string' ? { program } : {}),
    ...(typeof closed === 'string' ? { closed: JSON.parse(closed) } : {}),
  }
}

/** `schema_version` has the oldest layout whose programs may use it, which earlier programs compare with their own. */
async function write(session: Session, layout: Layout): Promise<void> {
  const { version, readers, program = null, closed } = layout
  const values = [version, readers, program, closed === undefined ? null : JSON.stringify(closed)]
  await session.run(sql('delete from layout'))
  await session.run(
    sql('insert into layout (version, readers, program, closed) values ($1, $2, $3, $4)'),
    values,
  )
  await session.run(sql('delete from schema_version'))
  await session.run(sql('insert into schema_version values ($1)'), [readers])
  const run = (text: string) => session.run(sql(text))
  for (const table of TABLES) await run(`drop trigger if exists closed on ${table}`)
  await run('drop function if exists closed()')
  if (closed?.why !== 'copied') return
  await run(refusing('closed', closedMessage(closed)))
  for (const table of TABLES) {
    await run(`create trigger closed before insert or update or delete on ${table}
      for each statement execute function closed()`)
  }
}

/** From now on only programs of this layout, or a later one, may use the schema; a part of a transaction. */
export async function requireCurrentOn(session: Session, schema: string): Promise<void> {
  await lockSchema(session, schema)
  const next = currentOf(await layoutOn(session, schema), READABLE)
  if (next === undefined) return
  await write(session, next)
  await refuseOutdated(session, next)
}

/** Programs from before the column write none. */
async function refuseOutdated(session: Session, layout: Layout): Promise<void> {
  const run = (text: string) => session.run(sql(text))
  await run('drop trigger if exists outdated on log')
  await run('drop function if exists outdated()')
  await run(refusing('outdated', outdatedMessage(layout)))
  await run(`create trigger outdated before insert on log for each row
    when (coalesce(new.layout, 0) < ${layout.readers}) execute function outdated()`)
}

/** The database itself refuses, whatever program writes. */
const refusing = (name: string, says: string) =>
  `create function ${name}() returns trigger language plpgsql as
    $clientry$ begin raise exception '%', '${says.replaceAll("'", "''")}'; end $clientry$`
