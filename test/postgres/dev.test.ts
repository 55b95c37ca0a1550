/** The development server on PostgreSQL: with the store of a configuration, which the environment names. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { clientry, type DevServer, startDev } from '../cli/command-line.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

const CALLBACK = 'https://new.example.com/callback'
const CLIENT = '/clients/exampleClientId?provider=local'

describePostgres('the development server', () => {
  let place: PostgresPlace
  let folder: string
  let dev: DevServer | undefined
  beforeEach(async () => {
    place = await openPlace()
    folder = mkdtempSync(join(tmpdir(), 'clientry-dev-'))
  })
  afterEach(async () => {
    await dev?.close()
    dev = undefined
    await place.query(`drop schema if exists ${schema()} cascade`)
    await place.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const schema = () => `${place.settings.schema}_dev`
  const state = () => join(folder, 'state')
  async function startOn(store: JsonObject): Promise<string> {
    const environment = { CLIENTRY_DEV_FOLDER: state() }
    dev = await startDev({ ...environment, CLIENTRY_DEV_STORE: JSON.stringify(store) })
    const { out } = await clientry(['token'], { folder, env: environment })
    return out.trim()
  }
  async function call(token: string, path: string, body?: JsonObject): Promise<JsonObject> {
    const answer = await fetch(`${dev?.url}${path}`, {
      method: body === undefined ? 'GET' : 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return (await answer.json()) as JsonObject
  }

  it('has its clients and its history in the database, also after it was started again', async () => {
    const { host, port, database, user } = place.settings
    const url = `postgresql://${user}@${host}:${port}/${database}`
    const store = { type: 'postgresql', url, schema: schema() }
    const first = await startOn(store)
    const callbacks = { add: [CALLBACK] }
    const changed = await call(first, CLIENT, { client: { callbacks } })
    expect(changed).toMatchObject({ callbacks: expect.arrayContaining([CALLBACK]) })
    await dev?.close()
    const second = await startOn(store)
    expect(await call(second, CLIENT)).toMatchObject({ callbacks: changed.callbacks ?? [] })
    const { items } = await call(second, '/history?provider=local')
    expect(items).toMatchObject([{ outcome: 'applied' }])
    expect(existsSync(join(state(), 'clientry.db'))).toBe(false)
  })

  it('refuses a store that cannot hold its own provider, and what is no store', async () => {
    const dynamodb = { type: 'dynamodb', table: 'clientry', region: 'eu-central-1' }
    await expect(startOn(dynamodb)).rejects.toThrow('a store of the type sqlite or postgresql')
    await expect(startOn({ type: 'postgresql' })).rejects.toThrow('store.url')
    const environment = { CLIENTRY_DEV_STORE: 'postgresql://localhost' }
    await expect(startDev(environment)).rejects.toThrow('CLIENTRY_DEV_STORE must be')
  })
})
