/** A configuration with a store on PostgreSQL: what it may say, which store is opened, and how it is reached. */

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/config-parse.ts'
import { openStore } from '../../src/program/open-store.ts'
import { createConnections } from '../../src/store/postgres/connections.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'
import { findPostgres } from './programs.ts'
import { initialize, ownedByServer, startServer } from './server.ts'

const LOG = '["auth0",null,"client"]'
const ENVIRONMENT = {
  KEY: Buffer.alloc(32, 3).toString('base64'),
  SECRET: 'management-secret',
  PASSWORD: 'canary-password',
  CA: 'certificate',
}

/** The settings of a store, as a whole configuration has them. */
function storeOf(store: object) {
  const config = {
    key: { env: 'KEY' },
    store: { type: 'postgresql', ...store },
    providers: {
      auth0: {
        type: 'auth0',
        baseUrl: 'https://tenant.example.com',
        clientId: 'id',
        clientSecret: { env: 'SECRET' },
      },
    },
    auth: { issuers: [{ issuer: 'https://issuer.example/', audience: ['a'] }] },
  }
  return parseConfig(config, ENVIRONMENT)
}

it('has TLS to other machines, and a password from where it is kept', () => {
  const { store } = storeOf({
    url: 'postgresql://clientry@db.example.com:6432/histories',
    password: { env: 'PASSWORD' },
    ca: { env: 'CA' },
  })
  expect(store).toMatchObject({
    host: 'db.example.com',
    port: 6_432,
    database: 'histories',
    user: 'clientry',
    schema: 'clientry',
    connections: 10,
    tls: { ca: 'certificate' },
  })
  expect(JSON.stringify(store)).not.toContain('canary')
  expect(storeOf({ url: 'postgres://u@127.0.0.1/d' }).store).not.toHaveProperty('tls')
  expect(storeOf({ url: 'postgres://u@[::1]/d', tls: true }).store).toMatchObject({
    host: '::1',
    tls: {},
  })
  expect(storeOf({ url: 'postgresql:///d?host=/run/postgresql&user=u%40x' }).store).toMatchObject({
    host: '/run/postgresql',
    user: 'u@x',
    port: 5_432,
  })
})

it.each([
  ['mysql://u@h/d', 'store.url must be the address of a database'],
  ['no address', 'store.url must be the address of a database'],
  ['postgresql://u:canary@h.example/d', 'store.url must not contain the password'],
  ['postgresql://h.example/d', 'store.url must name the user'],
  ['postgresql://u@h.example', 'store.url must name the database'],
  ['postgresql://u@h.example/d?sslmode=disable', 'store.url must not contain sslmode'],
  ['postgresql://u@h.example/d?host=h2', 'must be the folder of a socket'],
])('is refused where its address is %s', (url, sentence) => {
  expect(() => storeOf({ url })).toThrow(sentence)
  expect(() => storeOf({ url })).not.toThrow('canary')
})

it('is refused where passwords would travel in the clear, and where it says nothing', () => {
  const url = 'postgresql://u@db.example.com/d'
  expect(() => storeOf({ url, tls: false })).toThrow('store.tls must not be false')
  const here = 'postgresql://u@localhost/d'
  expect(() => storeOf({ url: here, ca: { env: 'CA' } })).toThrow('store.ca has no meaning')
  expect(() => storeOf({ url, schema: 'a"b' })).toThrow('store.schema')
  expect(() => storeOf({ url, password: { env: 'NONE' } })).toThrow('store.password names')
})

describePostgres('a store on PostgreSQL', () => {
  let place: PostgresPlace
  beforeEach(async () => {
    place = await openPlace()
  })
  afterEach(() => place.close())

  const settings = (more: object = {}) => {
    const { port, user, schema } = place.settings
    const url = `postgresql://${user}@127.0.0.1:${port}/postgres`
    return storeOf({ url, schema, ...more })
  }

  it('is made where that is said, keeps its id, and is no other one', async () => {
    const schema = `${place.settings.schema}_2`
    await expect(openStore(settings({ schema }))).rejects.toThrow(
      `There is no store in the schema ${schema} of the database postgres on 127.0.0.1.`,
    )
    expect(await place.query(`select 1 from pg_namespace where nspname = '${schema}'`)).toEqual([])
    const made = await openStore(settings({ schema }), { create: true })
    await made.store.append(outsideChangeOf(LOG, 1))
    await made.store.close()
    const again = await openStore(settings({ schema, id: made.id }))
    expect(again.id).toBe(made.id)
    expect(await again.store.entries(LOG)).toHaveLength(1)
    await again.store.close()
    const other = settings({ id: made.id })
    await expect(openStore(other)).rejects.toThrow('it is another store')
    const missing = settings({ schema: `${schema}_3`, id: made.id, create: true })
    await expect(openStore(missing)).rejects.toThrow(`expects the store ${made.id}`)
    await place.query(`drop schema ${schema} cascade`)
  })

  it('of a later version is refused', async () => {
    await place.query('update layout set version = 99, readers = 99')
    await expect(openStore(settings())).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describePostgres('the connection to PostgreSQL', () => {
  it('shows by its certificate where it leads', { timeout: 240_000 }, async () => {
    const { bin = '' } = await findPostgres()
    const folder = join(
      existsSync('/dev/shm') ? '/dev/shm' : tmpdir(),
      `clientry-tls-${randomUUID()}`,
    )
    initialize({ bin, folder })
    const key = join(folder, 'server.key')
    const certificate = join(folder, 'server.crt')
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject]
    execFileSync('openssl', [...make, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
    ownedByServer(key, certificate)
    const server = await startServer({ bin, folder, settings: { ssl: 'on' } })
    const authority = execFileSync('cat', [certificate], { encoding: 'utf8' })
    const ask = async (host: string, tls?: { readonly ca?: string }) => {
      const at = { host, port: server.port, database: 'postgres', user: 'root', tls }
      const connections = createConnections({ ...at, schema: 'public', connections: 2 })
      const text = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
      try {
        const { result } = await connections.within(() => 1_000).run({ name: '', text })
        return result[0]?.ssl
      } finally {
        await connections.close()
      }
    }
    const refused = expect.objectContaining({ code: 'store_unavailable' })
    try {
      expect(await ask('localhost', { ca: authority })).toBe(true)
      expect(await ask('127.0.0.1')).toBe(false)
      await expect(ask('localhost', {})).rejects.toEqual(refused)
      // The certificate is for another name.
      await expect(ask('127.0.0.1', { ca: authority })).rejects.toEqual(refused)
    } finally {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
