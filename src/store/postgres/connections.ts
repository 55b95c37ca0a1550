/**
 * Connections to PostgreSQL: a pool, the time that a statement may take, and statements that are sent again where
 * the connection was lost. Only what may be done twice comes here; who has to know learns that it may have been.
 */

import { DatabaseError, Pool, type PoolClient } from 'pg'
import { isClientError } from '../../core/errors.ts'
import { clientConfig, type PostgresSettings, sessionOf } from './connection-settings.ts'
import { isLost, type Repeated, repeating, unavailable } from './repeating.ts'

/** A statement with its own name: each connection parses it once. */
export interface Statement {
  readonly name: string
  readonly text: string
}

export type Value =
  | string
  | number
  | boolean
  | null
  | Buffer
  | readonly (string | number | Buffer)[]
export type Row = Readonly<Record<string, unknown>>

/** What a transaction is made of. */
export interface Session {
  run(statement: Statement, values?: readonly Value[]): Promise<readonly Row[]>
}

/** How a transaction begins. */
const BEGIN = {
  durable: 'begin',
  /** Its commit does not wait for the disk; nothing else in it is weaker. */
  loose: 'begin; set local synchronous_commit = off',
  /** All that it reads is of one moment, however long it takes. */
  snapshot:
    'begin isolation level repeatable read read only; set local idle_in_transaction_session_timeout = 0',
} as const

/** The database, within the time that its user has. Every call rejects with `ClientError` `store_unavailable`. */
export interface Access {
  /** Runs one statement, which is a transaction; again where the connection is lost. */
  run(statement: Statement, values?: readonly Value[]): Promise<Repeated<readonly Row[]>>
  /** Runs a transaction; from its start again where the connection is lost, so `work` may run several times. */
  transaction<T>(kind: 'durable' | 'loose', work: (session: Session) => Promise<T>): Promise<T>
  /** Walks through something in one snapshot, on a connection of its own, for as long as it takes. */
  walk<T>(work: (session: Session) => AsyncIterable<T>): AsyncIterable<T>
}

export interface Connections {
  readonly settings: PostgresSettings
  /** `remainingMs`: the time that a call may take when it begins. */
  within(remainingMs: () => number): Access
  /** How far the database's clock was ahead of ours when a connection was made last (milliseconds). */
  aheadMs(): number
  close(): Promise<void>
}

/** What a call may take where no one says (milliseconds). */
export const CALL_MS = 10_000
const IDLE_MS = 30_000
/** Statement time-outs go up in steps, so that a connection seldom gets another one (milliseconds). */
const SHORTEST_MS = 250
const STEP = 2

/** Nothing is sent before the first call. */
export function createConnections(settings: PostgresSettings): Connections {
  /** The statement time-out of each connection. */
  const timeouts = new WeakMap<object, number>()
  let aheadMs = 0
  const pool = new Pool({
    ...clientConfig(settings),
    max: settings.connections,
    idleTimeoutMillis: IDLE_MS,
    onConnect: async (client) => {
      // A connection that ends while no one uses it is no fault of anyone.
      client.on('error', () => {})
      await client.query(sessionOf(settings.schema))
      aheadMs = await clockAhead(client)
    },
  })
  pool.on('error', () => {})

  async function send(
    client: PoolClient,
    { name, text }: Statement,
    values: readonly Value[],
    remainingMs: number,
  ): Promise<readonly Row[]> {
    const timeout = timeoutOf(remainingMs)
    if (timeouts.get(client) !== timeout) {
      await client.query({ text: `set statement_timeout to ${timeout}`, ...givenUp(remainingMs) })
      timeouts.set(client, timeout)
    }
    const query = { name, text, values: [...values], ...givenUp(remainingMs) }
    return (await client.query(query)).rows as readonly Row[]
  }

  /** Does something on one connection, which goes back, or away where it is not certain to be sound. */
  async function using<T>(
    remainingMs: number,
    work: (client: PoolClient) => Promise<T>,
  ): Promise<T> {
    const client = await connected(pool, remainingMs)
    let isSound = false
    try {
      const result = await work(client)
      isSound = true
      return result
    } catch (error) {
      isSound = !isLost(error)
      throw error
    } finally {
      client.release(!isSound)
    }
  }

  const within = (limit: () => number): Access => ({
    run: async (statement, values = []) =>
      repeating(limit(), ({ remainingMs, sent }) =>
        using(remainingMs, (client) => {
          sent()
          return send(client, statement, values, remainingMs)
        }),
      ),
    transaction: async (kind, work) => {
      const { result } = await repeating(limit(), ({ remainingMs, sent }) =>
        using(remainingMs, async (client) => {
          await client.query({ text: BEGIN[kind], ...givenUp(remainingMs) })
          try {
            const value = await work({
              run: (statement, values = []) => send(client, statement, values, remainingMs),
            })
            sent()
            await client.query({ text: 'commit', ...givenUp(remainingMs) })
            return value
          } catch (error) {
            if (error instanceof DatabaseError || isClientError(error)) {
              await client.query('rollback').catch(() => undefined)
            }
            throw error
          }
        }),
      )
      return result
    },
    walk: async function* (work) {
      const client = await connected(pool, limit()).catch(raise)
      let isSound = false
      try {
        await client.query(BEGIN.snapshot).catch(raise)
        const run: Session['run'] = (statement, values = []) =>
          send(client, statement, values, limit()).catch(raise)
        yield* work({ run })
        await client.query('commit').catch(raise)
        isSound = true
      } finally {
        client.release(!isSound)
      }
    },
  })

  return { settings, within, aheadMs: () => aheadMs, close: () => pool.end() }
}

/** Clocks that are within this count as together (milliseconds). */
const TOGETHER_MS = 1_000

async function clockAhead(client: { query: PoolClient['query'] }): Promise<number> {
  const begun = Date.now()
  const text = 'select extract(epoch from clock_timestamp()) * 1000 as now'
  const { rows } = await client.query<{ readonly now: unknown }>(text)
  const ahead = Math.round(Number(rows[0]?.now) - (begun + Date.now()) / 2)
  return Math.abs(ahead) < TOGETHER_MS ? 0 : ahead
}

/** A connection of the pool, in time; one that comes later goes back. */
async function connected(pool: Pool, remainingMs: number): Promise<PoolClient> {
  const client = pool.connect()
  let timer: NodeJS.Timeout | undefined
  // A timer of `node:timers/promises` is ended by an error, whose making costs more than a small statement.
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(remainingMs, 0))
  })
  try {
    const first = await Promise.race([client, late])
    if (first !== undefined) return first
  } finally {
    clearTimeout(timer)
  }
  client.then((one) => one.release()).catch(() => undefined)
  throw unavailable(new TypeError('no connection came free in time'))
}

/** A time-out that ends a statement before its user gives it up. */
function timeoutOf(remainingMs: number): number {
  const steps = Math.floor(Math.log(Math.max(remainingMs / SHORTEST_MS, 1)) / Math.log(STEP))
  return SHORTEST_MS * STEP ** steps
}

/** What answers nothing at all, not even its own time-out, is given up with its connection. */
const givenUp = (remainingMs: number) => ({
  query_timeout: Math.max(Math.ceil(remainingMs), SHORTEST_MS),
})

const raise = (cause: unknown): never => {
  throw isClientError(cause) ? cause : unavailable(cause)
}
