/** A tenant of Auth0 with one client and two connections, and a service on a fresh store. */

import { type Auth0Emulator, startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { auth0Over } from './auth0-provider.ts'
import { type Bench, openBench } from './service.ts'

export interface Tenant {
  readonly emulator: Auth0Emulator
  readonly bench: Bench
  close(): Promise<void>
}

/** The client is enabled for the connection `users`, and not for `google`. */
export async function openTenant(): Promise<Tenant> {
  const emulator = await startAuth0Emulator({
    connections: [
      { id: 'con_users', name: 'users', strategy: 'auth0', enabledClients: ['exampleClientId'] },
      { id: 'con_google', name: 'google', strategy: 'google-oauth2' },
    ],
  })
  emulator.put(fullAuth0Client)
  const bench = await openBench(await auth0Over(emulator.url))
  return {
    emulator,
    bench,
    close: async () => {
      await bench.close()
      await emulator.close()
    },
  }
}
