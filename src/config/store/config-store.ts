/** What the settings of a store mean: a path is resolved, and the address of a database taken apart. */

import { isAbsolute, resolve } from 'node:path'
import type { Secret } from '../../core/secrecy/secret.ts'
import { parseUrl } from '../../core/uri/uri-reading.ts'
import type { Reference } from '../../providers/setting-schemas.ts'
import type { RawConfig } from '../config-schema.ts'

type Raw = RawConfig['store']
type RawPostgres = Extract<Raw, { readonly type: 'postgresql' }>

/** Where a store on PostgreSQL is, and how it is reached. */
export interface PostgresPlace
  extends Pick<RawPostgres, 'type' | 'create' | 'id' | 'schema' | 'connections'> {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password?: Secret
  /** Absent: no TLS. `ca`: in PEM. */
  readonly tls?: { readonly ca?: string }
}

export type StoreSettings =
  | Exclude<Raw, RawPostgres>
  | (Extract<Raw, { readonly type: 'sqlite' }> & {
      /** Where a relative `path` led before it was meant from the configuration file. */
      readonly formerPath: string
    })
  | PostgresPlace

interface Reading {
  /** Of the file that the configuration stands in. */
  readonly folder: string | undefined
  lookUp(reference: Reference, at: string): Secret
  readonly faults: string[]
}

const DEFAULT_PORT = 5_432
const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const EXAMPLE = 'postgresql://clientry@db.example.com/clientry'

/** Reads the settings of a store; what is wrong with them is added to the faults. */
export function storeOf(raw: Raw, reading: Reading): StoreSettings {
  if (raw.type === 'postgresql') return postgresOf(raw, reading)
  if (raw.type !== 'sqlite' || raw.path === ':memory:' || isAbsolute(raw.path)) return raw
  const { folder, faults } = reading
  if (folder === undefined) {
    faults.push('store.path must be absolute if the configuration is not in a file.')
    return raw
  }
  return { ...raw, path: resolve(folder, raw.path), formerPath: resolve(raw.path) }
}

function postgresOf(
  { url, password, ca, tls, ...raw }: RawPostgres,
  { lookUp, faults }: Reading,
): PostgresPlace {
  const fault = (says: string) => faults.push(says)
  const { host, ...address } = addressIn(url, fault)
  const isHere = LOOPBACK.includes(host) || host.startsWith('/')
  const hasTls = tls ?? !isHere
  if (!hasTls && !isHere) {
    fault(
      'store.tls must not be false for another machine: the password and all entries travel there.',
    )
  }
  if (ca !== undefined && !hasTls)
    fault('store.ca has no meaning without TLS: set store.tls to true.')
  const authority = ca && lookUp(ca, 'store.ca').reveal()
  return {
    ...raw,
    ...address,
    host,
    ...(password && { password: lookUp(password, 'store.password') }),
    ...(hasTls && { tls: authority === undefined ? {} : { ca: authority } }),
  }
}

type Address = Pick<PostgresPlace, 'host' | 'port' | 'database' | 'user'>

/** Nothing in the address is passed over: what it does not say here has a setting of its own, or none. */
function addressIn(url: string, fault: (says: string) => void): Address {
  const parsed = parseUrl(url)
  const isPostgres = /^postgres(ql)?:$/.test(parsed?.protocol ?? '')
  if (parsed === undefined || !isPostgres) {
    fault(`store.url must be the address of a database, such as ${EXAMPLE}.`)
    return { host: 'localhost', port: DEFAULT_PORT, database: '', user: '' }
  }
  const { searchParams: query } = parsed
  const host = query.get('host') ?? parsed.hostname.replace(/^\[|\]$/g, '')
  const user = query.get('user') ?? decoded(parsed.username)
  const database = decoded(parsed.pathname.slice(1))
  if (parsed.password !== '' || query.has('password')) {
    fault(
      'store.url must not contain the password. Name it in store.password, as { env } or { file }.',
    )
  }
  const others = [...query.keys()].filter((name) => !['host', 'user', 'password'].includes(name))
  if (others.length > 0) {
    fault(
      `store.url must not contain ${others.join(', ')}: only host (the folder of a socket) and user may follow its question mark.`,
    )
  }
  if (host === '') fault('store.url must name a host, or the folder of a socket as ?host=/path.')
  if (query.has('host') && !host.startsWith('/'))
    fault('host in store.url must be the folder of a socket, with its whole path.')
  if (user === '') fault(`store.url must name the user, such as ${EXAMPLE}.`)
  if (database === '' || database.includes('/'))
    fault(`store.url must name the database, such as ${EXAMPLE}.`)
  return { host, user, database, port: Number(parsed.port || DEFAULT_PORT) }
}

/** A part of an address as it is meant; one that cannot be decoded is taken as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
