/**
 * Which store is opened: the one that the configuration means, from wherever it is asked for, or none.
 */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../src/config/config.ts'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../src/emulators/auth0/index.ts'
import { openStore } from '../src/program/open-store.ts'
import { clientryProcess, type Ended } from './cli/command-line.ts'
import { CREDENTIALS, call, type Dynamodb, startDynamodb } from './contract/dynamodb.ts'
import { fullAuth0Client } from './fixtures/auth0.ts'

const ID = String(fullAuth0Client.client_id)
const ENVIRONMENT = { KEY: Buffer.alloc(32, 3).toString('base64'), SECRET: 'management-secret' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-place-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const path = (...names: readonly string[]) => join(folder, ...names)

function configure(name: string, store: object, baseUrl = 'https://tenant.example.com'): string {
  mkdirSync(join(path(name), '..'), { recursive: true })
  const auth0 = {
    type: 'auth0',
    baseUrl,
    clientId: DEFAULT_CREDENTIAL.clientId,
    clientSecret: { env: 'SECRET' },
  }
  const auth = { issuers: [{ issuer: 'https://issuer.example/', audience: ['a'] }] }
  const config = { key: { env: 'KEY' }, store, providers: { auth0 }, auth, server: { port: 0 } }
  writeFileSync(path(name), JSON.stringify(config))
  return path(name)
}

/** Opens the store of a configuration as a server does, and gives its id. */
async function idOf(name: string, create = false): Promise<string> {
  const config = await loadConfig({ ...ENVIRONMENT, CLIENTRY_CONFIG: path(name) })
  const { store, id } = await openStore(config, { create })
  await store.close()
  return id
}

it('the file of a secret is the one beside the configuration, too', async () => {
  const config = JSON.parse(readFileSync(configure('config/a.json', {}), 'utf8'))
  const store = { type: 'sqlite', path: 'history.db' }
  const named = { ...config, store, key: { file: 'key' } }
  writeFileSync(path('config', 'a.json'), JSON.stringify(named))
  writeFileSync(path('config', 'key'), ENVIRONMENT.KEY)
  mkdirSync(path('work'))
  writeFileSync(path('work', 'key'), Buffer.alloc(32, 9).toString('base64'))
  vi.spyOn(process, 'cwd').mockReturnValue(path('work'))
  const asked = { ...ENVIRONMENT, CLIENTRY_CONFIG: path('config', 'a.json') }
  expect((await loadConfig(asked)).keys).toEqual([{ at: 'key', key: Buffer.alloc(32, 3) }])
  rmSync(path('config', 'key'))
  await expect(loadConfig(asked)).rejects.toThrow(`names the file ${path('config', 'key')}`)
  vi.restoreAllMocks()
})

describe('from two folders', () => {
  let auth0: Auth0Emulator
  beforeEach(async () => {
    const credentials = [{ ...DEFAULT_CREDENTIAL, clientSecret: ENVIRONMENT.SECRET }]
    auth0 = await startAuth0Emulator({ credentials })
    auth0.put(fullAuth0Client)
  })
  afterEach(() => auth0.close())

  const from = (name: string, line: string): Promise<Ended> => {
    mkdirSync(path(name), { recursive: true })
    const config = ['--config', path('config', 'clientry.json')]
    return clientryProcess([...line.split(' '), ...config], {
      folder: path(name),
      env: ENVIRONMENT,
    })
  }

  it('a client that is protected from the one is not removed from the other', async () => {
    configure('config/clientry.json', { type: 'sqlite', path: 'data/history.db' }, auth0.url)
    const without = await from('one', `protect ${ID} --yes`)
    expect(without).toMatchObject({ code: 2, out: '' })
    expect(without.err).toContain(path('config', 'data', 'history.db'))
    expect(without.err).toContain('--create-store')
    expect(existsSync(path('config', 'data'))).toBe(false)
    expect(await from('one', `protect ${ID} --yes --create-store`)).toMatchObject({ code: 0 })
    const removed = await from('other', `delete ${ID} --yes`)
    expect(removed).toMatchObject({ code: 7, out: '' })
    expect(removed.err).toContain('is protected')
    expect(auth0.client(ID)).toBeDefined()
    const checked = await from('other', 'verify')
    expect(checked.out).toMatch(/^store [0-9a-f-]{36}\n/)
  })

  it('a check makes no store', async () => {
    configure('config/clientry.json', { type: 'sqlite', path: 'none.db', create: true }, auth0.url)
    expect(await from('one', 'verify')).toMatchObject({ code: 2, out: '' })
    expect(existsSync(path('config', 'none.db'))).toBe(false)
  })

  it('a server starts only with the store that is there, or that it may make', async () => {
    configure('config/clientry.json', { type: 'sqlite', path: 'served.db' }, auth0.url)
    const refused = await from('one', 'serve')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain(`There is no store in ${path('config', 'served.db')}`)
  })
})

describe('SQLite', () => {
  const SQLITE = { type: 'sqlite', path: 'history.db' }

  it('is opened beside its configuration, and keeps its id', async () => {
    configure('config/a.json', SQLITE)
    await expect(idOf('config/a.json')).rejects.toMatchObject({ code: 'invalid_request' })
    const id = await idOf('config/a.json', true)
    expect(existsSync(path('config', 'history.db'))).toBe(true)
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idOf('config/a.json')).toBe(id)
    configure('elsewhere/a.json', { ...SQLITE, create: true })
    expect(await idOf('elsewhere/a.json')).not.toBe(id)
  })

  it('is made in development, and from an empty file, which a start that failed has left', async () => {
    const config = JSON.parse(readFileSync(configure('dev.json', SQLITE), 'utf8'))
    writeFileSync(path('dev.json'), JSON.stringify({ ...config, mode: 'development' }))
    expect(await idOf('dev.json')).toBeTruthy()
    configure('a.json', { ...SQLITE, path: 'empty.db' })
    writeFileSync(path('empty.db'), '')
    await expect(idOf('a.json')).rejects.toThrow(/There is no store/)
    expect(await idOf('a.json', true)).toBeTruthy()
  })

  it('at the old place, below the working directory, is named beside the new one', async () => {
    const old = path('work', 'history.db')
    mkdirSync(path('work'))
    configure('config/a.json', { ...SQLITE, create: true })
    await idOf('config/a.json')
    const made = readFileSync(path('config', 'history.db'))
    rmSync(path('config', 'history.db'))
    writeFileSync(old, made)
    vi.spyOn(process, 'cwd').mockReturnValue(path('work'))
    const refused = idOf('config/a.json', true)
    await expect(refused).rejects.toThrow(old)
    await expect(refused).rejects.toThrow(path('config', 'history.db'))
    expect(existsSync(path('config', 'history.db'))).toBe(false)
    vi.restoreAllMocks()
  })

  it('of another id is refused, and a pinned one is never made anew', async () => {
    configure('a.json', { ...SQLITE, create: true })
    const id = await idOf('a.json')
    configure('a.json', { ...SQLITE, id })
    expect(await idOf('a.json')).toBe(id)
    const other = 'b0a9b1a2-0000-4000-8000-000000000000'
    configure('a.json', { ...SQLITE, id: other })
    await expect(idOf('a.json')).rejects.toThrow(
      new RegExp(`has the id ${id}, but store.id is ${other}`),
    )
    rmSync(path('history.db'))
    configure('a.json', { ...SQLITE, id, create: true })
    await expect(idOf('a.json', true)).rejects.toThrow(/store.id expects the store/)
    expect(existsSync(path('history.db'))).toBe(false)
  })

  it('of an earlier version gets an id and keeps it; two who open it agree', async () => {
    const earlier = readFileSync(join('test', 'fixtures', 'stores', 'sqlite.db.gz'))
    writeFileSync(path('history.db'), gunzipSync(earlier))
    configure('a.json', SQLITE)
    const ids = await Promise.all([idOf('a.json'), idOf('a.json')])
    expect(new Set([...ids, await idOf('a.json')]).size).toBe(1)
  })

  it('needs an absolute path where the configuration is in no file', async () => {
    const inline = readFileSync(configure('a.json', SQLITE), 'utf8')
    const loading = loadConfig({ ...ENVIRONMENT, CLIENTRY_CONFIG_JSON: inline })
    await expect(loading).rejects.toThrow(/store.path must be absolute/)
  })
})

