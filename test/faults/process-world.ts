/** Emulators, a proxy before one of them, an issuer and servers on one SQLite file, for one test. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Auth0Emulator, startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { type FaultProxy, startFaultProxy } from './proxy.ts'
import {
  type Issuer,
  type ServerOptions,
  type ServerProcess,
  startIssuer,
  startServer,
} from './servers.ts'

export interface ProcessWorld {
  readonly cognito: CognitoEmulator
  readonly auth0: Auth0Emulator
  /** Before the Cognito emulator. */
  readonly proxy: FaultProxy
  readonly issuer: Issuer
  /** Starts one more server; all share one file. */
  server(providers: JsonObject, limits?: ServerOptions['limits']): Promise<ServerProcess>
  /** The history of the example client, at Cognito unless another place is named. */
  history(at?: Omit<ClientRef, 'id'>): Promise<readonly Entry[]>
  close(): Promise<void>
}

export async function startProcessWorld(): Promise<ProcessWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-processes-'))
  const database = join(folder, 'clientry.db')
  const cognito = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
  cognito.addFutureMember('MemberOfTomorrow')
  const auth0 = await startAuth0Emulator({ clients: [fullAuth0Client] })
  const proxy = await startFaultProxy(cognito.url)
  const issuer = await startIssuer()
  const servers: ServerProcess[] = []
  return {
    cognito,
    auth0,
    proxy,
    issuer,
    server: async (providers, limits) => {
      const more = limits === undefined ? {} : { limits }
      const server = await startServer({ database, providers, issuer, ...more })
      servers.push(server)
      return server
    },
    history: async (at = { provider: 'cognito', userPoolId: POOL_ID }) => {
      const store = createSqliteStore(await openDatabase(database))
      const entries = await store.entries(resourceOf({ ...at, id: 'exampleClientId' }))
      await store.close()
      return entries
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.kill()))
      await proxy.close()
      await Promise.all([cognito.close(), auth0.close(), issuer.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
