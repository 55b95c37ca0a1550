/** Servers with registration that `npm run test:servers` has beside those of the ordinary suite, as subjects. */

import { afterAll } from 'vitest'
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
import { type Hydra, startHydra } from './hydra.ts'
import { startHydraRegistration } from './hydra-registration.ts'
import { realmName, startKeycloak } from './keycloak.ts'
import { startKeycloakRegistration } from './keycloak-registration.ts'

/** A server that is started for the first test that asks, and stopped after the last. */
function once<S extends RegistrationServer>(start: () => Promise<S>): () => Promise<S> {
  let running: Promise<S> | undefined
  afterAll(async () => (await running)?.close())
  return () => {
    running ??= start()
    return running
  }
}

function canaille(): AnyKind {
  const start = once(startCanaille)
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
  const start = once(async () =>
    startKeycloakRegistration(await startKeycloak(), realmName('contract')),
  )
  return {
    ...UNFRAMED,
    name: 'rfc7592 at Keycloak',
    server: 'keycloak',
    full: fullKeycloakClient,
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
      server.drop(String(fullKeycloakClient.client_id))
      return subjectOf(server, fullKeycloakClient)
    },
  }
}

function hydra(): AnyKind {
  let running: Promise<Hydra> | undefined
  afterAll(async () => (await running)?.stop())
  const start = once(async () => {
    running = startHydra()
    return startHydraRegistration(await running)
  })
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
}

/** Those that this run is about. */
export const registeredKinds = (): readonly AnyKind[] =>
  CHOSEN === undefined ? [] : KINDS[CHOSEN]()
