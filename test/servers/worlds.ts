/** How the world of each endpoint is opened, by the subject of the contract suites. */

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import type { JsonObject } from '../../src/core/json/json.ts'
import { startCanaille } from '../peers/canaille.ts'
import { startFront } from '../peers/front.ts'
import { startGlewlwyd } from '../peers/glewlwyd.ts'
import { unpackGlewlwyd } from '../peers/glewlwyd-package.ts'
import { startOidcPeer } from '../peers/oidc.ts'
import type { ServerName } from './chosen.ts'
import { openEmbedded } from './embedded.ts'
import { type Hydra, inFile, onPostgres, startHydra } from './hydra.ts'
import { adminAt } from './hydra-cases.ts'
import { startHydraRegistration } from './hydra-registration.ts'
import { operationOf } from './hydra-subject.ts'
import { type Keycloak, realmName, startKeycloak } from './keycloak.ts'
import { openKeycloakAdmin } from './keycloak-admin.ts'
import { CODE_FLOW_OF_KEYCLOAK, startKeycloakRegistration } from './keycloak-registration.ts'
import type { Kind } from './table.ts'
import { CODE_FLOW, registeredWorld, SECRET, type World } from './world.ts'

async function startUnpackedGlewlwyd() {
  const unpacked = await unpackGlewlwyd()
  if ('reason' in unpacked) throw new Error(unpacked.reason)
  return startGlewlwyd(unpacked.root)
}

const OPENID = { ...CODE_FLOW, scope: 'openid' }

/** By a key: a secret in use would be renewed there by an update, and a public client made confidential. */
async function openGlewlwyd(): Promise<World> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  const members = {
    ...CODE_FLOW,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key] },
  }
  return registeredWorld(await startUnpackedGlewlwyd(), members as JsonObject, {
    key: privateKey,
    kid: 'one',
  })
}

/** A world that stops its server with it. */
const stopping = (world: World, { stop }: { stop(): Promise<void> }): World => ({
  ...world,
  close: async () => {
    await world.close()
    await stop()
  },
})

async function openHydraAdmin(hydra: Hydra): Promise<World> {
  const admin = adminAt(hydra.adminUrl)
  const front = await startFront({
    url: () => hydra.adminUrl,
    change: () => {},
    nameOf: operationOf,
  })
  const replace = (path: string, value: string | string[]) => ({ op: 'replace', path, value })
  return {
    place: { provider: 'it' },
    settings: { type: 'hydra', baseUrl: front.url, pace: { perSecond: 10_000 } },
    secrets: {},
    front,
    flow: hydra.flow,
    make: async (id, callbacks) => {
      await admin.send('POST', '', {
        ...OPENID,
        client_id: id,
        client_name: 'Example',
        client_secret: SECRET,
        redirect_uris: [...callbacks],
      })
      return { id, party: { id, secret: SECRET } }
    },
    callbacks: async (id) => (await admin.read(id)).redirect_uris as string[],
    name: async (id) => (await admin.read(id)).client_name,
    addNatively: async ({ id }, value) =>
      (await admin.patch(id, { op: 'add', path: '/redirect_uris/-', value })).status,
    setNatively: async (id, { name, callbacks }) => {
      const operations: JsonObject[] = [
        ...(name === undefined ? [] : [replace('/client_name', name)]),
        ...(callbacks === undefined ? [] : [replace('/redirect_uris', callbacks)]),
      ]
      await admin.patch(id, ...operations)
    },
    close: front.close,
  }
}

const openHydraRegistration = async (hydra: Hydra): Promise<World> =>
  registeredWorld(await startHydraRegistration(hydra), OPENID)

/** Ids of records are those of the whole server there, on which other files make clients too. */
async function openKeycloakRegistration(keycloak: Keycloak): Promise<World> {
  const server = await startKeycloakRegistration(keycloak, realmName('world'))
  const world = registeredWorld(server, CODE_FLOW_OF_KEYCLOAK)
  const own = randomUUID().slice(0, 8)
  return { ...world, make: (id, callbacks) => world.make(`${id}-${own}`, callbacks) }
}

/** A server that outlives its process, and its endpoints. */
export interface Lasting {
  /** Ends it at once, and starts it again. */
  restart(): Promise<void>
  readonly worlds: { readonly [K in Kind]?: World }
  close(): Promise<void>
}

/** Servers that keep their clients in a file, so that they can be killed. */
export const LASTING: {
  readonly [S in ServerName]?: (folder: string) => Promise<Lasting>
} = {
  hydra: async (folder) => {
    const hydra = await startHydra(inFile(join(folder, 'hydra.sqlite')))
    return lasting(hydra, { 'rfc7592 at Hydra': await openHydraRegistration(hydra) })
  },
  keycloak: async (folder) => {
    const keycloak = await startKeycloak(join(folder, 'keycloak'))
    return lasting(keycloak, {
      'keycloak itself': await openKeycloakAdmin(keycloak),
      'rfc7592 at Keycloak': await openKeycloakRegistration(keycloak),
    })
  },
}

const lasting = (server: Hydra | Keycloak, worlds: Lasting['worlds']): Lasting => ({
  restart: server.restart,
  worlds,
  close: async () => {
    for (const world of Object.values(worlds)) await world.close()
    await server.stop()
  },
})

/** Opens the world of each endpoint. */
export const WORLDS: { readonly [K in Kind]: () => Promise<World> } = {
  'keycloak itself': async () => {
    const keycloak = await startKeycloak()
    return stopping(await openKeycloakAdmin(keycloak), keycloak)
  },
  'rfc7592 at Keycloak': async () => {
    const keycloak = await startKeycloak()
    return stopping(await openKeycloakRegistration(keycloak), keycloak)
  },
  'hydra itself': async () => {
    const hydra = await startHydra(await onPostgres())
    return stopping(await openHydraAdmin(hydra), hydra)
  },
  'rfc7592 at Hydra': async () => {
    const hydra = await startHydra()
    return stopping(await openHydraRegistration(hydra), hydra)
  },
  'rfc7592 at Canaille': async () => registeredWorld(await startCanaille(), OPENID),
  'rfc7592 at Glewlwyd': openGlewlwyd,
  'rfc7592 at oidc-provider': async () => registeredWorld(await startOidcPeer(false)),
  'rfc7592 at oidc-provider that renews tokens': async () =>
    registeredWorld(await startOidcPeer(true)),
  local: openEmbedded,
}
