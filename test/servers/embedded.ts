/**
 * The embedded OpenID Provider on a file that servers of Clientry share, as one more instance of it, with registration
 * for scripts that go around Clientry.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json/json.ts'
import { CLIENTS } from '../../src/providers/local/clients.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { createKeys } from '../../src/providers/local/openid/keys.ts'
import { createOpenidProvider } from '../../src/providers/local/openid/openid.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { KEY } from '../faults/servers.ts'
import { putRegistrationToken } from '../peers/local.ts'
import { ANYONE, INITIAL_TOKEN } from '../peers/oidc.ts'
import { addByRegistration, type World } from './world.ts'

const SECRET = 'a-secret-of-the-tests-a-secret-of-the-tests'

export async function openEmbedded(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-embedded-'))
  const path = join(folder, 'clientry.db')
  const database = await openDatabase(path)
  const documents = createDocuments(database, { key: KEY })
  let answer: ReturnType<typeof createOpenidProvider>['callback'] = () => {}
  const server = createServer((incoming, outgoing) => answer(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const openid = createOpenidProvider({
    issuer: `http://127.0.0.1:${port}/oidc`,
    documents,
    keys: await createKeys(),
    registration: { initialAccessToken: INITIAL_TOKEN, renewsTokens: false },
    now: Date.now,
  })
  answer = openid.callback
  const stored = (id: string) => (documents.get(CLIENTS, id) ?? {}) as JsonObject
  return {
    settings: { type: 'local', listLagSeconds: 0 },
    secrets: {},
    database: path,
    flow: { issuer: openid.issuer, routes: {}, fields: ANYONE },
    make: (id, callbacks) => {
      putLocalClient(documents, {
        client_id: id,
        client_name: 'Example',
        client_secret: SECRET,
        redirect_uris: [...callbacks],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      })
      return { id, party: { id, secret: SECRET }, token: putRegistrationToken(documents, id) }
    },
    callbacks: (id) => stored(id).redirect_uris as string[],
    name: (id) => stored(id).client_name,
    addNatively: addByRegistration({ settings: { issuer: openid.issuer } }),
    setNatively: (id, { name, callbacks }) =>
      putLocalClient(documents, {
        ...stored(id),
        ...(name === undefined ? {} : { client_name: name }),
        ...(callbacks === undefined ? {} : { redirect_uris: callbacks }),
      }),
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