describe('DynamoDB', () => {
  let dynamodb: Dynamodb
  beforeEach(async () => {
    dynamodb = await startDynamodb()
    vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey)
  })
  afterEach(() => dynamodb.close())

  function named(more: object = {}): string {
    const { table, region, endpoint } = dynamodb.settings
    configure('a.json', { type: 'dynamodb', table, region, endpoint, ...more })
    return 'a.json'
  }

  it('that is empty is none; one that was made keeps its id, which can be pinned', async () => {
    await expect(idOf(named())).rejects.toThrow(/There is no store in the table clientry of/)
    const pinned = named({ id: 'another', create: true })
    await expect(idOf(pinned)).rejects.toThrow(/remove store.id/)
    const ids = await Promise.all([idOf(named(), true), idOf(named(), true)])
    expect(new Set(ids).size).toBe(1)
    expect(await idOf(named({ id: ids[0] }))).toBe(ids[0])
    await expect(idOf(named({ id: 'another' }))).rejects.toThrow(/it is another store/)
  })

  it('of an earlier version gets an id', async () => {
    const earlier = readFileSync(join('test', 'fixtures', 'stores', 'dynamodb.json.gz'))
    const { table, endpoint } = dynamodb.settings
    for (const Item of JSON.parse(gunzipSync(earlier).toString())) {
      await call(endpoint, 'PutItem', JSON.stringify({ TableName: table, Item }))
    }
    expect(await idOf(named())).toBe(await idOf(named()))
  })
})
