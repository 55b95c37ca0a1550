/** A server that speaks RFC 7591 and RFC 7592 as a subject of the suites: its provider, and one client taken over. */

import { parseConfig } from '../../src/config/config-parse.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { createProviders } from '../../src/providers/configured.ts'
import { createSeal } from '../../src/store/seal.ts'
import type { Database } from '../../src/store/sqlite/database.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { INITIAL_TOKEN, type RegistrationServer } from '../peers/oidc.ts'
import type { Subject } from '../providers/subject.ts'
import { callInTime } from './service.ts'

/** The provider of a configuration that names the server, over a store on an open database. */
export async function providerAt(
  peer: Pick<RegistrationServer, 'settings'>,
  database: Database,
  key: Uint8Array,
) {
  const { providers } = parseConfig(
    {
      mode: 'development',
      key: { env: 'KEY' },
      store: { type: 'sqlite', path: ':memory:' },
      providers: { it: { type: 'rfc7592', pace: { perSecond: 10_000 }, ...peer.settings } },
      auth: { issuers: [{ issuer: 'https://issuer.example', audience: ['clientry'] }] },
    },
    { KEY: Buffer.from(key).toString('base64'), INITIAL_TOKEN },
  )
  const built = await createProviders(providers, {
    now: Date.now,
    environmentCredentials: () => undefined,
    store: createSqliteStore(database),
    seal: createSeal(key),
  })
  const provider = built.get('it')
  if (provider === undefined) throw new TypeError('no provider')
  return provider
}

/** The server with one client of such a record. */
export async function subjectOf<P extends RegistrationServer>(
  peer: P,
  full: JsonObject,
): Promise<Subject & { readonly peer: P }> {
  const id = String(full.client_id)
  peer.put(full)
  const database = await openDatabase(':memory:')
  const provider = await providerAt(peer, database, Buffer.alloc(32, 7))
  const ref = { provider: 'it', id }
  const call = callInTime('adoption')
  await provider.adoption?.take(ref, { token: secret(peer.token(id)) }, call)
  peer.front.clearCalls()
  return {
    peer,
    provider,
    ref,
    stored: () => peer.stored(id) ?? {},
    put: peer.put,
    emulator: peer.front,
    operations: { read: 'GET /register/{id}', write: 'PUT /register/{id}' },
    close: async () => {
      peer.front.clearFaults()
      database.close()
    },
  }
}
