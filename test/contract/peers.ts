/**
 * Real authorization servers that speak RFC 7591 and RFC 7592, seen by the suites as every provider is.
 * Each is started once for a test file that asks for it; its clients are new for each test.
 */

import { afterAll } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { fullGlewlwydClient, fullRegisteredClient } from '../fixtures/registered.ts'
import { startGlewlwyd } from '../peers/glewlwyd.ts'
import { unpackGlewlwyd } from '../peers/glewlwyd-package.ts'
import { startLocalPeer } from '../peers/local.ts'
import { type Peer, startOidcPeer } from '../peers/oidc.ts'
import type { Subject, SubjectKind } from '../providers/subject.ts'
import { REGISTERED as FRAME, GLEWLWYD, REGISTERED_LOCALLY } from './frame/registered.ts'
import { subjectOf } from './registered-subject.ts'

/** A provider of registered clients, with the server behind it. */
export interface PeerSubject extends Subject {
  readonly peer: Peer
}

export interface PeerKind extends SubjectKind {
  start(): Promise<PeerSubject>
}

const running = new Map<string, Promise<Peer>>()

/** Closes them after the test file that is being read: files may share a process, which reads this one once. */
function closeAfterFile(): void {
  afterAll(async () => {
    const peers = [...running.values()]
    running.clear()
    for (const peer of await Promise.all(peers)) await peer.close()
  })
}
closeAfterFile()

/** All of them, for one more file of a process. */
export function peersForFile(): readonly PeerKind[] {
  closeAfterFile()
  return PEERS
}

async function peerOf(name: string, start: () => Promise<Peer>): Promise<Peer> {
  const peer = running.get(name) ?? start()
  running.set(name, peer)
  try {
    return await peer
  } catch (error) {
    // It is started again for the next test, which then shows why it has none.
    running.delete(name)
    throw error
  }
}

/** One client at a server that has no other. */
function freshSubject(peer: Peer, full: JsonObject): Promise<PeerSubject> {
  peer.clear()
  return subjectOf(peer, full)
}

export const LACKS = [
  'description',
  'webOrigins',
  'allowedOrigins',
  'clientMetadata',
  'idTokenLifetime',
  'accessTokenLifetime',
  'refreshTokenLifetime',
  'refreshTokenRotation',
] as const

const glewlwyd = await unpackGlewlwyd()

/** Why there is no Glewlwyd to test against; absent: there is one. */
export const NO_GLEWLWYD = 'reason' in glewlwyd ? glewlwyd.reason : undefined

export const REGISTERED = {
  frame: FRAME,
  setting: ['backchannel_logout_uri', 'https://new.example.com/backchannel'],
  full: fullRegisteredClient,
  lacks: LACKS,
  volatile: [],
  callbacks: 'redirect_uris',
  description: 'client_name',
  defaults: {
    backchannel_logout_session_required: false,
    dpop_bound_access_tokens: false,
    id_token_signed_response_alg: 'RS256',
    post_logout_redirect_uris: [],
    require_auth_time: false,
    require_pushed_authorization_requests: false,
    subject_type: 'public',
  },
  readsBack: true,
  another: ['logoUri', 'https://new.example.com/logo.png'],
} as const

/** It drops what it does not know. */
const { member_of_tomorrow: _, ...LOCAL_CLIENT } = fullRegisteredClient

export const PEERS: readonly PeerKind[] = [
  {
    ...REGISTERED,
    name: 'rfc7592 at oidc-provider',
    start: async () => {
      const peer = await peerOf('oidc-provider', () => startOidcPeer(false))
      return freshSubject(peer, fullRegisteredClient)
    },
  },
  {
    ...REGISTERED,
    name: 'rfc7592 at oidc-provider that renews tokens',
    renewsTokens: true,
    start: async () => {
      const peer = await peerOf('oidc-provider, renewing', () => startOidcPeer(true))
      return freshSubject(peer, fullRegisteredClient)
    },
  },
  {
    ...REGISTERED,
    name: 'rfc7592 at the local provider',
    frame: REGISTERED_LOCALLY,
    full: LOCAL_CLIENT,
    volatile: ['updated_at'],
    renewsTokens: true,
    start: async () => {
      const peer = await peerOf('local', () => startLocalPeer(true))
      return freshSubject(peer, LOCAL_CLIENT)
    },
  },
  ...('root' in glewlwyd ? [glewlwydKind(glewlwyd.root)] : []),
]

function glewlwydKind(root: string): PeerKind {
  return {
    ...REGISTERED,
    name: 'rfc7592 at Glewlwyd',
    frame: GLEWLWYD,
    setting: ['backchannel_logout_uri', 'https://new.example.com/backchannel'],
    full: fullGlewlwydClient,
    lacks: [...LACKS, 'allowedLogoutUrls', 'scopes'],
    defaults: { description: '' },
    another: ['grantTypes', ['authorization_code']],
    start: async () => {
      const peer = await peerOf('glewlwyd', () => startGlewlwyd(root))
      return freshSubject(peer, fullGlewlwydClient)
    },
  }
}
