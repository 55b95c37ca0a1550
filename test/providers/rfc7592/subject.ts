/**
 * Servers that speak RFC 7591 and RFC 7592 in the suites: real ones (`contract/peers.ts`), and samples of settings
 * and records.
 */

import { withoutMembers } from '../../../src/core/json/json.ts'
import { DIALECTS } from '../../../src/providers/rfc7592/dialects/dialects.ts'
import { createMapping } from '../../../src/providers/rfc7592/mapping.ts'
import { COMMON } from '../../contract/samples.ts'
import { fullGlewlwydClient, fullRegisteredClient } from '../../fixtures/registered.ts'
import { issuerAt as at, type ProviderSubject } from '../subject.ts'

const odd = [
  { redirect_uris: 'https://app.example.com/cb', grant_types: {}, client_name: [] },
  { scope: ['openid'], contacts: 'nobody@example.com', application_type: 7 },
  { token_endpoint_auth_method: ['none'], client_id_issued_at: 'yesterday', jwks: [] },
]

export const subject: ProviderSubject = {
  kinds: [],
  peers: async () => (await import('../../contract/peers.ts')).peersForFile(),
  servers: async () => (await import('../../servers/registered-kinds.ts')).registeredKinds(),
  samples: {
    ...COMMON,
    grantTypes: ['authorization_code'],
    tokenEndpointAuthMethod: 'client_secret_post',
    appType: 'native',
    responseTypes: ['code', 'none'],
    scopes: ['openid', 'email'],
    idTokenSignedResponseAlg: 'PS256',
  },
  mappings: [
    {
      name: 'rfc7592',
      mapping: createMapping(DIALECTS.standard),
      native: fullRegisteredClient,
      odd,
    },
    {
      name: 'rfc7592 at Glewlwyd',
      mapping: createMapping(DIALECTS.glewlwyd),
      // A mapping is asked for a change of each field alone, and keys are given in one way or the other.
      native: withoutMembers(fullGlewlwydClient, ['jwks']),
      odd,
    },
  ],
  // RFC 7592 section 2.2: what the server makes "MUST NOT" be in an update, the id and the secret aside.
  shownOnly: ['client_id', 'client_secret', 'client_id_issued_at', 'client_secret_expires_at'],
  settings: {
    right: [
      { issuer: 'https://as.example.com' },
      { registrationEndpoint: 'https://as.example.com/register', dialect: 'glewlwyd' },
      {
        issuer: 'https://as.example.com',
        origins: ['https://manage.example.com:443'],
        clientUris: ['https://clients.example.com/below'],
        initialAccessToken: { env: 'SECRET' },
        switches: { renewsToken: 'never', drops: ['contacts'] },
        pace: { perSecond: 5, burst: 10 },
      },
    ],
    wrong: [
      [{}, 'must have an issuer or a registrationEndpoint.'],
      [{ issuer: 'http://as.example.com' }, '.issuer must be an https URL'],
      [
        { issuer: 'https://as.example.com', origins: ['http://manage.example.com'] },
        '.origins[0] must be an https URL',
      ],
      [{ issuer: 'https://as.example.com', dialect: 'other' }, '.dialect must be one of: standard'],
      [
        { issuer: 'https://as.example.com', initialAccessToken: { env: 'NOWHERE' } },
        '.initialAccessToken names the variable NOWHERE',
      ],
    ],
    issuers: [
      [at('https://as.example.com/'), [{}]],
      [at('https://as.example.com/other'), []],
    ],
  },
}
