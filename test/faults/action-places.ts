/**
 * Clients on which an operation of each action is tried: of the embedded provider, which needs no socket, of Okta and Entra ID,
 * where some are several calls, and of a server that opens each client by a token of its own.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../src/core/json/json.ts'
import { startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { dialectOf } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createRfc7592Provider } from '../../src/providers/rfc7592/index.ts'
import type { Service } from '../../src/service/base/service.ts'
import { auth0Over } from '../contract/auth0-provider.ts'
import { subjectNamed } from '../contract/subjects.ts'
import { keyedClient } from '../fixtures/auth0-keys.ts'
import { KEYCLOAK } from './keycloak-world.ts'

/** Clients at one provider. */
export interface Clients {
  readonly ref: ClientRef
  /** Of the instance that is given; some keep in its store what opens a client. */
  providerFor(service: Service): Provider
  /** The client as it is stored; `undefined`: it is gone. */
  stored(): JsonObject | undefined
  close(): Promise<void>
}

/** The client of the suites at one provider. */
export async function startSubject(name: string): Promise<Clients> {
  const subject = await subjectNamed(name).start()
  return {
    ref: subject.ref,
    providerFor: () => subject.provider,
    stored: () => {
      try {
        return subject.stored() as JsonObject | undefined
      } catch {
        // Some subjects refuse to show what is not there.
        return undefined
      }
    },
    close: subject.close,
  }
}

/** A server that opens the client by a token of its own (RFC 7592 section 2.1). */
export async function startRegistering(): Promise<Clients> {
  const record = { client_id: 'abc', client_name: 'Example', redirect_uris: [] }
  const server = createServer((incoming, outgoing) => {
    const known = incoming.headers.authorization === 'Bearer token'
    outgoing.writeHead(known ? 200 : 401, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify(known ? record : { error: 'invalid_token' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ref: { provider: 'it', id: 'abc' },
    providerFor: ({ store, seal, now }) =>
      createRfc7592Provider({
        endpoints: { origins: [], registrationEndpoint: `http://127.0.0.1:${port}/register` },
        initialAccessToken: undefined,
        dialect: dialectOf('standard'),
        store,
        seal,
        name: 'it',
        now,
      }),
    stored: () => record,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An application that authenticates by a key, which Auth0 keeps beside its record. */
export async function startKeyed(): Promise<Clients> {
  const emulator = await startAuth0Emulator({ clients: [keyedClient] })
  const providers = await auth0Over(emulator.url)
  const ref = { provider: 'auth0', id: keyedClient.client_id }
  const provider = providers.get(ref.provider)
  if (provider === undefined) throw new TypeError('no such provider')
  return {
    ref,
    providerFor: () => provider,
    stored: () => emulator.client(ref.id) as JsonObject | undefined,
    close: () => emulator.close(),
  }
}

/** A client that its provider gives back once it is removed. */
export async function startRestorable(): Promise<Clients> {
  const { ref, provider, stored, close } = await KEYCLOAK.start()
  const id = stored()?.id
  return {
    ref,
    providerFor: () => provider,
    // The same one, and no other of its name.
    stored: () => {
      const record = stored()
      return record?.id === id ? record : undefined
    },
    close,
  }
}
