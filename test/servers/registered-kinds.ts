/** Servers with registration that `npm run test:servers` has beside those of the ordinary suite, as subjects. */

import { randomUUID } from 'node:crypto'
import { CANAILLE } from '../contract/frame/registered.ts'
import { LACKS, PEERS, REGISTERED } from '../contract/peers.ts'
import { subjectOf } from '../contract/registered-subject.ts'
import {
  fullCanailleClient,
  fullHydraRegistration,
  fullKeycloakClient,
} from '../fixtures/registered.ts'
import { startCanaille } from '../peers/canaille.ts'
import type { RegistrationServer } from '../peers/oidc.ts'
import type { AnyKind } from '../providers/subject.ts'
import { CHOSEN, type ServerName } from './chosen.ts'
import { startHydra } from './hydra.ts'
import { startHydraRegistration } from './hydra-registration.ts'
import { realmName, startKeycloak } from './keycloak.ts'
import { startKeycloakRegistration } from './keycloak-registration.ts'
import { once } from './once.ts'

const closing = (server: RegistrationServer) => server.close()

function canaille(): AnyKind {
  const start = once(startCanaille, closing)
  return {
    ...REGISTERED,
    name: 'rfc7592 at Canaille',
    server: 'canaille',
    merges: true,
    frame: CANAILLE,
    full: fullCanailleClient,
    lacks: LACKS,
    description: 'software_version',
    setting: ['software_id', 'another'],
    start: async () => subjectOf(await start(), fullCanailleClient),
  }
}

/** `rfc7592.test.ts` has random patches of them. */
const { frame: _, ...UNFRAMED } = REGISTERED

function keycloak(): AnyKind {
  // Ids of records are those of the whole server, on which other files store the same client.
  const full = { ...fullKeycloakClient, client_id: `example-${randomUUID().slice(0, 13)}` }
  const start = once(
    async () => startKeycloakRegistration(await startKeycloak(), realmName('contract')),
    closing,
  )
  return {
    ...UNFRAMED,
    name: 'rfc7592 at Keycloak',
    server: 'keycloak',
    full,
    lacks: LACKS,
    sorts: true,
    volatile: [],
    // Written out by every update; absent, they mean the same.
    defaults: {
      '@tls.client.certificate.bound.access.tokens': 'false',
      '@require.pushed.authorization.requests': 'false',
      '@dpop.bound.access.tokens': 'false',
    },
    renewsTokens: true,
    description: 'userinfo_signed_response_alg',
    another: ['clientUri', 'https://new.example.com/about'],
    start: async () => {
      const server = await start()
      server.drop(full.client_id)
      return subjectOf(server, full)
    },
  }
}

function hydra(): AnyKind {
  const hydra = once(startHydra, ({ stop }) => stop())
  const start = once(async () => startHydraRegistration(await hydra()), closing)
  return {
    ...UNFRAMED,
    name: 'rfc7592 at Hydra',
    server: 'hydra',
    full: fullHydraRegistration,
    lacks: LACKS,
    volatile: ['created_at', 'updated_at'],
    defaults: {},
    renewsTokens: true,
    hidesSecret: 'client_secret',
    start: async () => {
      const server = await start()
      server.drop(String(fullHydraRegistration.client_id))
      return subjectOf(server, fullHydraRegistration)
    },
  }
}

const peers = (server: ServerName, ...ends: readonly string[]) =>
  PEERS.filter(({ name }) => ends.some((end) => name.endsWith(end))).map((kind) => ({
    ...kind,
    server,
  }))

const KINDS: { readonly [S in ServerName]: () => readonly AnyKind[] } = {
  'oidc-provider': () => peers('oidc-provider', 'at oidc-provider', 'that renews tokens'),
  glewlwyd: () => peers('glewlwyd', 'Glewlwyd'),
  canaille: () => [canaille()],
  hydra: () => [hydra()],
  keycloak: () => [keycloak()],
  embedded: () => [],
  'better-auth': () => [],
  'lemonldap-ng': () => [],
  image: () => [],
  moto: () => [],
}

/** Those that this run is about. */
export const registeredKinds = (): readonly AnyKind[] =>
  CHOSEN === undefined ? [] : KINDS[CHOSEN]()
