/** The local provider in the suites, over a database in memory. */

import { CLIENT_KINDS } from '../../../src/core/client-kind.ts'
import type { JsonObject } from '../../../src/core/json/json.ts'
import { putLocalClient } from '../../../src/providers/local/index.ts'
import { mapping } from '../../../src/providers/local/mapping.ts'
import { keysOf } from '../../../src/store/keys/keys.ts'
import { openDatabase } from '../../../src/store/sqlite/database.ts'
import { createDocuments } from '../../../src/store/sqlite/documents.ts'
import { LOCAL } from '../../contract/frame/registered.ts'
import { COMMON } from '../../contract/samples.ts'
import { fullLocalClient } from '../../fixtures/local.ts'
import { putAtOnce } from '../../fixtures/put-at-once.ts'
import { storedDocument } from '../../fixtures/stored-document.ts'
import {
  issuerAt as at,
  type Life,
  NEEDS_CALLBACKS,
  only,
  type ProviderSubject,
  type SubjectKind,
} from '../subject.ts'

const kind: SubjectKind = {
  name: 'local',
  full: fullLocalClient,
  volatile: ['updated_at'],
  callbacks: 'redirect_uris',
  description: 'client_name',
  frame: LOCAL,
  setting: ['backchannel_logout_uri', 'https://new.example.com/backchannel'],
  inProcess: true,
  start: async () => {
    const database = await openDatabase(':memory:')
    const key = Buffer.alloc(32, 1)
    const documents = createDocuments(database, { keys: keysOf(key) })
    await putLocalClient(documents, fullLocalClient)
    const stored = () =>
      storedDocument({ database, key }, 'client', 'exampleClientId') as JsonObject
    return {
      provider: await only({ type: 'local', listLagSeconds: 0 }, { documents }),
      ref: { provider: 'it', id: 'exampleClientId' },
      stored,
      put: (record) => putAtOnce(documents, record),
      emulator: undefined,
      operations: { read: '', write: '' },
      close: async () => database.close(),
    }
  },
}

const SENT = ['application_type', 'grant_types', 'response_types', 'token_endpoint_auth_method']

const life: Life = {
  id: 'client_id',
  name: 'client_name',
  writes: { create: '', remove: '' },
  added: [],
  sent: { spa: SENT, native: SENT, web: SENT, machine: [...SENT, 'redirect_uris'] },
  needs: NEEDS_CALLBACKS,
  appTypes: { spa: 'web', web: 'web', native: 'native', machine: 'web' },
  rotates: Object.fromEntries(CLIENT_KINDS.map((kind) => [kind, true])) as Life['rotates'],
}

export const subject: ProviderSubject = {
  kinds: [kind],
  servers: async () => [{ ...kind, server: 'embedded' }],
  life,
  samples: {
    ...COMMON,
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    tokenEndpointAuthMethod: 'client_secret_post',
    appType: 'native',
    responseTypes: ['code', 'none'],
    scopes: ['openid', 'email'],
    accessTokenLifetime: 1800,
    idTokenSignedResponseAlg: 'PS256',
    firstParty: false,
  },
  mappings: [
    {
      name: 'local',
      mapping,
      native: fullLocalClient,
      odd: [
        { redirect_uris: 'https://app.example.com/cb', grant_types: {}, client_name: [] },
        { scope: ['openid'], metadata: 'none', first_party: 'yes', disabled: 0 },
        { access_token_lifetime: '60', application_type: 7, updated_at: 'yesterday' },
      ],
    },
  ],
  shownOnly: ['client_id', 'client_id_issued_at', 'updated_at'],
  settings: {
    right: [
      {},
      { listLagSeconds: 0.5 },
      { registration: { initialAccessToken: { env: 'SECRET' }, renewsTokens: false } },
    ],
    wrong: [
      [{ listLagSeconds: 601 }, '.listLagSeconds has a value that is not allowed'],
      [
        { registration: { initialAccessToken: { env: 'NOWHERE' } } },
        '.registration.initialAccessToken names the variable NOWHERE',
      ],
    ],
    issuers: [[at('http://localhost:8787'), []]],
  },
}
