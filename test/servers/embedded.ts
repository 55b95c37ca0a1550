/** The embedded OpenID Provider: development servers (`npm start`) in processes of their own, which share a folder. */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json/json.ts'
import { databasePath, loadAddress, loadKeys } from '../../src/dev/dev-state.ts'
import { CLIENTS } from '../../src/providers/local/clients.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { fetchDevelopmentToken } from '../../src/providers/local/openid/token.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { keysOfFile } from '../fixtures/store-keys.ts'
import { storedDocument } from '../fixtures/stored-document.ts'
import { freePort } from '../free-port.ts'
import { putRegistrationToken } from '../peers/local.ts'
import { ANYONE, INITIAL_TOKEN } from '../peers/oidc.ts'
import { addByRegistration, CODE_FLOW, type Instance, SECRET, type World } from './world.ts'

/** Every program of this repository is started in its root. */
const DEV = join(process.cwd(), 'dist', 'dev.js')

async function startInstance(folder: string): Promise<Instance> {
  const port = await freePort()
  const child = spawn(process.execPath, [DEV], {
    env: {
      ...process.env,
      CLIENTRY_DEV_FOLDER: folder,
      CLIENTRY_DEV_INITIAL_TOKEN: INITIAL_TOKEN,
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    // It greets when it has saved its address.
    child.stdout?.on('data', (bytes: Buffer) => {
      if (String(bytes).includes(`localhost:${port}`)) resolve()
    })
    ended.then(() => reject(new Error('The development server ended before it listened.')))
  })
  const address = loadAddress(folder)
  if (address === undefined) throw new Error('The development server saved no address.')
  const token = await fetchDevelopmentToken(address)
  return {
    url: `http://127.0.0.1:${port}`,
    token: async () => token,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** One server that is asked for logins, and any number of others. */
export async function openEmbedded(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-embedded-'))
  const keys = await loadKeys(folder)
  const key = Buffer.from(keys.key, 'base64')
  const first = await startInstance(folder)
  const database = await openDatabase(databasePath(folder))
  const storeKeys = await keysOfFile(database, key)
  const documents = createDocuments(database, { keys: storeKeys })
  const { port } = new URL(first.url)
  const origin = `http://localhost:${port}`
  const stored = (id: string) =>
    (storedDocument({ database, keys: storeKeys }, CLIENTS, id) ?? {}) as JsonObject
  return {
    place: { provider: 'local' },
    settings: { type: 'local', listLagSeconds: 0 },
    secrets: {},
    store: { path: databasePath(folder), key },
    startInstance: () => startInstance(folder),
    flow: { issuer: `${origin}/oidc`, routes: { [origin]: first.url }, fields: ANYONE },
    make: async (id, callbacks) => {
      await putLocalClient(documents, {
        client_id: id,
        client_name: 'Example',
        client_secret: SECRET,
        redirect_uris: [...callbacks],
        ...CODE_FLOW,
      })
      return { id, party: { id, secret: SECRET }, token: putRegistrationToken(documents, id) }
    },
    callbacks: (id) => stored(id).redirect_uris as string[],
    name: (id) => stored(id).client_name,
    addNatively: addByRegistration({ settings: { registrationEndpoint: `${origin}/oidc/reg` } }),
    setNatively: (id, { name, callbacks }) =>
      putLocalClient(documents, {
        ...stored(id),
        ...(name === undefined ? {} : { client_name: name }),
        ...(callbacks === undefined ? {} : { redirect_uris: callbacks }),
      }),
    close: async () => {
      await first.kill()
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
