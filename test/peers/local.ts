/** Clientry's own OpenID Provider on a socket, with registration switched on: a server as any other. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../src/core/json/json.ts'
import { CLIENTS } from '../../src/providers/local/clients.ts'
import { OWN_MEMBERS } from '../../src/providers/local/members.ts'
import { createKeys } from '../../src/providers/local/openid/keys.ts'
import { createOpenidProvider } from '../../src/providers/local/openid/openid.ts'
import type { Documents } from '../../src/store/documents.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { putAtOnce } from '../fixtures/put-at-once.ts'
import { storedDocument } from '../fixtures/stored-document.ts'
import { startFront } from './front.ts'
import { ANYONE, INITIAL_TOKEN, type Peer } from './oidc.ts'

/** Where oidc-provider keeps what opens clients, through the adapter of the local provider. */
const TOKENS = 'oidc:RegistrationAccessToken'

const KEY = Buffer.alloc(32, 3)

/** Starts it; `renews`: an update renews the token of its client. */
export async function startLocalPeer(renews: boolean): Promise<Peer> {
  const database = await openDatabase(':memory:')
  const documents = createDocuments(database, { keys: keysOf(KEY) })
  let target = ''
  const stored = (id: string) => withoutOwn(storedDocument({ database, key: KEY }, CLIENTS, id))
  const ids = new Set<string>()
  const put = (record: JsonObject) => {
    ids.add(String(record.client_id))
    return putAtOnce(documents, record)
  }
  const front = await startFront({
    url: () => target,
    change: (id, members) => put({ ...stored(id), ...(members as JsonObject) }),
  })
  const openid = createOpenidProvider({
    issuer: `${front.url}/oidc`,
    documents,
    keys: await createKeys(),
    registration: { initialAccessToken: INITIAL_TOKEN, renewsTokens: renews },
    now: Date.now,
  })
  const server = createServer(openid.callback)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const drop = database.prepare('delete from documents where collection = ?')
  const dropTokens = () => {
    drop.run(TOKENS)
  }
  return {
    front,
    settings: {
      issuer: openid.issuer,
      dialect: 'oidc-provider',
      initialAccessToken: { env: 'INITIAL_TOKEN' },
    },
    stored,
    put,
    token: (id) => putRegistrationToken(documents, id),
    flow: { issuer: openid.issuer, routes: { [front.url]: target }, fields: ANYONE },
    dropTokens,
    clear: () => {
      dropTokens()
      for (const id of ids) documents.remove(CLIENTS, id)
      ids.clear()
    },
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
      await front.close()
      database.close()
    },
  }
}

let tokens = 0

/** Makes a token that opens a client, as its registration would have. */
export function putRegistrationToken(documents: Documents, id: string): string {
  tokens += 1
  const jti = `token-of-the-tests-${tokens}`.padEnd(43, '-')
  const iat = Math.floor(Date.now() / 1_000)
  documents.put(TOKENS, jti, { iat, jti, kind: 'RegistrationAccessToken', clientId: id })
  return jti
}

function withoutOwn(record: JsonObject | undefined): JsonObject | undefined {
  if (record === undefined) return undefined
  const own: readonly string[] = OWN_MEMBERS
  return Object.fromEntries(Object.entries(record).filter(([name]) => !own.includes(name)))
}
